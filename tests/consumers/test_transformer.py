"""The program of a training project for Hugging Face trains a tiny transformer, of random numbers, without a network.

torch is large: its packages are in no group. Install those of resources/training/huggingface/requirements.txt, and
seqeval, to run this, which takes a minute.
"""

import csv
import importlib.util
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import build_plain_article, create_corpus
from consumers.reading import consumer

from annotator.generators import finish
from annotator.jobs import training_scores
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.training_project import KINDS, run_project, score_project, write_project
from annotator.model import operations
from annotator.model.places import parse_place
from annotator.model.records import Step, new_uid
from annotator.store.corpus import Corpus, utc_timestamp

ME = "Sanae"
BODIES = ("وزارة الصحة", "وزارة العدل", "جامعة وجدة", "بلدية العرائش", "مجلس المدينة")
PIECES = 32
"""What the model takes at once: a third of a long sentence."""
LONE_MARK = "\u064b"
"""A token without pieces: a tokenizer that strips accents leaves nothing of it."""
NO_NETWORK = """
import os, sys
def end(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo") and not isinstance(arguments[-1], (str, bytes)):
        os.write(2, b"network: " + repr(arguments).encode())
        os._exit(97)
sys.addaudithook(end)
"""
"""A sitecustomize.py that ends a program which reaches for a network; a path is that of a socket of this machine."""
OPTIONS = ExportOptions(state=ALL, annotator=ME, zones=None, split={"train": 60, "test": 40}, seed=3)


def write_text(number: int) -> str:
    """Return a short sentence and one that is too long for the model, with bodies at its end too."""
    body = BODIES[number % len(BODIES)]
    dice = random.Random(number)
    words = " ".join("".join(dice.choices("بتثجحخدرزسشصضطظعغفقكمن", k=4)) for _ in range(30))
    return f"أعلنت {body} {LONE_MARK} خبرا {number}.\nقالت {body} {words} ثم أعلنت {body} خبرا."


def label_bodies(corpus: Corpus, number: int) -> None:
    article = corpus.article(number)
    for body in BODIES:
        start = article.text.find(body)
        while start >= 0:
            edits = operations.add_span(article, [], ME, "INSTITUTION", start, start + len(body))
            corpus.apply(Step(new_uid(), ME, utc_timestamp(), "tag", tuple(edits)))
            start = article.text.find(body, start + 1)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    texts = [write_text(number) for number in range(40)]
    with create_corpus(tmp_path_factory.mktemp("transformer") / "a.corpus", *texts) as built:
        for number in range(1, len(texts) + 1):
            label_bodies(built, number)
        yield built


def import_package(name: str) -> Any:
    """Return a package that the project needs; skips the test where it is not installed."""
    if importlib.util.find_spec(name) is None:
        command = "pip install -r resources/training/huggingface/requirements.txt"
        pytest.skip(f"{name} is not installed; this brings it: {command}")
    return importlib.import_module(name)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a model without knowledge, and the tokenizer of a BERT whose pieces are learned from the texts."""
    torch, transformers = import_package("torch"), import_package("transformers")
    import_package("accelerate")
    tokenizers = import_package("tokenizers")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = tokenizers.normalizers.BertNormalizer(strip_accents=True)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    trainer = tokenizers.trainers.WordPieceTrainer(vocab_size=80, special_tokens=special)
    tokenizer.train_from_iterator([write_text(number) for number in range(40)], trainer)
    tokenizer.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), special, strict=True))
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = transformers.BertConfig(vocab_size=len(fast), max_position_embeddings=PIECES, **sizes)
    folder: Path = tmp_path_factory.mktemp("model") / "tiny"
    fast.save_pretrained(folder)
    transformers.BertModel(config).save_pretrained(folder)
    return folder


def train(corpus: Corpus, folder: Path, model: Path, epochs: int) -> training_scores.TestScores:
    finish(write_project(corpus, folder, KINDS["huggingface"], OPTIONS))
    program = folder / "train.py"
    source = program.read_text(encoding="utf-8")
    changed = source.replace('"num_train_epochs": 5', f'"num_train_epochs": {epochs}').replace("5e-5", "5e-3")
    assert changed != source
    program.write_text(changed, encoding="utf-8")
    run_project(folder, KINDS["huggingface"], [str(model)])
    program.write_text(source, encoding="utf-8")
    return score_project(corpus, folder)


def read_predictions(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "predictions.jsonl").read_text(encoding="utf-8").splitlines()]


def check_scores(folder: Path, scores: training_scores.TestScores) -> None:
    """Compare the scores with those that seqeval gives on the same predictions, in its default mode."""
    sentences = read_predictions(folder)
    report = consumer("seqeval.metrics").classification_report(
        *([sentence[key] for sentence in sentences] for key in ("expected", "predicted")),
        output_dict=True,
        zero_division=0,
    )
    for label, score in (*scores.labels.items(), ("micro avg", scores.overall)):
        theirs = report[label]
        assert (score.precision, score.recall, score.f1) == pytest.approx(
            (theirs["precision"], theirs["recall"], theirs["f1-score"])
        )
        assert score.expected == theirs["support"]


def test_a_transformer_is_trained_without_a_network(
    corpus: Corpus, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transformers = import_package("transformers")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    folder = tmp_path / "project"

    scores = train(corpus, folder, model, epochs=30)
    check_scores(folder, scores)
    # What is behind the model's limit is learned and found, and no tag moves at a token without pieces.
    assert scores.overall.f1 > 0.9
    sentences = read_predictions(folder)
    assert {len(sentence["tokens"]) for sentence in sentences} == {7, 39}
    assert sum(LONE_MARK in sentence["tokens"] for sentence in sentences) == len(sentences) / 2
    assert not [*(tmp_path / "home").rglob("*.arrow")]

    repeated = transformers.AutoModelForTokenClassification.from_pretrained(folder / "model")
    assert {*repeated.config.id2label.values()} >= {"O", "B-INSTITUTION", "I-INSTITUTION"}
    assert transformers.AutoTokenizer.from_pretrained(folder / "model").is_fast

    # The second training is on the corpus as it is then, and here goes on from the first, with no step of its own.
    for number in range(40, 50):
        corpus.add(build_plain_article(write_text(number)))
        label_bodies(corpus, number + 1)
    second = train(corpus, folder, folder / "model", epochs=0)
    assert second.overall.expected > scores.overall.expected
    check_scores(folder, second)


def test_errors_lead_to_their_places(corpus: Corpus, model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    scores = train(corpus, folder, model, epochs=0)
    check_scores(folder, scores)
    with (folder / "errors.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == len(scores.errors) > 0
    for row in rows:
        place = parse_place(row["place"])
        assert place
        text = corpus.article(place.article).text[place.start : place.end]
        assert " ".join(text.split()) == (row["expected_text"] or row["predicted_text"])
