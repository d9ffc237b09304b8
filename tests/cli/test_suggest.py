"""`annotator suggest`."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pages
import pytest
from builders import apply_edits, build_plain_article
from cli.sample import TEXT, Run, locate
from running import raising
from suggest.learning import examples

from annotator import settings
from annotator.jobs.suggesting import AnnotatorSuggester, load_model
from annotator.model import operations
from annotator.model.history import build_stacks, reverse_step
from annotator.model.open_suggestions import SURE_SCORE
from annotator.model.records import (
    DONE,
    IN_PROGRESS,
    SKIPPED,
    AnnotatedArticle,
    Article,
    Edit,
    Span,
    Status,
    Suggestion,
    new_uid,
)
from annotator.store import opening
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, FullDisk
from annotator.store.queries import training_data
from annotator.store.queries.training_data import StoredModel
from annotator.suggest.crf.features import FEATURES_VERSION
from annotator.suggest.crf.training import TrainedModel

KEYS = ["article", "start", "end", "label", "text", "value", "source", "score", "assumed"]
NEW = "أعلنت وزارة الثقافة عن نتائجها في 2015 بالرباط."


@pytest.fixture
def taught(corpus: Path) -> Path:
    """Create a corpus with articles finished by Sanae and two untouched ones."""
    articles = []
    for example in examples()[:60]:
        uid = example.article.uid
        spans = tuple(Span(new_uid(), uid, "Sanae", label, start, end) for start, end, label in example.spans)
        articles.append(AnnotatedArticle(example.article, spans=spans, states=(Status(uid, "Sanae", DONE),)))
    for text in (NEW, "قال متحدث باسم وزارة الثقافة إن الأشغال بدأت في 2016 كما كان مقررا."):
        articles.append(build_plain_article(text))
    with Corpus.open(corpus) as opened:
        opened.add_all(articles)
    return corpus


def forge_model(path: Path, field: bytes) -> None:
    """Store a model with this field in the corpus that is valid except for its signature."""
    with Corpus.open(path) as opened:
        names = tuple(sorted(label.name for label in opened.labels().labels))
        data = msgspec.msgpack.encode(TrainedModel(FEATURES_VERSION, names, (field,)))
        forged = StoredModel(hashlib.sha256(data).digest() + data, 1, training_data.last_edit_id(opened))
        training_data.save_model(opened, "model", forged, {})


def places(records: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [(record["article"], record["text"], record["label"], record["source"]) for record in records]


def test_json_has_the_keys_of_the_contract(run: Run, taught: Path) -> None:
    ended = run("suggest", taught, "--article", 63, "--annotator", "Sanae", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.count(b"\n") == 1
    assert "وزارة الثقافة".encode() in ended.out
    for record in ended.json:
        assert list(record) == KEYS
        assert NEW[record["start"] : record["end"]] == record["text"]
        assert 0 <= record["score"] <= 1
    assert [(record["text"], record["label"]) for record in ended.json] == [
        ("وزارة الثقافة", "INSTITUTION"),
        ("2015", "DATE"),
    ]
    assert ended.json[1]["value"] == "2015"


def test_source_selects_one_suggester(run: Run, taught: Path) -> None:
    for source in ("dates", "names", "memory", "model"):
        records = run("suggest", taught, "--source", source, "--annotator", "Sanae", "--json").json
        assert {record["source"] for record in records} == {source}
    both = run("suggest", taught, "--source", "memory", "--annotator", "Sanae", "--json").json
    assert (64, "وزارة الثقافة", "INSTITUTION", "memory") in places(both)


def test_an_unknown_source_is_wrong_usage_and_lists_the_sources(run: Run, corpus: Path) -> None:
    ended = run("suggest", corpus, "--source", "oracle")
    assert (ended.code, ended.out) == (2, b"")
    assert "“oracle”" in ended.err
    assert "dates, names, memory, model" in ended.err


def test_a_missing_model_is_reported(run: Run, corpus: Path) -> None:
    ended = run("suggest", corpus, "--source", "model", "--json")
    assert (ended.code, ended.json) == (0, [])
    assert "the model has learned nothing yet" in ended.err


def test_suggest_trains_first_if_needed_and_only_for_the_model(run: Run, taught: Path) -> None:
    def learned() -> bool:
        with Corpus.open(taught) as opened:
            return training_data.load_stored_model(opened, "model") is not None

    run("suggest", taught, "--source", "memory")
    assert not learned()
    run("suggest", taught, "--article", 63)
    assert learned()


def test_suggestions_are_printed_as_a_table(run: Run, taught: Path) -> None:
    ended = run("suggest", taught, "--article", 63, "--annotator", "Sanae")
    first, second, summary = ended.text.splitlines()
    assert summary == "2 suggestions"
    assert first.split()[:3] == ["63", "6-19", "INSTITUTION"]
    assert "%" in first
    assert first.endswith("وزارة الثقافة")
    assert "2015  2015" in second
    assert (ended.code, ended.err) == (0, "")


def test_labelled_or_rejected_words_are_not_suggested(run: Run, taught: Path) -> None:
    def texts(annotator: str) -> list[object]:
        return [
            suggestion["text"]
            for suggestion in run("suggest", taught, "--article", 63, "--annotator", annotator, "--json").json
        ]

    with Corpus.open(taught) as opened:
        article = opened.article(63)
        apply_edits(opened, operations.add_span(article, [], "Omar", "INSTITUTION", 6, 19), "Omar")
        suggestion = Suggestion(34, 38, "DATE", "dates", 0.9)
        assert NEW[suggestion.start : suggestion.end] == "2015"
        apply_edits(opened, operations.reject(article, "Omar", suggestion), "Omar", name="reject")
    assert not {"وزارة الثقافة", "2015"} & {*texts("Omar")}
    assert texts("Sanae") == ["وزارة الثقافة", "2015"]


def test_the_annotator_defaults_to_the_user(run: Run, taught: Path) -> None:
    settings.save(settings.Settings(annotator="Sanae"))
    numbers = {record["article"] for record in run("suggest", taught, "--json").json}
    assert numbers <= {1, 2, 63, 64}, "what Sanae has done is done"
    assert {63, 64} <= numbers
    assert run("suggest", taught, "--article", 3, "--source", "dates", "--json").code == 0


def test_skipped_articles_are_left_out_unless_requested(run: Run, taught: Path) -> None:
    with Corpus.open(taught) as opened:
        uid = opened.article(63).uid
        skip = operations.set_state(None, opened.article(63), "Sanae", SKIPPED)
        apply_edits(opened, skip, name="state")
    records = run("suggest", taught, "--annotator", "Sanae", "--json").json
    assert 63 not in {record["article"] for record in records}
    assert run("suggest", taught, "--annotator", "Sanae", "--article", uid, "--json").json != []


def test_nothing_is_suggested_in_boilerplate(run: Run, corpus: Path) -> None:
    before = run("suggest", corpus, "--article", 1, "--json").json
    assert any(record["start"] < locate("الثلاثاء")[0] for record in before)
    with Corpus.open(corpus) as opened:
        article = opened.article(1)
        edits = operations.mark_zone(article, opened.zones(article.uid), "boilerplate", 0, len(TEXT))
        apply_edits(opened, edits, name="zone")
    assert run("suggest", corpus, "--article", 1, "--json").json == []


def test_accepting_stores_one_undoable_step_for_each_article(run: Run, taught: Path) -> None:
    wanted = run("suggest", taught, "--annotator", "Omar", "--json").json
    ended = run("suggest", taught, "--annotator", "Omar", "--accept")
    assert ended.code == 0
    assert ended.text.splitlines()[-1] == f"{len(wanted)} suggestions accepted"
    with Corpus.open(taught) as opened:
        spans = [
            {"article": number, "start": span.start, "end": span.end, "label": span.label, "source": span.source}
            for number in range(1, 65)
            for span in opened.spans(opened.article(number).uid, "Omar")
        ]
        assert spans == [
            {key: record[key] for key in ("article", "start", "end", "label", "source")} for record in wanted
        ]
        uid = opened.article(63).uid
        assert opened.status(uid, "Omar") == Status(uid, "Omar", IN_PROGRESS)
        [past] = build_stacks(opened.history(uid, "Omar"))[0]
        assert past.name == "accept"
        step = opened.step(past.uid)
        assert {edit.article for edit in step.edits} == {uid}
        apply_edits(opened, reverse_step(step), "Omar", undoes=step.uid, name="accept")
        assert opened.spans(uid, "Omar") == []
        assert opened.status(uid, "Omar") is None
    repeated = run("suggest", taught, "--annotator", "Omar", "--article", 64, "--json").json
    accepted = [(span["start"], span["end"]) for span in spans if span["article"] == 64]
    assert accepted, "what was accepted teaches, but is not suggested once more"
    assert not {(record["start"], record["end"]) for record in repeated} & {*accepted}


def test_accepting_in_json_lists_what_was_accepted(run: Run, taught: Path) -> None:
    proposed = run("suggest", taught, "--article", 63, "--annotator", "Omar", "--json").json
    ended = run("suggest", taught, "--article", 63, "--annotator", "Omar", "--accept", "--json")
    assert ended.json == proposed != []
    assert run("suggest", taught, "--article", 63, "--annotator", "Omar", "--accept").text == "0 suggestions accepted\n"


@pytest.mark.slow
def test_several_processes_suggest_and_accept_the_same_as_one(run: Run, taught: Path) -> None:
    with Corpus.open(taught) as opened:
        for number in range(120):
            opened.add(build_plain_article(f"{NEW} اجتمعت جمعية {number} يوم الثلاثاء {number % 28 + 1} ماي المقبل."))
    run("learn", taught)
    expected = run("suggest", taught, "--annotator", "Omar", "--json").json
    assert {record["source"] for record in expected} >= {"dates", "model"}
    assert run("suggest", taught, "--annotator", "Omar", "--jobs", 2, "--json").json == expected
    accepted = run("suggest", taught, "--annotator", "Omar", "--jobs", 2, "--accept", "--json").json
    assert accepted == expected, "what is accepted meanwhile teaches nothing"


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_was_accepted_before_an_error_is_listed(
    run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    with Corpus.open(corpus) as opened:
        for number in range(60):
            opened.add(build_plain_article(f"{NEW} {number}"))
    accept_all = operations.accept_all

    def accept_few(article: Article, *arguments: Any) -> list[Edit]:
        if article.id == 60:
            raise CorpusError("the disk is full")
        return accept_all(article, *arguments)

    monkeypatch.setattr(operations, "accept_all", accept_few)
    ended = run("suggest", corpus, "--annotator", "Omar", "--accept", *options)
    assert (ended.code, ended.err) == (2, "annotator: the disk is full\n")
    with Corpus.open(corpus) as opened:
        count = sum(len(annotated.spans) for annotated in opened.load_articles(range(1, 61), "Omar"))
    assert count > 50
    if options:
        assert len(ended.json) == count
    else:
        assert ended.text.splitlines()[-1] == f"{count} suggestions accepted"
        assert len(ended.text.splitlines()) == 1 + count


def test_a_first_batch_is_printed_before_the_next_is_looked_at(
    run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Corpus.open(corpus) as opened:
        opened.add_all(build_plain_article(f"{NEW} {number}") for number in range(120))
    numbers: list[int] = []
    suggest = AnnotatorSuggester.suggest

    def count(self: AnnotatorSuggester, article: Article, *arguments: Any) -> tuple[Suggestion, ...]:
        numbers.append(article.id)
        return suggest(self, article, *arguments)

    monkeypatch.setattr(AnnotatorSuggester, "suggest", count)
    for arguments in ([], ["--json"]):
        numbers.clear()
        with monkeypatch.context() as patch:
            patch.setattr("click.echo", raising(BrokenPipeError()))
            with pytest.raises(BrokenPipeError):
                run("suggest", corpus, *arguments)
        assert len(numbers) == 50


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_all_is_accepted_even_if_nobody_reads_of_it(
    run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    with Corpus.open(corpus) as opened:
        opened.add_all(build_plain_article(f"{NEW} {number}") for number in range(120))
    with monkeypatch.context() as patch:
        patch.setattr("click.echo", raising(BrokenPipeError()))
        with pytest.raises(BrokenPipeError):
            run("suggest", corpus, "--annotator", "Omar", "--accept", *options)
    with Corpus.open(corpus) as opened:
        assert all(annotated.spans for annotated in opened.load_articles(range(3, 123), "Omar"))
    assert run("suggest", corpus, "--annotator", "Omar", "--json").json == []


def test_suggestions_are_listed_though_the_disk_is_full(
    run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = run("suggest", corpus, "--json").json
    connect = opening.connect_to_corpus

    def fail_to_write(path: Path, *, readonly: bool, **options: Any) -> Any:
        if not readonly:
            raise FullDisk("the disk is full")
        return connect(path, readonly=readonly, **options)

    monkeypatch.setattr(opening, "connect_to_corpus", fail_to_write)
    assert run("suggest", corpus, "--json").json == wanted
    assert run("suggest", corpus, "--accept").code == 2


def test_only_suggestions_with_a_high_score_are_listed_and_accepted(run: Run, taught: Path) -> None:
    everything = run("suggest", taught, "--annotator", "Omar", "--json").json
    scores = sorted(suggestion["score"] for suggestion in everything)
    middle = scores[len(scores) // 2]
    expected = [suggestion for suggestion in everything if suggestion["score"] >= middle]
    assert 0 < len(expected) < len(everything)
    assert run("suggest", taught, "--annotator", "Omar", "--min-score", middle, "--json").json == expected
    sure = [suggestion for suggestion in everything if suggestion["score"] >= SURE_SCORE]
    assert run("suggest", taught, "--annotator", "Omar", "--sure", "--json").json == sure
    run("suggest", taught, "--annotator", "Omar", "--min-score", f"{100 * middle:.1f}%", "--accept")
    with Corpus.open(taught) as opened:
        accepted = [
            (annotated.article.id, span.start, span.end)
            for annotated in opened.load_articles(range(1, 65), "Omar")
            for span in annotated.spans
        ]
    assert accepted == [(each["article"], each["start"], each["end"]) for each in expected]
    assert run("suggest", taught, "--min-score", "2").code == 2


def test_accepting_again_finds_nothing_in_what_was_accepted(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "samples.corpus"
    run("import", path, pages.ROOT / "resources" / "samples")
    assert run("suggest", path, "--accept").text.splitlines()[-1] == "222 suggestions accepted"
    assert run("suggest", path, "--accept").text == "0 suggestions accepted\n"


def test_accepted_suggestions_are_not_learned_until_the_article_is_done(run: Run, taught: Path) -> None:
    run("suggest", taught, "--annotator", "Omar", "--accept")
    with Corpus.open(taught) as opened:
        assert "Omar" not in {name for _number, name in training_data.list_training_layers(opened)}


def test_a_read_only_corpus_can_be_learned_from_but_not_changed(run: Run, taught: Path) -> None:
    taught.chmod(0o444)
    ended = run("suggest", taught, "--article", 63, "--source", "model", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert {record["source"] for record in ended.json} == {"model"}, "it learned, and kept nothing"
    ended = run("suggest", taught, "--accept")
    assert (ended.code, ended.out) == (2, b"")
    assert "cannot be written to" in ended.err


@pytest.mark.parametrize("id_", ["99", "no-such", "-1", ""])
def test_a_missing_article_is_reported_in_one_line(run: Run, corpus: Path, id_: str) -> None:
    ended = run("suggest", corpus, f"--article={id_}")
    assert (ended.code, ended.out) == (2, b"")
    assert len(ended.err.splitlines()) == 1


def test_a_missing_corpus_is_reported_in_one_line(run: Run, tmp_path: Path) -> None:
    ended = run("suggest", tmp_path / "none.corpus")
    assert ended.code == 2
    assert "none.corpus” does not exist" in ended.err


def test_a_failing_external_model_is_reported_and_the_rest_suggested(run: Run, taught: Path) -> None:
    settings.save(settings.Settings(annotator="Sanae", onnx_folder=str(taught.parent / "no-model")))
    ended = run("suggest", taught, "--article", 63, "--json")
    assert ended.code == 0
    assert len(ended.json) == 2
    assert ended.err.count("\n") == 1
    assert "no-model" in ended.err or "[onnx]" in ended.err  # where that extra is not installed


@pytest.mark.parametrize(
    "field",
    [
        b"lCRF" + bytes(1000),
        *(pytest.param(field, marks=pytest.mark.slow) for field in (b"", b"lCRF", b"lCRF" + b"\xff" * 60)),
    ],
)
def test_a_model_from_an_untrusted_file_never_reaches_native_code(taught: Path, field: bytes) -> None:
    for command in (["suggest", "--article", "63", "--json"], ["learn"], ["suggest", "--source", "model", "--json"]):
        forge_model(taught, field)
        taught.chmod(0o644 if command == ["learn"] else 0o444)
        line = [sys.executable, "-m", "annotator", command[0], str(taught), *command[1:]]
        ended = subprocess.run(line, capture_output=True, text=True)
        assert (ended.returncode, ended.stderr) == (0, "")
        taught.chmod(0o644)
    with Corpus.open(taught) as opened:
        assert load_model(opened, opened.labels()) is None, "the last command could not write"


def test_without_a_stored_key_each_call_trains_again(run: Run, taught: Path) -> None:
    shutil.rmtree(settings.data_dir())
    settings.data_dir().write_bytes(b"")
    ended = run("suggest", taught, "--source", "model", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert {record["source"] for record in ended.json} == {"model"}
    with Corpus.open(taught) as opened:
        assert training_data.load_stored_model(opened, "model") is None
    assert "data" in run("learn", taught).err


@pytest.mark.parametrize(("source", "key"), [("spacy", "spacy_pipeline"), ("onnx", "onnx_folder")])
def test_why_a_model_of_ones_own_suggests_nothing(
    run: Run, corpus: Path, tmp_path: Path, source: str, key: str
) -> None:
    ended = run("suggest", corpus, "--source", source)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert f"annotator config {key}" in ended.err
    missing = str(tmp_path / "none")
    settings.save(msgspec.structs.replace(settings.Settings(), **{key: missing}))
    ended = run("suggest", corpus, "--source", source)
    assert ended.code == 2
    reason, refusal = ended.err.splitlines()
    assert missing in reason or "pip install" in reason
    assert source in refusal


def test_a_score_that_only_takes_time_is_refused_at_once(run: Run) -> None:
    ended = run("suggest", "no.corpus", "--min-score", "1e-9999")
    assert (ended.code, "“1e-9999” is no share" in ended.err) == (2, True)
