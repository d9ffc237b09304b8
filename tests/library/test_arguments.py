"""What one types of the library without looking it up does what it says, or says what is allowed instead."""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from library.news import PLAIN, TEXT

import annotator
from annotator.cli.root import root
from annotator.jobs.agreement import AgreementOptions
from annotator.jobs.export.options import ExportOptions
from annotator.library.arguments import AgreementChoices, ExportChoices, ImportChoices, build_export_options
from annotator.model.labels import InvalidLabelSet
from annotator.model.operations import remove_article
from annotator.model.records import Step, new_uid
from annotator.store.corpus import Corpus as StoredCorpus
from annotator.store.corpus import utc_timestamp


def test_the_choices_are_those_of_the_commands() -> None:
    apart = {"path", "format_", "report_file", "force"}
    assert set(ExportChoices.__annotations__) == _list_options("export") - apart
    assert set(ExportChoices.__annotations__) | {"format"} == set(ExportOptions.__struct_fields__)
    apart = {"paths", "labels", "annotator", "dry_run", "annotator_names"}
    assert set(ImportChoices.__annotations__) - {"annotator_map", "jobs"} == _list_options("import") - apart
    assert set(AgreementChoices.__annotations__) | {"annotators"} == set(AgreementOptions.__struct_fields__)


def _list_options(name: str) -> set[str]:
    return {str(option.name) for option in root.load_command(name).params} - {"corpus", "jobs", "as_json"}


@pytest.mark.parametrize("choices", [ExportChoices, ImportChoices, AgreementChoices])
def test_each_choice_is_described(choices: type) -> None:
    description = inspect.getdoc(choices) or ""
    assert [name for name in choices.__annotations__ if f"`{name}`" not in description] == []


Call = Callable[[annotator.Corpus], object]
WRONG: list[tuple[Call, type[Exception], str]] = [
    (lambda corpus: corpus.articles(state="finished"), ValueError, "state 'finished' is none of 'new', 'in_progress'"),
    (lambda corpus: corpus.set_state(1, "finished"), ValueError, "state 'finished' is none of 'new'"),
    (lambda corpus: corpus.issues(kind="typo"), ValueError, "kind 'typo' is none of .*'inside_word'"),
    (
        lambda corpus: corpus.suggestions(source="regex"),
        ValueError,
        "source 'regex' is none of 'dates', 'names', 'memory', 'model'",
    ),
    (lambda corpus: list(corpus.suggestions(jobs=0)), ValueError, "jobs 0 are none: at least 1"),
    (lambda corpus: list(corpus.issues(jobs=-1)), ValueError, "jobs -1 are none: at least 1"),
    (lambda corpus: corpus.articles(annotator="Sanae", gold=True), ValueError, "gold is not the layer of 'Sanae'"),
    (lambda corpus: corpus.to_pandas("tokens"), ValueError, "table 'tokens' is none of 'spans', 'articles'"),
    (lambda corpus: corpus.merge(), ValueError, "nothing to merge"),
    (lambda corpus: corpus.agreement(moment="later"), ValueError, "moment 'later' is none of 'now', 'first'"),
    (lambda corpus: corpus.agreement(zones=["title"]), ValueError, "zone 'title' is none of 'headline'"),
    (lambda corpus: corpus.agreement(annotator="Sanae"), TypeError, "no option 'annotator'; the options are moment"),  # type: ignore[call-arg]
    (lambda corpus: corpus.export("a", "conll"), ValueError, "format 'conll' is none of .*'conll2003'"),
    (lambda corpus: corpus.import_files("a", format="json"), ValueError, "format 'json' is none of .*'jsonl'"),
    (lambda corpus: corpus.import_files("a", encoding="arabic-1"), ValueError, "“arabic-1” is not the name of"),
    (lambda corpus: corpus.import_files("a", errors="skip"), ValueError, "errors 'skip' is none of 'strict'"),
    (lambda corpus: corpus.import_files("a", offsets="bytes"), ValueError, "offsets 'bytes' is none of 'codepoints'"),
    (lambda corpus: corpus.import_files("a", columns={"body": "x"}), ValueError, "column 'body' is none of 'text'"),
    (lambda corpus: corpus.import_files("a", labels="x"), TypeError, "no option 'labels'; the options are format"),  # type: ignore[call-arg]
]


@pytest.mark.parametrize(("call", "kind", "message"), WRONG)
def test_a_wrong_argument_says_what_is_allowed(path: Path, call: Call, kind: type[Exception], message: str) -> None:
    with annotator.open(path, "Sanae") as corpus, pytest.raises(kind, match=message):
        call(corpus)


@pytest.mark.parametrize(
    ("choices", "kind", "message"),
    [
        ({"state": "alll"}, ValueError, "state 'alll' is none of 'done', 'all'"),
        ({"scheme": "BIO"}, ValueError, "scheme 'BIO' is none of .*'iob2'"),
        ({"flatten": "both"}, ValueError, "flatten 'both' is none of 'outermost'"),
        ({"boundary": "cut"}, ValueError, "boundary 'cut' is none of 'widen'"),
        ({"zones": {"title"}}, ValueError, "zone 'title' is none of 'headline'"),
        ({"offsets": "bytes"}, ValueError, "offsets 'bytes' is none of 'codepoints'"),
        ({"single": True}, ValueError, "single is a choice of gold"),
        ({"gold": True, "annotator": "Sanae"}, ValueError, "gold is not the layer of 'Sanae'"),
        ({"folds": 1}, ValueError, "folds 1 is no number from 2 to 100"),
        ({"folds": 3, "split": {"train": 1}}, ValueError, "either folds or a split"),
        ({"split": "train"}, ValueError, "split 'train': “train” is not of the form train=80,dev=10,test=10"),
        ({"split": {"train": 0.8, "test": 0.1}}, ValueError, "the shares are 0.9 together, not 1"),
        ({"split": 0.2}, TypeError, 'split 0.2 is no split: write {"train": 80'),
        ({"states": "all"}, TypeError, "no option 'states'; the options are annotator, state"),
    ],
)
def test_a_wrong_choice_of_an_export_says_what_is_allowed(
    choices: Mapping[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        build_export_options("conll2003", choices)


def test_choices_are_read_as_people_write_them() -> None:
    written = build_export_options("conll2003", {"zones": "body", "split": "train=80%,test=20%"})
    assert written.zones == frozenset({"body"})
    assert written.split == build_export_options("conll2003", {"split": {"test": 0.2, "train": 0.8}}).split
    for zones in (None, "all"):
        assert build_export_options("conll2003", {"zones": zones, "split": None}).zones is None


def test_one_or_several(path: Path) -> None:
    with annotator.open(path, "Sanae") as corpus:
        article = corpus.article(2)
        for one in (article, 2, article.uid[:8], article.uid):
            assert {suggestion.article for suggestion in corpus.suggestions(one)} == {article.uid}
        first, second, *others = corpus.suggestions([2])
        assert corpus.accept(first) == [first]
        corpus.reject(second)
        assert list(corpus.suggestions(2)) == others
        corpus.reject(others)
        assert list(corpus.suggestions(2)) == []
        assert corpus.article(article).states == {"Sanae": "in_progress"}


def test_the_class_says_what_opens_a_corpus(path: Path) -> None:
    for arguments in ((path,), (str(path), "Sanae")):
        with pytest.raises(TypeError, match="opens a corpus, and"):
            annotator.Corpus(*arguments)


def test_what_a_corpus_contains(path: Path) -> None:
    with annotator.open(path) as corpus:
        article = corpus.article(2)
        assert all(each in corpus for each in (article, article.uid, article.uid[:8], 2))
        assert not any(each in corpus for each in (0, 3, "nothing", "", None, 1.5, object()))


def test_a_removed_article_is_not_contained(path: Path) -> None:
    with StoredCorpus.open(path) as stored:
        stored.apply(
            Step(new_uid(), "Sanae", utc_timestamp(), "remove", tuple(remove_article(None, stored.article(2))))
        )
    with annotator.open(path) as corpus:
        assert [number in corpus for number in (1, 2)] == [True, False]
        assert corpus.article(2) not in corpus


def test_a_path_where_nothing_is_is_an_error(path: Path, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(TEXT, encoding="utf-8")
    with annotator.open(path, "Sanae") as corpus:
        with pytest.raises(FileNotFoundError, match="two"):
            corpus.import_files(tmp_path / "one.txt", tmp_path / "two.txt")
        assert len(corpus) == 2


def test_choices_of_an_import(path: Path, tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_bytes("id,body\n1,أعلنت وزارة التجارة خطة.\n".encode("cp1256"))
    columns = tmp_path / "a.conll"
    columns.write_text("وزارة B-ORG\nالمالية I-ORG\n\n", encoding="utf-8")
    with annotator.open(path, "Nora") as corpus:
        assert corpus.import_files(table, columns={"text": "body"}, encoding="windows-1256").added == 1
        assert corpus.article(3).text == "أعلنت وزارة التجارة خطة."
        assert corpus.import_files(columns, strict=True).added == 0
        assert corpus.import_files(columns, rename={"ORG": "INSTITUTION"}).spans == 1


def test_labels_by_their_names(tmp_path: Path) -> None:
    with annotator.create(tmp_path / "a.corpus", "Sanae", labels=["PERSON", "PLACE"]) as corpus:
        corpus.add_label("LAW")
        corpus.add_label("LAW")
        assert corpus.labels == ("PERSON", "PLACE", "LAW")
        corpus.add_span(corpus.add_article(PLAIN), "LAW", 0, 5)
        with pytest.raises(ValueError, match="“two words” is not a valid label name"):
            corpus.add_label("two words")
    with annotator.open(tmp_path / "a.corpus") as corpus:
        assert [span.label for span in corpus.spans()] == ["LAW"]
        with pytest.raises(annotator.CorpusError, match="open for reading"):
            corpus.add_label("OTHER")
    for labels, reason in ((["A", "A"], "two labels are named A"), ([], "no labels"), (["a b"], "not a valid")):
        with pytest.raises(InvalidLabelSet, match=reason):
            annotator.create(tmp_path / "b.corpus", "Sanae", labels=labels)
    with pytest.raises(ValueError, match="either labels or a label_file"):
        annotator.create(tmp_path / "b.corpus", "Sanae", labels=["A"], label_file="labels.toml")
    assert not (tmp_path / "b.corpus").exists()
    with annotator.create(tmp_path / "c.corpus", "Sanae", labels="PERSON") as corpus:
        assert corpus.labels == ("PERSON",)


def test_a_span_that_was_changed_says_to_read_it_again(path: Path) -> None:
    with annotator.open(path, "Sanae") as corpus:
        span = next(corpus.spans(annotator="Sanae"))
        corpus.describe_span(span, note="x")
        with pytest.raises(annotator.CorpusError, match="since it was read: read the article again"):
            corpus.delete_span(span)


class NumpyInteger:
    """An integer as a DataFrame or an array hands it out: usable as an index, but no int."""

    def __init__(self, value: int) -> None:
        self._value = value

    def __index__(self) -> int:
        return self._value


def test_integers_of_dataframes_are_numbers_and_offsets(path: Path) -> None:
    one, start, end = map(NumpyInteger, (1, 0, 5))
    with annotator.open(path, "Sanae") as corpus:
        assert corpus.article(one).number == 1
        assert one in corpus
        assert NumpyInteger(0) not in corpus
        assert list(corpus.suggestions(one)) == list(corpus.suggestions([one])) == list(corpus.suggestions(1))
        span = corpus.add_span(one, "PLAN", start, end)
        assert (type(span.start), span.start, span.end) == (int, 0, 5)
        assert corpus.resize_span(span, start, NumpyInteger(6)) in corpus.article(1).spans
        assert next(corpus.articles(annotator="Sanae")).spans[0].end == 6
        for article in (1.0, None, "1.0"):
            with pytest.raises(annotator.CorpusError, match=f"has no article {article}"):
                corpus.article(article)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="float"):
            corpus.add_span(1, "PLAN", 0.0, 5.0)  # type: ignore[arg-type]


def test_what_is_not_described_anew_stays(path: Path) -> None:
    with annotator.open(path, "Sanae") as corpus:
        span = corpus.add_span(1, "PLAN", 0, 5, value="2024", note="n")
        span = corpus.describe_span(span, value="2025")
        assert (span.value, span.note) == ("2025", "n")
        span = corpus.describe_span(span, note="m")
        assert (span.value, span.note) == ("2025", "m")
        assert corpus.describe_span(span) == span
        span = corpus.describe_span(span, value=None, note=" ")
        assert (span.value, span.note) == (None, None)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (b"x", TypeError, "is not a str"),
        (2014, TypeError, "2014 is not a str"),
        (0, TypeError, "0 is not a str"),
        (float("nan"), TypeError, "nan is not a str"),
        ("half \ud83d", ValueError, "half of a surrogate pair"),
        ("a\0b", ValueError, "NUL"),
    ],
)
def test_what_is_no_text_is_not_written(path: Path, text: Any, kind: type[Exception], message: str) -> None:
    with annotator.open(path, "Sanae") as corpus:
        span = corpus.add_span(1, "PLAN", 0, 5)
        before = list(corpus)
        suggestion = annotator.Suggestion(span.article, "PLAN", 0, 7, TEXT[:7], "mine", 0.9)
        for call in (
            lambda: corpus.describe_span(span, note=text),
            lambda: corpus.describe_span(span, value=text),
            lambda: corpus.add_span(1, "PLAN", 6, 9, note=text),
            lambda: corpus.add_span(1, "PLAN", 6, 9, value=text),
            lambda: corpus.relabel_span(dataclasses.replace(span, note=text), "DATE"),
            lambda: corpus.accept(dataclasses.replace(suggestion, value=text)),
            lambda: corpus.reject(dataclasses.replace(suggestion, source=text)),
            lambda: corpus.set_note(1, text),
        ):
            with pytest.raises(kind, match=message):
                call()
        assert list(corpus) == before


def test_a_blank_text_removes_a_note_and_none_is_none(path: Path) -> None:
    with annotator.open(path, "Sanae") as corpus:
        with pytest.raises(TypeError, match='"" removes the note'):
            corpus.set_note(1, None)  # type: ignore[arg-type]
        corpus.set_note(1, "n")
        assert corpus.article(1).notes["Sanae"] == "n"
        corpus.set_note(1, "")
        assert "Sanae" not in corpus.article(1).notes


def test_a_name_of_an_annotator_is_a_text(path: Path, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="annotator 5 is not a str"):
        annotator.open(path, 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="annotator None is not a str"):
        annotator.create(tmp_path / "b.corpus", None)  # type: ignore[arg-type]
    assert not (tmp_path / "b.corpus").exists()
    with annotator.open(path, "Sanae") as corpus, pytest.raises(TypeError, match="annotator 5 is not a str"):
        corpus.import_files(annotator_map={"a": 5})  # type: ignore[dict-item]


def test_what_is_no_place_or_issue_is_refused(path: Path) -> None:
    with annotator.open(path, "Sanae") as corpus:
        for item in (corpus.article(1), 1, "1@0-5"):
            with pytest.raises(TypeError, match=r"is not an annotator\.Span or .* or annotator\.Disagreement"):
                corpus.link(item)  # type: ignore[arg-type]
        for call in (corpus.apply_fix, corpus.dismiss):
            for wrong in ("x", corpus.add_span(1, "PLAN", 0, 5)):
                with pytest.raises(TypeError, match=r"is not an annotator\.Issue"):
                    call(wrong)  # type: ignore[arg-type]
            corpus.undo(1)


def test_a_row_of_a_dataframe_is_no_span(path: Path) -> None:
    with annotator.open(path, "Sanae") as corpus:
        span = corpus.add_span(1, "PLAN", 0, 5)
        before = list(corpus)
        row: Any = SimpleNamespace(**vars(span))
        for call in (
            lambda: corpus.relabel_span(row, "DATE"),
            lambda: corpus.resize_span(row, 0, 6),
            lambda: corpus.describe_span(row, note="n"),
            lambda: corpus.delete_span(row),
        ):
            with pytest.raises(TypeError, match=r"SimpleNamespace is not an annotator\.Span"):
                call()
        for accept in (corpus.accept, corpus.reject):
            for suggestions in ([row], ["a"]):
                with pytest.raises(TypeError, match=r"is not an annotator\.Suggestion"):
                    accept(suggestions)  # type: ignore[arg-type]
        assert list(corpus) == before


def test_agreement_needs_two_annotators(path: Path) -> None:
    with annotator.open(path) as corpus:
        for names in ("Sanae", ["Sanae"], ["Sanae", "Sanae"]):
            with pytest.raises(ValueError, match="name at least two annotators"):
                corpus.agreement(names)


def test_a_report_shows_how_many_spans_have_an_outcome(path: Path, tmp_path: Path) -> None:
    with annotator.open(path) as corpus:
        report = corpus.export(tmp_path / "a.conll", "conll2003", annotator="Sanae")
    assert "widened=<0 of Entry>" in repr(report)


def test_suggestions_of_a_program_have_labels_of_the_corpus(path: Path) -> None:
    with annotator.open(path, "Nora") as corpus:
        article = corpus.article(1)
        known = annotator.Suggestion(article.uid, "PLAN", 0, 7, article.text[:7], "mine", 0.9)
        for verb in (corpus.accept, corpus.reject):
            with pytest.raises(annotator.CorpusError, match="has no label “LOC”"):
                verb([known, dataclasses.replace(known, label="LOC", start=8, end=13)])
        assert not [span for span in corpus.article(1).spans if span.annotator == "Nora"]
        assert corpus.accept(known) == [known]


def test_what_is_reported_comes_apart_as_the_page_says(path: Path, tmp_path: Path) -> None:
    with annotator.open(path, "Nora") as corpus:
        start = TEXT.index("وزارة") + 1
        corpus.add_span(1, "INSTITUTION", start, start + len("زارة العدل"))
        report = corpus.export(tmp_path / "a.conll", "conll2003", annotator="Nora", state="all")
        (row,) = map(msgspec.structs.asdict, report.widened)
        assert {"uid", "start", "end", "label", "reason", "code", "became"} <= set(row)
        agreement = corpus.agreement(state="all")
        assert msgspec.to_builtins(agreement)["scores"]["exact"]["value"] == agreement.scores.exact.value


def test_the_module_lists_no_more_than_it_offers() -> None:
    assert {name for name in dir(annotator) if not name.startswith("__")} == set(annotator.__all__)
