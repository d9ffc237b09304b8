"""What comes out of the story of an article: the exported file, compared with what the guidelines ask for."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from e2e.stories import ExpectedSpan, load_gold, sample_path

from annotator.tagging.schemes import decode
from annotator.text.tokenizer import tokenize

ARTICLE: Final = "07-oasis-heat"


def command(*arguments: object, environment: Mapping[str, str] | None = None) -> Any:
    """Return what one of the program's commands prints with --json; by default, in the environment of the tests."""
    words = [sys.executable, "-m", "annotator", *map(str, arguments), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def outermost(wanted: Iterable[ExpectedSpan]) -> list[ExpectedSpan]:
    """Those that lie in no other: what a file with one tag a token has room for."""
    spans = list(wanted)
    return [
        span
        for span in spans
        if not any(other != span and other.start <= span.start and span.end <= other.end for other in spans)
    ]


def chunks(lines: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Label and tokens of every chunk in the lines of a conll2003 file."""
    entities, sentence = [], []
    for line in [*lines, ""]:
        if line and not line.startswith("-DOCSTART-"):
            sentence.append((line.split(" ")[0], line.split(" ")[-1]))
        elif sentence:
            words = [word for word, _tag in sentence]
            entities += [(label, words[start:end]) for label, start, end in decode([tag for _word, tag in sentence])]
            sentence = []
    return entities


def export_and_read_back(corpus: Path) -> None:
    """Check that the file of the exported corpus has what the guidelines ask for, and nothing else."""
    wanted, text = load_gold(ARTICLE), sample_path(ARTICLE).read_text(encoding="utf-8")
    target = corpus.with_name("train.conll")
    report = command("export", corpus, target, "--format", "conll2003", "--boundary", "split")
    expected = outermost(wanted)
    assert report["verified"]
    assert (report["articles"], report["spans"], report["written"]) == (1, len(wanted), len(expected) - 2)
    assert len(report["split"]) == 2  # ب + المركز, و + برنامج
    assert len(report["flattened"]) == len(wanted) - len(expected) == 3
    words = {span: [text[slice(*token)] for token in tokenize(text, span.start, span.end)] for span in expected}
    assert chunks(target.read_text(encoding="utf-8").splitlines()) == [(span.label, words[span]) for span in expected]
