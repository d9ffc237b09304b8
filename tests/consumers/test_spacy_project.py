"""The program of a training project for spaCy: the scores of its predictions are those of `spacy evaluate`."""

import json
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import create_corpus
from consumers.reading import consumer

from annotator.generators import finish
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.training_project import KINDS, PREDICTIONS, score_project, write_project
from annotator.model import operations
from annotator.model.records import Step, new_uid
from annotator.store.corpus import Corpus, utc_timestamp

ME = "Sanae"
OPTIONS = ExportOptions(state=ALL, annotator=ME, zones=None, split={"train": 1, "dev": 1, "test": 2}, seed=3)
TEXTS = [
    f"أعلنت وزارة الصحة عن خطة {number} خبرا.\nثم قالت وزارة العدل كلمة{number}{'ب' * number} خطة {number * 7}."
    for number in range(30)
]
PATTERNS = [
    {"label": "INSTITUTION", "pattern": "وزارة الصحة"},
    {"label": "DATE", "pattern": [{"TEXT": "خبرا"}, {"TEXT": "."}, {"IS_SPACE": True, "OP": "*"}, {"TEXT": "ثم"}]},
    {"label": "PLAN", "pattern": "خطة"},
]
"""What stands for a trained pipeline: the second pattern crosses the end of a sentence."""


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", *TEXTS) as corpus:
        for number, text in enumerate(TEXTS, 1):
            for label, words in (("INSTITUTION", "وزارة الصحة"), ("INSTITUTION", "وزارة العدل"), ("DATE", "قالت")):
                start = text.find(words)
                edits = operations.add_span(corpus.article(number), [], ME, label, start, start + len(words))
                corpus.apply(Step(new_uid(), ME, utc_timestamp(), "tag", tuple(edits)))
        yield corpus


@pytest.mark.parametrize("is_large", [False, True])
def test_scores_are_those_of_spacy_evaluate(corpus: Corpus, tmp_path: Path, is_large: bool) -> None:
    spacy = consumer("spacy")
    evaluate = consumer("spacy.cli.evaluate").evaluate
    folder = tmp_path / "project"
    finish(write_project(corpus, folder, KINDS["spacy"], OPTIONS))
    if is_large:  # as an export of more than a thousand articles
        test_set = folder / "data" / "test.spacy"
        test_set.rename(tmp_path / "0.spacy")
        test_set.mkdir()
        (tmp_path / "0.spacy").rename(test_set / "0.spacy")
    program = runpy.run_path(str(folder / "train.py"))
    runpy.run_path(str(folder / "data" / "tokenizer.py"))
    pipeline = spacy.blank("ar", config={"nlp": {"tokenizer": {"@tokenizers": "arabic_news.v1"}}})
    pipeline.add_pipe("entity_ruler").add_patterns(PATTERNS)
    (folder / "model").mkdir()
    pipeline.to_disk(folder / "model" / "model-best")
    lines = [json.dumps(sentence) for sentence in program["predict"]()]
    (folder / PREDICTIONS).write_text("\n".join(lines), encoding="utf-8")
    scores = score_project(corpus, folder)
    theirs = evaluate(folder / "model" / "model-best", folder / "data" / "test.spacy", silent=True)
    overall = (scores.overall.precision, scores.overall.recall, scores.overall.f1)
    assert overall == pytest.approx((theirs["ents_p"], theirs["ents_r"], theirs["ents_f"]))
    assert 0 < scores.overall.f1 < 1
    assert scores.labels.keys() == theirs["ents_per_type"].keys() == {"INSTITUTION", "DATE", "PLAN"}
    for label, score in scores.labels.items():
        expected = theirs["ents_per_type"][label]
        assert (score.precision, score.recall, score.f1) == pytest.approx((expected["p"], expected["r"], expected["f"]))


def test_the_configuration_is_complete(corpus: Corpus, tmp_path: Path) -> None:
    consumer("spacy")
    folder = tmp_path / "project"
    finish(write_project(corpus, folder, KINDS["spacy"], OPTIONS))
    debug = [sys.executable, "-m", "spacy", "debug", "data", "config.cfg", "--code", "data/tokenizer.py"]
    said = subprocess.run(debug, cwd=folder, capture_output=True, text=True).stdout
    assert "Corpus is loadable" in said
    assert "0 missing value(s)" in said
    assert "misaligned" not in said
    short = ["--training.max_steps", "2", "--training.eval_frequency", "1"]
    subprocess.run([sys.executable, folder / "train.py", *short], check=True, cwd=tmp_path)
    assert score_project(corpus, folder).overall.expected > 0


def test_a_training_that_is_ended_ends(corpus: Corpus, tmp_path: Path) -> None:
    """It has no process of its own that would go on."""
    consumer("spacy")
    psutil = consumer("psutil")
    folder = tmp_path / "project"
    finish(write_project(corpus, folder, KINDS["spacy"], OPTIONS))
    with subprocess.Popen([sys.executable, folder / "train.py"], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        while "Training pipeline" not in (line := program.stdout.readline()):
            assert line
        try:
            assert psutil.Process(program.pid).children() == []
        finally:
            program.kill()
