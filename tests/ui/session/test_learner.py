"""Learning beside the work, in processes of its own."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from suggest.learning import examples
from ui.inspection import concerns, shown_text

from annotator.model.records import DONE, AnnotatedArticle, Span, Status, new_uid
from annotator.store.corpus import Corpus
from annotator.store.queries import training_data
from annotator.ui.session.learner import _MAIN, Learner, _python_arguments
from annotator.ui.session.session import Session
from annotator.ui.window import Window

LONG = 60_000  # milliseconds: a process of its own on a busy machine


@pytest.fixture
def taught(corpus_path: Path) -> Path:
    """Return the corpus with enough articles that are done."""
    with Corpus.open(corpus_path) as opened:
        for example in examples()[:30]:
            uid = example.article.uid
            spans = tuple(Span(new_uid(), uid, "Omar", label, start, end) for start, end, label in example.spans)
            opened.add(AnnotatedArticle(example.article, spans=spans, states=(Status(uid, "Omar", DONE),)))
    return corpus_path


@pytest.fixture
def learner(session: Session) -> Iterator[Learner]:
    learner_process = Learner(session)
    yield learner_process
    learner_process.stop()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.ui.session.learner._OPENING_TIME", 0)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of temporary files, which is empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for variable in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(variable, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def plant(folder: Path) -> None:
    """Put modules there that are imported at every start, under the names of libraries and of the program itself."""
    code = f"open({str(folder / 'run')!r}, 'w').close(); raise SystemExit"
    for name in ("click", "msgspec", "annotator", "json", "hashlib"):
        (folder / f"{name}.py").write_text(code)


def opened(qtbot: QtBot, session: Session, path: Path) -> None:
    """Open the corpus, which is learned from once it is on the screen."""
    with qtbot.waitSignal(session.changed, check_params_cb=concerns("is_learning")):
        session.open(Corpus.open(path))


def program(path: Path, what: str) -> str:
    """Make a program that is run in place of Python, with the same arguments."""
    path.write_text(f"#!/bin/sh\n{what}\n")
    path.chmod(0o755)
    return str(path)


needs_sh = pytest.mark.skipif(sys.platform == "win32", reason="a program here is a shell script")


def test_learning_starts_on_opening_and_after_more_articles_are_done(
    qtbot: QtBot, taught: Path, session: Session, learner: Learner, failures: list[str]
) -> None:
    opened(qtbot, session, taught)
    with qtbot.waitSignal(session.learned, timeout=LONG):
        pass
    assert not session.is_learning
    assert session.corpus
    model = training_data.load_stored_model(session.corpus, "model")
    assert model
    assert (bool(model.model), model.lessons) == (True, 30)
    for position in range(3):
        assert session.open_next_unfinished()
        assert session.tag("DATE", 0, 4)
        assert not session.is_learning, "work that is not done teaches nothing"
        session.set_state(DONE)
        assert session.is_learning == (position == 2), "a tenth of thirty"
    with qtbot.waitSignal(session.learned, timeout=LONG):
        pass
    assert training_data.load_stored_model(session.corpus, "model") != model
    assert failures == []


def test_learning_does_not_start_without_done_articles(
    qtbot: QtBot, session: Session, learner: Learner, corpus_path: Path
) -> None:
    session.open(Corpus.open(corpus_path))
    qtbot.wait(50)
    assert not session.is_learning


@needs_sh
def test_learning_stops_when_the_corpus_is_closed(
    qtbot: QtBot,
    taught: Path,
    session: Session,
    learner: Learner,
    failures: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(sys, "executable", program(tmp_path / "slow", "exec sleep 600"))
    started: list[subprocess.Popen[bytes]] = []

    class Process(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Process)
    states: list[list[int | None]] = []
    session.corpus_closing.connect(
        lambda _path: states.append([process.poll() for process in started])
    )  # asked after it was told
    opened(qtbot, session, taught)
    qtbot.waitUntil(lambda: bool(started))
    session.close()
    assert states[-1] == [-signal.SIGKILL]
    assert not session.is_learning
    assert failures == []


@needs_sh
def test_learning_failure_is_reported_once(
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
    qtbot.waitUntil(lambda: not session.is_learning, timeout=LONG)
    assert failures == ["Learning from finished articles failed: the disk is full"]
    session.set_state(DONE)
    assert session.is_learning
    qtbot.waitUntil(lambda: not session.is_learning, timeout=LONG)
    assert len(failures) == 1
    opened(qtbot, session, taught)
    qtbot.waitUntil(lambda: not session.is_learning, timeout=LONG)
    assert len(failures) == 2


@needs_sh
def test_killed_learner_is_reported(
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
    qtbot.waitUntil(lambda: not session.is_learning, timeout=LONG)
    assert failures == ["Learning from finished articles failed: the process ended without an error message"]


def test_learner_that_cannot_start_is_reported(
    qtbot: QtBot, taught: Path, session: Session, learner: Learner, failures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/program")
    opened(qtbot, session, taught)
    qtbot.waitUntil(lambda: not session.is_learning, timeout=LONG)
    assert len(failures) == 1
    assert failures[0].startswith("Learning from finished articles failed: ")


@needs_sh
def test_learner_gets_the_corpus_and_the_window_language(
    qtbot: QtBot, taught: Path, session: Session, learner: Learner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    line = f'echo "$ANNOTATOR_LANGUAGE $@" > "{output}"; ls "$TMPDIR" >> "{output}"'
    monkeypatch.setattr(sys, "executable", program(tmp_path / "tells", f"{line}; exit 1"))
    python = f"-P -c {_MAIN} {os.pathsep.join(filter(os.path.isabs, sys.path))}"
    for frozen, arguments in ((False, f"{python} learn"), (True, "learn")):
        monkeypatch.setattr(sys, "frozen", frozen, raising=False)
        opened(qtbot, session, taught)
        qtbot.waitUntil(lambda: not session.is_learning, timeout=LONG)
        assert output.read_text() == f"en {arguments} {taught.absolute()}\n"


def test_learner_imports_no_modules_from_the_corpus_folder(
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


def test_window_that_never_learns_makes_no_folder(
    qtbot: QtBot, temporary: Path, session: Session, learner: Learner, corpus_path: Path
) -> None:
    session.open(Corpus.open(corpus_path))
    qtbot.wait(50)
    assert not list(temporary.iterdir())


@needs_sh
@pytest.mark.parametrize("end", ["exit 0", "exit 1", "kill -9 $$", "exec sleep 600"])
def test_learner_leaves_no_folder(
    end: str,
    qtbot: QtBot,
    temporary: Path,
    taught: Path,
    session: Session,
    learner: Learner,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Not one that ends, fails, is killed by somebody, or is stopped."""
    go_on = tmp_path / "go on"
    lines = f'touch "$TMPDIR/half a model"; until [ -e "{go_on}" ]; do sleep 0.01; done; {end}'
    monkeypatch.setattr(sys, "executable", program(tmp_path / "learns", lines))
    opened(qtbot, session, taught)
    qtbot.waitUntil(lambda: len(list(temporary.glob("*/half a model"))) == 1, timeout=LONG)
    monkeypatch.setattr(learner, "_start_if_due", lambda: None)  # nothing was learned, so it would begin again
    go_on.touch()
    if "sleep" in end:
        session.close()
    qtbot.waitUntil(lambda: not session.is_learning, timeout=LONG)
    assert not list(temporary.iterdir())


def test_learner_without_a_folder_is_reported(
    qtbot: QtBot,
    temporary: Path,
    taught: Path,
    session: Session,
    learner: Learner,
    failures: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "gone"))
    opened(qtbot, session, taught)
    qtbot.waitUntil(lambda: not session.is_learning, timeout=LONG)
    assert len(failures) == 1
    assert failures[0].startswith("Learning from finished articles failed: it is not there")


def test_status_line_shows_that_the_program_is_learning(window: Window) -> None:
    window.session.set_learning(True)
    assert "learning from done articles" in shown_text(window.status_line)
    window.session.set_learning(False)
    assert "learning" not in shown_text(window.status_line)


def test_learner_imports_from_no_relative_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", ["", ".", "beside", str(tmp_path)])
    assert _python_arguments()[-1] == str(tmp_path)
