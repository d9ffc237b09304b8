"""`annotator suggest`."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from cli.sample import TEXT, Run, at
from suggest.learning import examples

from annotator import settings
from annotator.jobs.suggesting import kept
from annotator.model import operations
from annotator.model.history import reversal, stacks
from annotator.model.records import (
    DONE,
    IN_PROGRESS,
    SKIPPED,
    Article,
    Draft,
    Span,
    Status,
    Step,
    Suggestion,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus, now
from annotator.store.queries import training_data
from annotator.store.queries.training_data import Learned
from annotator.suggest.crf.features import VERSION
from annotator.suggest.crf.training import Trained

KEYS = ["article", "start", "end", "label", "text", "value", "source", "score", "assumed"]
NEW = "أعلنت وزارة الفلاحة عن نتائجها في 2015 بالرباط."


@pytest.fixture
def taught(corpus: Path) -> Path:
    """The corpus with what Sanae has done, and two articles that nobody began."""
    with Corpus.open(corpus) as opened:
        for one in examples()[:60]:
            uid = one.article.uid
            spans = tuple(Span(new_uid(), uid, "Sanae", label, start, end) for start, end, label in one.spans)
            opened.add(Draft(one.article, spans=spans, states=(Status(uid, "Sanae", DONE),)))
        for text in (NEW, "قالت وزارة الثقافة إن مجلس المستشارين سيجتمع."):
            opened.add(Draft(Article(article_uid(text), text)))
    return corpus


def forge_model(path: Path, field: bytes) -> None:
    """Have the corpus keep a model with this field that is in order but for the proof of who made it."""
    with Corpus.open(path) as opened:
        names = tuple(sorted(label.name for label in opened.labels().labels))
        data = msgspec.msgpack.encode(Trained(VERSION, names, (field,)))
        forged = Learned(hashlib.sha256(data).digest() + data, 1, training_data.last_edit(opened))
        training_data.keep(opened, "model", forged, {})


def places(found: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [(one["article"], one["text"], one["label"], one["source"]) for one in found]


def test_json_has_the_keys_of_the_contract(run: Run, taught: Path) -> None:
    ended = run("suggest", taught, "--article", 63, "--annotator", "Sanae", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.count(b"\n") == 1
    assert "وزارة الفلاحة".encode() in ended.out
    for one in ended.json:
        assert list(one) == KEYS
        assert NEW[one["start"] : one["end"]] == one["text"]
        assert 0 <= one["score"] <= 1
    assert [(one["text"], one["label"]) for one in ended.json] == [
        ("وزارة الفلاحة", "INSTITUTION"),
        ("2015", "DATE"),
    ]
    assert ended.json[1]["value"] == "2015"


def test_one_source_alone(run: Run, taught: Path) -> None:
    for source in ("dates", "names", "memory", "model"):
        found = run("suggest", taught, "--source", source, "--annotator", "Sanae", "--json").json
        assert {one["source"] for one in found} == {source}
    both = run("suggest", taught, "--source", "memory", "--annotator", "Sanae", "--json").json
    assert (64, "وزارة الثقافة", "INSTITUTION", "memory") in places(both)


def test_an_unknown_source_is_wrong_usage_and_names_those_there_are(run: Run, corpus: Path) -> None:
    ended = run("suggest", corpus, "--source", "oracle")
    assert (ended.code, ended.out) == (2, b"")
    assert "“oracle”" in ended.err
    assert "dates, names, memory, model" in ended.err


def test_the_model_before_there_is_any_says_so(run: Run, corpus: Path) -> None:
    ended = run("suggest", corpus, "--source", "model", "--json")
    assert (ended.code, ended.json) == (0, [])
    assert "nothing was learned yet" in ended.err


def test_it_learns_first_where_that_is_due_and_only_for_the_model(run: Run, taught: Path) -> None:
    def learned() -> bool:
        with Corpus.open(taught) as opened:
            return training_data.learned(opened, "model") is not None

    run("suggest", taught, "--source", "memory")
    assert not learned()
    run("suggest", taught, "--article", 63)
    assert learned()


def test_a_line_for_each_in_a_table(run: Run, taught: Path) -> None:
    ended = run("suggest", taught, "--article", 63, "--annotator", "Sanae")
    said, first, second = ended.text.splitlines()
    assert said == "2 suggestions"
    assert first.split()[:3] == ["63", "6-19", "INSTITUTION"]
    assert "%" in first
    assert first.endswith("وزارة الفلاحة")
    assert "2015  2015" in second
    assert (ended.code, ended.err) == (0, "")


def test_what_is_labelled_or_rejected_there_is_not_suggested(run: Run, taught: Path) -> None:
    def found(annotator: str) -> list[object]:
        return [one["text"] for one in run("suggest", taught, "--article", 63, "--annotator", annotator, "--json").json]

    with Corpus.open(taught) as opened:
        article = opened.article(63)
        opened.apply(
            Step(new_uid(), "Omar", now(), "tag", tuple(operations.add(article, [], "Omar", "INSTITUTION", 6, 19)))
        )
        one = Suggestion(34, 38, "DATE", "dates", 0.9)
        assert NEW[one.start : one.end] == "2015"
        opened.apply(Step(new_uid(), "Omar", now(), "reject", tuple(operations.reject(article, "Omar", one))))
    assert not {"وزارة الفلاحة", "2015"} & {*found("Omar")}
    assert found("Sanae") == ["وزارة الفلاحة", "2015"]


def test_the_annotator_is_oneself_unless_named(run: Run, taught: Path) -> None:
    settings.save(settings.Settings(annotator="Sanae"))
    numbers = {one["article"] for one in run("suggest", taught, "--json").json}
    assert numbers <= {1, 2, 63, 64}, "what Sanae has done is done"
    assert {63, 64} <= numbers
    assert run("suggest", taught, "--article", 3, "--source", "dates", "--json").code == 0


def test_what_is_skipped_is_left_out_unless_it_is_named(run: Run, taught: Path) -> None:
    with Corpus.open(taught) as opened:
        uid = opened.article(63).uid
        skip = operations.set_state(None, opened.article(63), "Sanae", SKIPPED)
        opened.apply(Step(new_uid(), "Sanae", now(), "state", tuple(skip)))
    found = run("suggest", taught, "--annotator", "Sanae", "--json").json
    assert 63 not in {one["article"] for one in found}
    assert run("suggest", taught, "--annotator", "Sanae", "--article", uid, "--json").json != []


def test_nothing_is_suggested_in_boilerplate(run: Run, corpus: Path) -> None:
    before = run("suggest", corpus, "--article", 1, "--json").json
    assert any(one["start"] < at("الثلاثاء")[0] for one in before)
    with Corpus.open(corpus) as opened:
        article = opened.article(1)
        edits = operations.mark_zone(article, opened.zones(article.uid), "boilerplate", 0, len(TEXT))
        opened.apply(Step(new_uid(), "Sanae", now(), "zone", tuple(edits)))
    assert run("suggest", corpus, "--article", 1, "--json").json == []


def test_accepting_stores_all_as_one_step_an_article_that_can_be_undone(run: Run, taught: Path) -> None:
    wanted = run("suggest", taught, "--annotator", "Omar", "--json").json
    ended = run("suggest", taught, "--annotator", "Omar", "--accept")
    assert ended.code == 0
    assert ended.text.splitlines()[0] == f"{len(wanted)} suggestions accepted"
    with Corpus.open(taught) as opened:
        spans = [
            {"article": number, "start": span.start, "end": span.end, "label": span.label, "source": span.source}
            for number in range(1, 65)
            for span in opened.spans(opened.article(number).uid, "Omar")
        ]
        assert spans == [{key: one[key] for key in ("article", "start", "end", "label", "source")} for one in wanted]
        uid = opened.article(63).uid
        assert opened.status(uid, "Omar") == Status(uid, "Omar", IN_PROGRESS)
        [past] = stacks(opened.history(uid, "Omar"))[0]
        assert past.name == "accept"
        step = opened.step(past.uid)
        assert {edit.article for edit in step.edits} == {uid}
        opened.apply(Step(new_uid(), "Omar", now(), "accept", reversal(step), step.uid))
        assert opened.spans(uid, "Omar") == []
        assert opened.status(uid, "Omar") is None
    assert run("suggest", taught, "--annotator", "Omar", "--article", 64, "--json").json == []


def test_accepting_in_json_lists_what_was_accepted(run: Run, taught: Path) -> None:
    proposed = run("suggest", taught, "--article", 63, "--annotator", "Omar", "--json").json
    ended = run("suggest", taught, "--article", 63, "--annotator", "Omar", "--accept", "--json")
    assert ended.json == proposed != []
    assert run("suggest", taught, "--article", 63, "--annotator", "Omar", "--accept").text == "0 suggestions accepted\n"


def test_what_was_accepted_by_command_teaches_nothing_until_it_is_done(run: Run, taught: Path) -> None:
    run("suggest", taught, "--annotator", "Omar", "--accept")
    with Corpus.open(taught) as opened:
        assert "Omar" not in {name for _number, name in training_data.lessons(opened)}


def test_a_read_only_corpus_is_suggested_for_and_learned_from_but_not_accepted_into(run: Run, taught: Path) -> None:
    taught.chmod(0o444)
    found = run("suggest", taught, "--article", 63, "--source", "model", "--json")
    assert (found.code, found.err) == (0, "")
    assert {one["source"] for one in found.json} == {"model"}, "it learned, and kept nothing"
    ended = run("suggest", taught, "--accept")
    assert (ended.code, ended.out) == (2, b"")
    assert "cannot be written to" in ended.err


@pytest.mark.parametrize("id_", ["99", "no-such", "-1", ""])
def test_an_article_that_is_not_there_is_one_sentence(run: Run, corpus: Path, id_: str) -> None:
    ended = run("suggest", corpus, f"--article={id_}")
    assert (ended.code, ended.out) == (2, b"")
    assert len(ended.err.splitlines()) == 1


def test_a_corpus_that_is_not_there_is_one_sentence(run: Run, tmp_path: Path) -> None:
    ended = run("suggest", tmp_path / "none.corpus")
    assert ended.code == 2
    assert "There is no file" in ended.err


def test_a_model_of_ones_own_that_fails_is_told_and_the_rest_is_suggested(run: Run, taught: Path) -> None:
    settings.save(settings.Settings(annotator="Sanae", onnx_folder=str(taught.parent / "no-model")))
    ended = run("suggest", taught, "--article", 63, "--json")
    assert ended.code == 0
    assert len(ended.json) == 2
    assert ended.err.count("\n") == 1
    assert "no-model" in ended.err or "[onnx]" in ended.err  # where that extra is not installed


@pytest.mark.parametrize("field", [b"", b"lCRF", b"lCRF" + b"\xff" * 60, b"lCRF" + bytes(1000)])
def test_a_model_out_of_a_strangers_file_never_reaches_native_code(taught: Path, field: bytes) -> None:
    for command in (["suggest", "--article", "63", "--json"], ["learn"], ["suggest", "--source", "model", "--json"]):
        forge_model(taught, field)
        taught.chmod(0o644 if command == ["learn"] else 0o444)
        line = [sys.executable, "-m", "annotator", command[0], str(taught), *command[1:]]
        ended = subprocess.run(line, capture_output=True, text=True)
        assert (ended.returncode, ended.stderr) == (0, "")
        taught.chmod(0o644)
    with Corpus.open(taught) as opened:
        assert kept(opened, opened.labels()) is None, "the last command could not write"


def test_where_no_key_can_be_kept_each_call_learns_anew(run: Run, taught: Path) -> None:
    Path(os.environ["ANNOTATOR_HOME"], "data").write_bytes(b"")
    ended = run("suggest", taught, "--source", "model", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert {one["source"] for one in ended.json} == {"model"}
    with Corpus.open(taught) as opened:
        assert training_data.learned(opened, "model") is None
    assert "data" in run("learn", taught).err
