"""Two whole stories in a real window: an article labelled by keyboard only, and by mouse only, to the exported file."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from stories import Wanted, by_keyboard, by_mouse, gold, sample

from annotator.core.tagging import decode
from annotator.core.text import tokens

if not os.environ.get("DISPLAY"):
    pytest.skip("no X server here: packaging/dev.py test brings one", allow_module_level=True)

from hands import Annotator, Desk, Hands  # it speaks to the X server when it is made

ARTICLE, OTHER = "07-oasis-heat", "03-night-trains"


@pytest.fixture(scope="module")
def hands() -> Iterator[Hands]:
    made = Hands()
    yield made
    made.close()


@pytest.fixture(params=["us", "ara"])
def layout(request: pytest.FixtureRequest) -> Iterator[str]:
    """The keyboard's layout: letters and digits are Latin, or Arabic."""
    if not shutil.which("setxkbmap"):
        pytest.skip("setxkbmap is not here: Debian has it in x11-xkb-utils")
    variant = ["-variant", "digits"] if request.param == "ara" else []
    subprocess.run(["setxkbmap", "-layout", request.param, *variant], check=True)
    yield request.param
    subprocess.run(["setxkbmap", "-layout", "us"], check=True)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "work.corpus"
    for name in (ARTICLE, OTHER):
        command("import", path, sample(name))
    return path


def command(*arguments: object) -> Any:
    """What one of the program's commands says with --json."""
    words = [sys.executable, "-m", "annotator", *map(str, arguments), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def outermost(wanted: Iterable[Wanted]) -> list[Wanted]:
    """Those that lie in no other: what a file with one tag a token has room for."""
    spans = list(wanted)
    return [one for one in spans if not any(o != one and o.start <= one.start and one.end <= o.end for o in spans)]


def chunks(lines: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Label and tokens of every chunk in the lines of a conll2003 file."""
    found, sentence = [], []
    for line in [*lines, ""]:
        if line and not line.startswith("-DOCSTART-"):
            sentence.append((line.split(" ")[0], line.split(" ")[-1]))
        elif sentence:
            words = [word for word, _tag in sentence]
            found += [(label, words[start:end]) for label, start, end in decode([tag for _word, tag in sentence])]
            sentence = []
    return found


def export_and_read_back(corpus: Path) -> None:
    """The file of the exported corpus has what the guidelines ask for, and nothing else."""
    wanted, text = gold(ARTICLE), sample(ARTICLE).read_text(encoding="utf-8")
    target = corpus.with_name("train.conll")
    report = command("export", corpus, target, "--format", "conll2003", "--boundary", "split")
    kept = outermost(wanted)
    assert report["verified"]
    assert (report["articles"], report["spans"], report["written"]) == (1, len(wanted), len(kept) - 2)
    assert len(report["split"]) == 2  # ب + المركز, و + برنامج
    assert len(report["flattened"]) == len(wanted) - len(kept) == 3
    words = {span: [text[slice(*token)] for token in tokens(text, span.start, span.end)] for span in kept}
    assert chunks(target.read_text(encoding="utf-8").splitlines()) == [(span.label, words[span]) for span in kept]


@pytest.mark.usefixtures("layout")
def test_an_article_by_keyboard_only(hands: Hands, corpus: Path) -> None:
    desk = Desk(corpus)
    person = Annotator(hands, desk)
    assert [*by_keyboard(person, gold(ARTICLE))] == gold(ARTICLE)
    assert person.tally.keys() == {"keys", "keys and modifiers"}
    assert person.tally["keys"] <= 4 * len(gold(ARTICLE))
    # A slip is put right: another label than was meant, and back.
    before = person.see()["spans"]
    person.press("3")
    assert person.see()["spans"] != before
    person.press("Ctrl+ئ")
    assert person.see()["spans"] == before == [[*span] for span in gold(ARTICLE)]
    person.press("Ctrl+Return")
    desk.wait(lambda shown: shown["article"] == 1, "the next article")
    hands.press_physical(*map(hands.code, ("Ctrl", "ض")))
    assert desk.process.wait(15) == 0
    export_and_read_back(corpus)


def test_an_article_by_mouse_only(hands: Hands, corpus: Path) -> None:
    desk = Desk(corpus)
    person = Annotator(hands, desk)
    assert sorted(by_mouse(person, gold(ARTICLE))) == sorted(gold(ARTICLE))
    before = person.see()["spans"]
    assert not person.see()["sticky"]
    # A slip is put right: a label is clicked while a span is selected, which gives it that one.
    person.click("label", "DATE")
    assert person.see()["spans"] != before
    person.click("button", "undo")
    assert person.see()["spans"] == before == [[*span] for span in gold(ARTICLE)]
    person.click("button", "done_and_next")
    desk.wait(lambda shown: shown["article"] == 1, "the next article")
    assert "keys" not in person.tally
    desk.kill()
    export_and_read_back(corpus)
