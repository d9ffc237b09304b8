"""Steps on their way to the file: on disk, pending until another program lets go of it, or dropped."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from running import raising

from annotator.model.records import Edit, Span, Step, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import Conflict, FullDisk, LockedCorpus
from annotator.ui.session import step_writer
from annotator.ui.session.position_saver import PositionSaver
from annotator.ui.session.session_corpus import SessionCorpus
from annotator.ui.session.state import SessionState
from annotator.ui.session.step_writer import StepWriter


class Reader:
    """Who has an article open, and where in it."""

    def __init__(self, state: SessionState) -> None:
        self.current = state
        self.get_offset: Callable[[], int] = lambda: 7


@pytest.fixture
def reader(qapp: QObject, corpus_path: Path) -> Iterator[Reader]:
    with Corpus.open(corpus_path) as corpus:
        yield Reader(SessionState("Sanae", corpus=corpus).with_article(1))


@pytest.fixture
def file(reader: Reader) -> Iterator[SessionCorpus]:
    assert reader.current.corpus
    opened = SessionCorpus(reader.current.corpus, lambda _corpus: True)
    opened.corpus.set_busy_timeout(10)
    yield opened
    opened.close_helpers()


@pytest.fixture
def writer(reader: Reader, file: SessionCorpus, monkeypatch: pytest.MonkeyPatch) -> Iterator[StepWriter]:
    monkeypatch.setattr(step_writer, "_RETRY_INTERVAL", 20)
    parent = QObject()
    opened = StepWriter(PositionSaver(reader, parent), parent)
    opened.open(file)
    yield opened
    opened.close()


@pytest.fixture
def failures(writer: StepWriter) -> list[str]:
    messages: list[str] = []
    writer.failed.connect(messages.append)
    return messages


def tag(reader: Reader) -> Step:
    """Return a step that tags the first five code points of the open article."""
    assert reader.current.article
    span = Span(new_uid(), reader.current.article.uid, "Sanae", "DATE", 0, 5)
    return Step(new_uid(), "Sanae", utc_timestamp(), "tag", (Edit(None, span),))


def starts_on_disk(path: Path) -> list[int]:
    with Corpus.open(path, readonly=True) as corpus:
        return [span.start for span in corpus.spans(corpus.article(1).uid, "Sanae")]


def test_a_step_is_written_with_the_position(
    writer: StepWriter, reader: Reader, corpus_path: Path, qtbot: QtBot
) -> None:
    step = tag(reader)
    with qtbot.waitSignal(writer.written) as written:
        assert writer.write(step)
    assert written.args == [step]
    assert (writer.pending_step, writer.save_error) == (None, "")
    with Corpus.open(corpus_path) as corpus:
        assert [span.start for span in corpus.spans(corpus.article(1).uid, "Sanae")] == [0]
        assert corpus.last_position("Sanae") == (corpus.article(1).uid, 7)


def test_a_pending_step_is_retried_until_it_is_on_disk(
    writer: StepWriter, reader: Reader, corpus_path: Path, holder: sqlite3.Connection, qtbot: QtBot
) -> None:
    step = tag(reader)
    with qtbot.waitSignal(writer.changed):
        assert not writer.write(step)
    assert [writer.pending_step] == [step]
    assert "locked" in writer.save_error
    assert not writer.retry()
    holder.execute("ROLLBACK")
    with qtbot.waitSignals([writer.written, writer.notified]):
        pass
    assert (writer.pending_step, writer.save_error) == (None, "")
    assert starts_on_disk(corpus_path) == [0]


def test_no_step_overtakes_a_pending_one(
    writer: StepWriter, reader: Reader, corpus_path: Path, holder: sqlite3.Connection, failures: list[str]
) -> None:
    assert writer.check_none_pending()
    writer.write(tag(reader))
    assert not writer.check_none_pending()
    assert failures == ["The previous change is not saved yet."]
    holder.execute("ROLLBACK")
    assert not writer.check_none_pending(), "the next step was made without knowing this one"
    assert starts_on_disk(corpus_path) == [0]
    assert writer.check_none_pending()
    assert len(failures) == 1


def test_a_step_that_was_written_before_an_error_is_not_written_again(
    writer: StepWriter, reader: Reader, corpus_path: Path, holder: sqlite3.Connection, qtbot: QtBot
) -> None:
    step = tag(reader)
    writer.write(step)
    holder.execute("ROLLBACK")
    with Corpus.open(corpus_path) as other:
        other.apply(step)
    with qtbot.waitSignal(writer.written) as written:
        assert writer.retry()
    assert written.args == [None]
    assert starts_on_disk(corpus_path) == [0]


def test_a_step_that_the_corpus_does_not_accept_is_dropped(
    writer: StepWriter,
    reader: Reader,
    corpus_path: Path,
    holder: sqlite3.Connection,
    failures: list[str],
    qtbot: QtBot,
) -> None:
    step = tag(reader)
    writer.write(step)
    holder.execute("ROLLBACK")
    with Corpus.open(corpus_path) as other:
        other.apply(replace(step, uid=new_uid()))  # the same span, by another window
    with pytest.raises(Conflict):
        writer.write(step)
    with qtbot.waitSignal(writer.dropped):
        assert writer.retry()
    assert writer.pending_step is None
    assert len(failures) == 1
    assert starts_on_disk(corpus_path) == [0]


@pytest.mark.parametrize("end", [StepWriter.discard, StepWriter.close])
def test_a_discarded_step_is_never_written(
    writer: StepWriter,
    reader: Reader,
    corpus_path: Path,
    holder: sqlite3.Connection,
    end: Callable[[StepWriter], None],
    qtbot: QtBot,
) -> None:
    writer.write(tag(reader))
    end(writer)
    assert (writer.pending_step, writer.save_error) == (None, "")
    holder.execute("ROLLBACK")
    assert writer.retry()
    qtbot.wait(100)
    assert starts_on_disk(corpus_path) == []


def test_a_closed_writer_writes_nothing(writer: StepWriter, reader: Reader, corpus_path: Path) -> None:
    writer.close()
    assert not writer.write(tag(reader))
    assert starts_on_disk(corpus_path) == []


def test_a_late_step_saves_no_position_in_the_work_of_another(
    writer: StepWriter, reader: Reader, corpus_path: Path, holder: sqlite3.Connection
) -> None:
    writer.write(tag(reader))
    holder.execute("ROLLBACK")
    reader.current = replace(reader.current, annotator="Omar", reader="Sanae")
    assert writer.retry()
    assert starts_on_disk(corpus_path) == [0]
    with Corpus.open(corpus_path) as corpus:
        assert corpus.last_position("Omar") is None


def test_an_error_of_the_file_comes_before_one_of_its_checkpoints(
    writer: StepWriter, reader: Reader, file: SessionCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    file._checkpoint_reported.emit(file._checkpointer, FullDisk("The disk is full."))
    assert writer.save_error == "The disk is full."
    writer.set_error("The file is missing.")
    assert writer.save_error == "The file is missing."
    with monkeypatch.context() as patched:
        patched.setattr(file.corpus, "apply", raising(LockedCorpus("The file is locked.")))
        assert not writer.write(tag(reader))
    assert writer.save_error == "The file is locked."
    assert writer.retry()
    assert writer.save_error == "The disk is full."
    file._checkpoint_reported.emit(file._checkpointer, None)
    assert writer.save_error == ""
