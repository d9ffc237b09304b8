"""The library reads what the window shows, and its edits are steps as those of the window are."""

import dataclasses
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import locate
from hypothesis import given
from hypothesis import strategies as st
from library.news import HEADLINE, PLAIN, TEXT
from pytestqt.qtbot import QtBot

import annotator
from annotator.jobs.export.exporter import NothingToExport
from annotator.model import history
from annotator.model.links import parse_link
from annotator.model.places import Place
from annotator.model.records import Rejection
from annotator.store.corpus import Corpus as StoredCorpus
from annotator.store.errors import Conflict, ExistingCorpus, MissingCorpus, NoSuchArticle
from annotator.text.visible import trim_invisible
from annotator.ui.session.session import Session


def steps(path: Path, number: int = 1, name: str = "Sanae") -> list[str]:
    """Return the names of an annotator's recorded steps in an article, without imports."""
    with StoredCorpus.open(path, readonly=True) as stored:
        recorded = stored.history(stored.article(number).uid, name)
    return [step.name for step in recorded if step.name != history.IMPORT_STEP]


# --- Reading


def test_an_article_has_its_text_zones_spans_states_and_notes(path: Path) -> None:
    with annotator.open(path) as corpus:
        article, plain = corpus
        assert len(corpus) == 2
        assert corpus.labels == ("DATE", "INSTITUTION", "PLAN")
        assert corpus.annotators == ("Sanae", "Salma")
    assert (article.number, article.text, article.title) == (1, TEXT, HEADLINE)
    assert (article.published, article.source, article.url) == ("2024-07-09", "agency", None)
    assert next((zone.kind, zone.text) for zone in article.zones) == ("headline", HEADLINE)
    assert {(span.annotator, span.label, span.text) for span in article.spans} == {
        ("Sanae", "PLAN", "خطة العمل"),
        ("Sanae", "INSTITUTION", "وزارة العدل"),
        ("Salma", "INSTITUTION", "وزارة العدل"),
    }
    assert all(article.text[span.start : span.end] == span.text for span in article.spans)
    assert article.states == {"Sanae": "done", "Salma": "done"}
    assert article.notes == {"Salma": "مراجعة"}
    assert (plain.number, plain.spans, plain.states, plain.notes) == (2, (), {}, {})


def test_articles_of_an_annotator_and_of_a_state(path: Path) -> None:
    with annotator.open(path) as corpus:
        (of_salma,) = corpus.articles(annotator="Salma", state="done")
        assert {span.annotator for span in of_salma.spans} == {"Salma"}
        assert of_salma.states == {"Salma": "done"}
        assert [article.number for article in corpus.articles(state="new")] == [2]
        assert [article.number for article in corpus.articles(state="flagged")] == []
        assert corpus.article(of_salma.uid) == corpus.article(of_salma.uid[:8]) == corpus.article(1)
        assert [span.label for span in corpus.spans(annotator="Sanae", label="PLAN")] == ["PLAN"]


def test_a_state_label_or_annotator_that_is_misspelt_is_no_empty_answer(path: Path) -> None:
    with annotator.open(path) as corpus:
        with pytest.raises(ValueError, match="finished"):
            corpus.articles(state="finished")
        with pytest.raises(annotator.CorpusError, match="“Sana”"):
            corpus.articles(annotator="Sana")
        with pytest.raises(annotator.CorpusError, match="“ORG”"):
            corpus.spans(label="ORG")
        with pytest.raises(annotator.CorpusError, match="“Sana”"):
            corpus.agreement(["Sana", "Salma"])
        with pytest.raises(annotator.CorpusError, match="“Sana”"):
            corpus.suggestions(annotator="Sana")
        with pytest.raises(ValueError, match="remembering"):
            corpus.suggestions(annotator="Sanae", source="remembering")
        with pytest.raises(NoSuchArticle):
            corpus.article(3)


def test_values_are_frozen_copied_compared_and_shown(path: Path) -> None:
    with annotator.open(path) as corpus:
        article, span = corpus.article(1), next(corpus.spans())
    with pytest.raises(dataclasses.FrozenInstanceError):
        span.label = "DATE"  # type: ignore[misc]
    assert vars(span)["label"] == span.label
    assert dataclasses.asdict(article)["states"] == {"Sanae": "done", "Salma": "done"}
    assert pickle.loads(pickle.dumps(article)) == article
    assert len({article, article}) == 1


def test_a_search_ignores_spelling(path: Path) -> None:
    with annotator.open(path) as corpus:
        (match,) = corpus.search("ان الاصلاح")
    assert match.text == "إنّ الإصلاح"
    assert match.article.text[match.start : match.end] == match.text


def test_a_link_leads_to_what_was_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    with annotator.open(path.name) as corpus:
        span, suggestion = next(corpus.spans()), next(corpus.suggestions(2, annotator="Sanae"))
        for item in (span, suggestion):
            assert parse_link(corpus.link(item) or "") == (path, Place(item.article, item.start, item.end))


def test_agreement_is_that_of_the_command(path: Path) -> None:
    with annotator.open(path) as corpus:
        agreement = corpus.agreement()
        assert agreement.scores.exact.value == pytest.approx(2 / 3)
        assert corpus.agreement(["Sanae", "Salma"], spans="hand").spans == 3
        assert f"articles={agreement.articles}, " in repr(agreement)
        assert len(repr(agreement)) < 1000
        with pytest.raises(ValueError, match="whenever"):
            corpus.agreement(moment="whenever")


def test_suggestions_are_what_is_not_decided(path: Path) -> None:
    with annotator.open(path) as corpus:
        with pytest.raises(ValueError, match="annotator"):
            corpus.suggestions()
        dates = list(corpus.suggestions([1], annotator="Sanae", source="dates"))
        assert [(date.text, date.value) for date in dates] == [("يوم 9 يوليوز 2024", "2024-07-09")]
        assert {suggestion.article for suggestion in corpus.suggestions(annotator="Sanae")} == {corpus.article(2).uid}
        labelled = {(span.start, span.end, span.label) for span in corpus.article(1).spans}
        every = list(corpus.suggestions([1, 2], annotator="Sanae"))
        assert {(each.start, each.end, each.label) for each in every if each.article == dates[0].article}.isdisjoint(
            labelled
        )


# --- Edits


def test_edits_are_steps_that_the_window_reads_and_undoes(path: Path, qtbot: QtBot) -> None:
    with annotator.open(path, "Sanae") as corpus:
        start, end = locate("9 يوليوز 2024", TEXT)
        span = corpus.add_span(1, "DATE", start, end, value="2024-07-09", note="من المقال")
        assert (span.text, span.value, span.note, span.annotator) == (
            *("9 يوليوز 2024", "2024-07-09", "من المقال"),
            "Sanae",
        )
        wide = corpus.resize_span(span, start - len("يوم "), end)
        assert wide.text == "يوم 9 يوليوز 2024"
        described = corpus.describe_span(wide, value="2024")
        assert (described.value, described.note) == ("2024", "من المقال")
        assert described in corpus.article(1).spans
        corpus.set_note(corpus.article(1), "تم")
        corpus.set_state(1, "flagged")
        assert corpus.article(1).notes["Sanae"] == "تم"
        assert corpus.article(1).states["Sanae"] == "flagged"
    assert steps(path) == ["tag", "resize", "describe", "note", "state"]

    session = Session("Sanae")
    session.open(StoredCorpus.open(path))
    session.open_by_id(1)
    for _step in range(3):
        assert session.undo()
    assert session.article_state == "done"
    assert [span.value for span in session.spans if span.label == "DATE"] == ["2024-07-09"]
    for _step in range(2):
        assert session.undo()
    assert not [span for span in session.spans if span.label == "DATE"]
    session.close()


def test_each_verb_records_what_the_window_records(path: Path, tmp_path: Path, qtbot: QtBot) -> None:
    """The same edits, in the same order, by both ways; only uids, times and clocks differ."""
    other = tmp_path / "other.corpus"
    other.write_bytes(path.read_bytes())
    start, end = locate("9 يوليوز 2024", TEXT)

    with annotator.open(path, "Nora") as corpus:
        span = corpus.add_span(1, "DATE", start, end)
        span = corpus.relabel_span(span, "PLAN")
        span = corpus.resize_span(span, start, end - 5)
        corpus.describe_span(span, value="v", note="n")
        corpus.set_note(1, "x")
        corpus.set_state(1, "skipped")
        (suggestion,) = corpus.suggestions([1], source="dates")
        corpus.reject(suggestion)
        corpus.delete_span(corpus.describe_span(_own(corpus.article(1)), value="v", note=None))

    session = Session("Nora")
    session.open(StoredCorpus.open(other))
    session.open_by_id(1)
    session.tag("DATE", start, end)
    session.relabel(session.spans[0], "PLAN")
    session.resize(session.spans[0], start, end - 5)
    session.describe(session.spans[0], "v", "n")
    session.write_note("x")
    session.set_state("skipped")
    from annotator.library.values import from_suggestion

    session.reject(from_suggestion(suggestion))
    session.describe(session.spans[0], "v", "")
    session.remove(session.spans[0])
    session.close()
    assert _recorded(path) == _recorded(other)
    assert len(_recorded(path)) > 8


def _own(article: annotator.Article) -> annotator.Span:
    (span,) = (span for span in article.spans if span.annotator == "Nora")
    return span


def _recorded(path: Path) -> list[tuple[str, list[tuple[object, object]]]]:
    """Return Nora's steps: their names, and their edits without uids."""
    with StoredCorpus.open(path, readonly=True) as stored:
        recorded = [stored.step(step.uid) for step in stored.history(stored.article(1).uid, "Nora")]
    return [(step.name, [(_content(edit.before), _content(edit.after)) for edit in step.edits]) for step in recorded]


def _content(record: object) -> object:
    fields = getattr(record, "__struct_fields__", ())
    return type(record), [getattr(record, name) for name in fields if name != "uid"]


def test_the_first_edit_begins_an_article(path: Path) -> None:
    with annotator.open(path, "Nora") as corpus:
        corpus.add_span(2, "INSTITUTION", *locate("وزارة الصحة", PLAIN))
        assert corpus.article(2).states == {"Nora": "in_progress"}
        assert corpus.undo(2)
        assert corpus.article(2).states == {}
        assert corpus.article(2).spans == ()
        assert not corpus.undo(2)


def test_an_undone_step_can_be_redone_in_the_window(path: Path, qtbot: QtBot) -> None:
    with annotator.open(path, "Nora") as corpus:
        corpus.add_span(2, "INSTITUTION", *locate("وزارة الصحة", PLAIN))
        assert corpus.undo(2)
    session = Session("Nora")
    session.open(StoredCorpus.open(path))
    session.open_by_id(2)
    assert session.redo()
    assert [span.label for span in session.spans] == ["INSTITUTION"]
    session.close()


def test_accepted_suggestions_keep_their_source_and_a_deleted_one_is_rejected(path: Path) -> None:
    with annotator.open(path, "Sanae") as corpus:
        suggestions = list(corpus.suggestions([1], source="dates"))
        assert corpus.accept(suggestions) == suggestions
        assert corpus.accept(suggestions) == []
        (date,) = corpus.spans(label="DATE")
        assert (date.source, date.value) == ("dates", "2024-07-09")
        corpus.delete_span(date)
        assert list(corpus.suggestions([1], source="dates")) == []
    assert steps(path) == ["accept", "remove"]


def test_a_rejection_is_recorded(path: Path) -> None:
    with annotator.open(path, "Sanae") as corpus:
        (date,) = corpus.suggestions([1], source="dates")
        corpus.reject(date)
        assert list(corpus.suggestions([1], source="dates")) == []
    with StoredCorpus.open(path, readonly=True) as stored:
        (last,) = stored.history(stored.article(1).uid, "Sanae")[-1:]
        assert [type(edit.after) for edit in stored.step(last.uid).edits] == [Rejection]


IMPOSSIBLE: list[tuple[str, Callable[[annotator.Corpus], object]]] = [
    ("not within the text", lambda corpus: corpus.add_span(1, "DATE", 3, len(TEXT) + 1)),
    ("not within the text", lambda corpus: corpus.add_span(1, "DATE", -3, 2)),
    ("only whitespace", lambda corpus: corpus.add_span(1, "DATE", len(HEADLINE), len(HEADLINE) + 1)),
    ("already has that label", lambda corpus: corpus.add_span(1, "PLAN", *locate("خطة العمل", TEXT))),
    ("layer of Salma", lambda corpus: corpus.delete_span(next(corpus.spans(annotator="Salma")))),
    ("layer of Salma", lambda corpus: corpus.relabel_span(next(corpus.spans(annotator="Salma")), "DATE")),
]


@pytest.mark.parametrize(("reason", "edit"), IMPOSSIBLE)
def test_an_impossible_edit_says_why_and_changes_nothing(
    path: Path, reason: str, edit: Callable[[annotator.Corpus], object]
) -> None:
    with annotator.open(path, "Sanae") as corpus:
        before = list(corpus)
        with pytest.raises(annotator.InvalidEdit, match=reason):
            edit(corpus)
        assert list(corpus) == before
    assert steps(path) == []


def test_an_unknown_label_or_state_is_refused(path: Path) -> None:
    with annotator.open(path, "Sanae") as corpus:
        with pytest.raises(annotator.CorpusError, match="“ORG”"):
            corpus.add_span(1, "ORG", 0, 3)
        with pytest.raises(annotator.CorpusError, match="“ORG”"):
            corpus.relabel_span(next(corpus.spans(annotator="Sanae")), "ORG")
        with pytest.raises(ValueError, match="finished"):
            corpus.set_state(1, "finished")
    assert steps(path) == []


def test_a_span_that_was_changed_meanwhile_is_not_changed_again(path: Path) -> None:
    with annotator.open(path, "Sanae") as corpus:
        span = next(corpus.spans(annotator="Sanae", label="PLAN"))
        corpus.describe_span(span, note="من نافذة أخرى")
        with pytest.raises(Conflict):
            corpus.relabel_span(span, "DATE")
        with pytest.raises(Conflict):
            corpus.delete_span(span)
    assert steps(path) == ["describe"]


def test_without_a_name_a_corpus_is_open_for_reading(path: Path) -> None:
    with annotator.open(path) as corpus:
        assert corpus.annotator is None
        edits: list[Callable[[], object]] = [
            lambda: corpus.add_span(1, "DATE", 0, 3),
            lambda: corpus.set_state(1, "done"),
            lambda: corpus.set_note(1, "x"),
            lambda: corpus.undo(1),
            lambda: corpus.delete_span(next(corpus.spans())),
            lambda: corpus.add_article(PLAIN),
            lambda: corpus.learn(),
            lambda: corpus.accept(corpus.suggestions([1], annotator="Sanae")),
        ]
        for edit in edits:
            with pytest.raises(annotator.CorpusError, match="open for reading"):
                edit()


def test_two_connections_change_a_corpus_at_the_same_time(path: Path) -> None:
    def label(name: str, word: str) -> None:
        with annotator.open(path, name) as corpus:
            for _round in range(5):
                corpus.delete_span(corpus.add_span(2, "PLAN", *locate(word, PLAIN)))
            corpus.add_span(2, "INSTITUTION", *locate(word, PLAIN))

    threads = [threading.Thread(target=label, args=pair) for pair in (("Nora", "وزارة الصحة"), ("Hind", "اللقاح"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with annotator.open(path) as corpus:
        assert {(span.annotator, span.text) for span in corpus.article(2).spans} == {
            ("Nora", "وزارة الصحة"),
            ("Hind", "اللقاح"),
        }
    assert len(steps(path, 2, "Nora")) == len(steps(path, 2, "Hind")) == 11


def _is_visible(text: str) -> bool:
    start, end = trim_invisible(text, 0, len(text))
    return start < end


@given(st.data())
def test_any_range_is_labelled_as_it_is_sliced(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    file = tmp_path_factory.mktemp("any") / "a.corpus"
    text = data.draw(
        st.text(st.sampled_from("لإلا ﷲـًّ\u200f\u202b👩🏽‍⚖️a1"), min_size=3, max_size=30).filter(_is_visible)
    )
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    with annotator.create(file, "Sanae") as corpus:
        article = corpus.add_article(text)
        if not article.text[start:end].strip():
            with pytest.raises(annotator.InvalidEdit):
                corpus.add_span(article, "PLAN", start, end)
        else:
            span = corpus.add_span(article, "PLAN", start, end)
            assert span.text == article.text[start:end]
            assert list(corpus.spans()) == [span]


# --- Articles and files


def test_a_new_corpus_takes_texts_and_files(tmp_path: Path) -> None:
    labels, file = tmp_path / "labels.toml", tmp_path / "one.txt"
    labels.write_text(
        '[[label]]\nname = "PLACE"\ncolour = { light = "#b97a1c", dark = "#e0a84a" }\ntitle = { en = "Place" }\n',
        encoding="utf-8",
    )
    file.write_text(TEXT, encoding="utf-8")
    with annotator.create(tmp_path / "new.corpus", "Sanae", label_file=labels) as corpus:
        assert corpus.labels == ("PLACE",)
        article = corpus.add_article(PLAIN, title="عنوان", published="2024-07-08", source="s", url="https://a.example")
        assert (article.number, article.published, article.source) == (1, "2024-07-08", "s")
        assert corpus.add_article(PLAIN) == article
        result = corpus.import_files(file)
        assert (result.added, result.duplicates, result.spans, result.skipped) == (1, 0, 0, [])
        assert len(corpus) == 2
    with pytest.raises(ExistingCorpus):
        annotator.create(tmp_path / "new.corpus", "Sanae")


def test_a_text_with_a_wrong_date_is_refused(tmp_path: Path) -> None:
    with annotator.create(tmp_path / "new.corpus", "hamid") as corpus:
        for published in ("yesterday", "2024-13-45", "09/07/2024"):
            with pytest.raises(annotator.InvalidEdit, match=published) as error:
                corpus.add_article(PLAIN, published=published)
            assert error.value.reason.code == "invalid_date"
        assert len(corpus) == 0
        assert corpus.add_article(PLAIN, published="2024-07").published == "2024-07"


@pytest.mark.parametrize("number", [0, -1, 10**30, -(10**30), 1 << 63, 1.5, None])
def test_a_number_that_no_article_has(path: Path, number: Any) -> None:
    with annotator.open(path) as corpus, pytest.raises(NoSuchArticle, match=str(number)):
        corpus.article(number)


def test_a_corpus_in_another_thread_or_closed_is_not_called_damaged(path: Path) -> None:
    errors: list[str] = []

    def count() -> None:
        with pytest.raises(annotator.CorpusError) as error:
            len(corpus)
        errors.append(str(error.value))

    with annotator.open(path) as corpus:
        thread = threading.Thread(target=count)
        thread.start()
        thread.join()
    count()
    assert errors == [f"“{path}” was closed, or belongs to another thread."] * 2


def test_spans_of_a_file_become_those_of_who_opened(path: Path, tmp_path: Path) -> None:
    columns = tmp_path / "a.conll"
    columns.write_text("وزارة B-MINISTRY\nالمالية I-MINISTRY\n\n", encoding="utf-8")
    with annotator.open(path, "Nora") as corpus:
        assert corpus.import_files(columns, format="conll").spans == 0
        assert corpus.import_files(columns, format="conll", add_labels=True).spans == 1
        assert [span.text for span in corpus.spans(annotator="Nora", label="MINISTRY")] == ["وزارة المالية"]
        with pytest.raises(ValueError, match="conll2003"):
            corpus.import_files(columns, format="conll2003")


def test_corrections_come_back_as_edits(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "corrected.jsonl"
    with annotator.open(path, "Nora") as corpus:
        corpus.export(file, "jsonl")
        file.write_text(
            file.read_text(encoding="utf-8").replace('"PLAN"', '"DATE"').replace("Sanae", "s.b"), encoding="utf-8"
        )
        result = corpus.import_files(file, replace=True, annotator_map={"s.b": "Sanae"})
        assert (result.added, result.skipped) == (0, [])
        assert {span.label for span in corpus.spans(annotator="Sanae")} == {"DATE", "INSTITUTION"}
        assert corpus.annotators == ("Sanae", "Salma")
        corpus.adjudicate()
        with pytest.raises(annotator.CorpusError, match="gold layer"):
            corpus.import_files(file, annotator_map={"s.b": "gold"})


def test_an_export_is_that_of_the_command(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    with annotator.open(path) as corpus:
        report = corpus.export(file, "jsonl")
        assert (report.articles, report.spans, report.verified) == (1, 3, True)
        columns = corpus.export(tmp_path / "train.conll", "conll2003", annotator="Sanae", zones=None)
        assert (columns.annotator, columns.written) == ("Sanae", 2)
        with pytest.raises(NothingToExport):
            corpus.export(tmp_path / "gold.conll", "conll2003", gold=True)
        with pytest.raises(ValueError, match="excel"):
            corpus.export(tmp_path / "a.xlsx", "excel")
        with pytest.raises(TypeError, match="colour"):
            corpus.export(tmp_path / "a.conll", "conll2003", colour="red")  # type: ignore[call-arg]
    assert file.with_name("train.jsonl.report.json").exists()


def test_learning_stores_a_model(path: Path) -> None:
    with annotator.open(path, "Sanae") as corpus:
        result = corpus.learn()
    assert result.articles == 1


# --- Opening


def test_a_file_that_is_no_corpus_is_an_error_in_the_language_of_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MissingCorpus):
        annotator.open(tmp_path / "missing.corpus")
    (tmp_path / "a.corpus").write_text("نص", encoding="utf-8")
    with pytest.raises(annotator.CorpusError, match="not a corpus"):
        annotator.open(tmp_path / "a.corpus")
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "fr")
    with pytest.raises(annotator.CorpusError, match="corpus") as french:
        annotator.open(tmp_path / "a.corpus")
    assert "not a corpus" not in str(french.value)


def test_nobody_works_without_a_name_or_under_that_of_the_gold_layer(path: Path, tmp_path: Path) -> None:
    from annotator.store.queries.gold import create_gold

    with StoredCorpus.open(path) as stored:
        gold = create_gold(stored)
    with pytest.raises(annotator.CorpusError, match="gold layer"):
        annotator.open(path, gold)
    with pytest.raises(ValueError, match="must have a name"):
        annotator.open(path, " \u200f")
    for name, reason in ((" ", "must have a name"), ("a\x1b[31m", "control characters"), (256 * "x", "longer than")):
        with pytest.raises(ValueError, match=reason):
            annotator.create(tmp_path / "b.corpus", name)
    assert not (tmp_path / "b.corpus").exists()
    with annotator.open(path, "  Nora\u200e  El ") as corpus:
        assert corpus.annotator == "Nora El"
