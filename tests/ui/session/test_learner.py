"""Learning beside the work, in processes of its own."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from suggest.learning import examples

from annotator.model.records import DONE, Draft, Span, Status, new_uid
from annotator.store.corpus import Corpus
from annotator.store.queries import training_data
from annotator.ui.session.learner import _MAIN, Learner, _program
from annotator.ui.session.session import Session
from annotator.ui.window import Window

LONG = 60_000  # milliseconds: a process of its own on a busy machine


@pytest.fixture
def taught(corpus_path: Path) -> Path:
    """The corpus with enough that is done."""
    with Corpus.open(corpus_path) as opened:
        for one in examples()[:30]:
            uid = one.article.uid
            spans = tuple(Span(new_uid(), uid, "Omar", label, start, end) for start, end, label in one.spans)
            opened.add(Draft(one.article, spans=spans, states=(Status(uid, "Omar", DONE),)))
    return corpus_path


@pytest.fixture
def learner(session: Session) -> Iterator[Learner]:
    made = Learner(session)
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.ui.session.learner._OPENED", 0)


def plant(folder: Path) -> None:
    """Put modules there that are imported at every start, under the names of libraries and of the program itself."""
    code = f"open({str(folder / 'run')!r}, 'w').close(); raise SystemExit"
    for name in ("click", "msgspec", "annotator", "json", "hashlib"):
        (folder / f"{name}.py").write_text(code)


def opened(qtbot: QtBot, session: Session, path: Path) -> None:
    """Open the corpus, which is learned from once it is on the screen."""
    with qtbot.waitSignal(session.learning_changed):
        session.open(Corpus.open(path))


@pytest.fixture
def failures(session: Session) -> list[str]:
    told: list[str] = []
    session.failed.connect(told.append)
    return told


def program(path: Path, what: str) -> str:
    """A program that is run in place of Python, with the same arguments."""
    path.write_text(f"#!/bin/sh\n{what}\n")
    path.chmod(0o755)
    return str(path)


needs_sh = pytest.mark.skipif(sys.platform == "win32", reason="a program here is a shell script")


def test_what_is_done_is_learned_when_the_corpus_is_opened_and_again_when_more_is(
    qtbot: QtBot, taught: Path, session: Session, learner: Learner, failures: list[str]
) -> None:
    opened(qtbot, session, taught)
    with qtbot.waitSignal(session.learned, timeout=LONG):
        pass
    assert not session.learning
    assert session.corpus
    found = training_data.learned(session.corpus, "model")
    assert found
    assert (bool(found.model), found.lessons) == (True, 30)
    for done in range(3):
        assert session.open_next()
        assert session.tag("DATE", 0, 4)
        assert not session.learning, "work that is not done teaches nothing"
        session.set_state(DONE)
        assert session.learning == (done == 2), "a tenth of thirty"
    with qtbot.waitSignal(session.learned, timeout=LONG):
        pass
    assert training_data.learned(session.corpus, "model") != found
    assert failures == []


def test_nothing_is_learned_where_nothing_is_done(
    qtbot: QtBot, session: Session, learner: Learner, corpus_path: Path
) -> None:
    session.open(Corpus.open(corpus_path))
    qtbot.wait(50)
    assert not session.learning


@needs_sh
def test_it_is_stopped_when_the_corpus_is_closed(
    qtbot: QtBot,
    taught: Path,
    session: Session,
    learner: Learner,
    failures: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(sys, "executable", program(tmp_path / "slow", "exec sleep 600"))
    left: list[object] = []
    session.corpus_closing.connect(lambda _path: left.append(learner._process))  # asked after it was told
    opened(qtbot, session, taught)
    session.close()
    assert left[-1] is None
    assert not session.learning
    assert failures == []


@needs_sh
def test_a_failure_is_told_once_and_not_again_at_each_article(
    qtbot: QtBot,
    taught: Path,
    session: Session,
    learner: Learner,
    failures: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(sys, "executable", program(tmp_path / "bad", "echo 'annotator: the disk is full' >&2; exit 2"))
    opened(qtbot, session, taught)
    qtbot.waitUntil(lambda: not session.learning, timeout=LONG)
    assert failures == ["Learning from what is done failed: the disk is full"]
    session.set_state(DONE)
    assert session.learning
    qtbot.waitUntil(lambda: not session.learning, timeout=LONG)
    assert len(failures) == 1
    opened(qtbot, session, taught)
    qtbot.waitUntil(lambda: not session.learning, timeout=LONG)
    assert len(failures) == 2


@needs_sh
def test_one_that_dies_without_a_word_is_told_too(
    qtbot: QtBot,
    taught: Path,
    session: Session,
    learner: Learner,
    failures: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(sys, "executable", program(tmp_path / "dies", "kill -9 $$"))
    opened(qtbot, session, taught)
    qtbot.waitUntil(lambda: not session.learning, timeout=LONG)
    assert failures == ["Learning from what is done failed: it ended without a word"]


def test_a_program_that_cannot_be_started_is_told(
    qtbot: QtBot, taught: Path, session: Session, learner: Learner, failures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/program")
    opened(qtbot, session, taught)
    qtbot.waitUntil(lambda: not session.learning, timeout=LONG)
    assert len(failures) == 1
    assert failures[0].startswith("Learning from what is done failed: ")


@needs_sh
def test_it_is_given_the_corpus_in_the_language_of_the_window(
    qtbot: QtBot, taught: Path, session: Session, learner: Learner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    line = f'echo "$ANNOTATOR_LANGUAGE $@" > "{told}"; ls "$TMPDIR" >> "{told}"'
    monkeypatch.setattr(sys, "executable", program(tmp_path / "tells", f"{line}; exit 1"))
    python = f"-P -c {_MAIN} {os.pathsep.join(filter(os.path.isabs, sys.path))}"
    for frozen, arguments in ((False, f"{python} learn"), (True, "learn")):
        monkeypatch.setattr(sys, "frozen", frozen, raising=False)
        opened(qtbot, session, taught)
        qtbot.waitUntil(lambda: not session.learning, timeout=LONG)
        assert told.read_text() == f"en {arguments} {taught.absolute()}\n"


def test_what_lies_beside_a_corpus_is_not_imported(
    qtbot: QtBot,
    taught: Path,
    session: Session,
    learner: Learner,
    failures: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stranger may have sent modules along, and the window may have been started in their folder."""
    plant(taught.parent)
    monkeypatch.chdir(taught.parent)
    opened(qtbot, session, taught)
    with qtbot.waitSignal(session.learned, timeout=LONG):
        pass
    assert not (taught.parent / "run").exists()
    assert failures == []


def test_the_window_says_so_while_it_learns(window: Window) -> None:
    window.session.now_learning(True)
    assert "learning from what is done" in window.status_line.state()
    window.session.now_learning(False)
    assert "learning" not in window.status_line.state()


def test_it_imports_from_no_folder_that_is_named_relatively(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", ["", ".", "beside", str(tmp_path)])
    assert _program()[-1] == str(tmp_path)
