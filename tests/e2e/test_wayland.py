"""The window on Wayland: the main job from start to exported file, dialogs, clipboard, drag and drop, and pictures.

The compositor is sway without a screen, which `packaging/dev.py test --with wayland` installs.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from e2e.exports import ARTICLE, command, export_and_read_back
from e2e.stories import label_by_keyboard, label_by_mouse, load_gold, sample_path
from e2e.wayland import Compositor, CompositorEndedError, WaylandHands, compositor, missing_programs
from PySide6.QtGui import QImage

from annotator import settings
from annotator.settings import Settings

if sys.platform != "linux":
    pytest.skip("Wayland is Linux's", allow_module_level=True)
if missing_programs():
    reason = f"no {', '.join(missing_programs())} here: packaging/dev.py test --with wayland brings them"
    pytest.skip(reason, allow_module_level=True)

from e2e.hands import Annotator, Input, RealInput, differs_from
from e2e.program import PATIENCE, Program, start_process

APP_ID = "arabic-news-annotator"
DRAGGING = Path(__file__).with_name("dragging.py")
WIDTH, HEIGHT = 1366, 768
MINISTRY = "المديرية العامة للأرصاد الجوية"
_LOOK = 1.0  # second in which a pressed key shows
POINTER = 32  # pixels: sway draws the pointer into its pictures

Enter = Callable[[Compositor], None]


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Enter:
    """Has programs start in a session of this compositor, as a login makes it: nothing names Qt's plugin."""

    def lead(running: Compositor) -> None:
        runtime = tmp_path_factory.mktemp("runtime")
        runtime.chmod(0o700)
        for name in ("DISPLAY", "QT_QPA_PLATFORM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in running.environment(runtime).items():
            monkeypatch.setenv(name, value)

    return lead


@pytest.fixture
def screen(enter: Enter) -> Iterator[Compositor]:
    with compositor(WIDTH, HEIGHT) as running:
        enter(running)
        yield running


@pytest.fixture
def hands(screen: Compositor) -> Iterator[WaylandHands]:
    devices = WaylandHands(screen)
    yield devices
    devices.close()


def wait(seen: Callable[[], Any], what: str) -> Any:
    """Look until this is seen, and return it."""
    deadline = time.monotonic() + PATIENCE
    while not (result := seen()):
        assert time.monotonic() < deadline, f"never seen: {what}"
        time.sleep(0.02)
    return result


def windows(screen: Compositor) -> dict[str, dict[str, Any]]:
    """Return the program's windows by title, without what follows a dash."""
    return {entry["name"].partition(" – ")[0]: entry for entry in screen.windows() if entry["app_id"] == APP_ID}


def wait_for_dialog(screen: Compositor, program: Program, cause: str) -> str:
    """Wait until the program has a dialog that takes the keys, and return its title."""
    wait(lambda: len(windows(screen)) == 2, f"a dialog after {cause}")
    title: str = wait(lambda: program.ask("dialog"), f"that the dialog after {cause} takes the keys")
    return title


def press(hands: Input, keys: str) -> None:
    hands.press_physical(*map(hands.code, keys.split("+")))


def choose_first_row(hands: Input, program: Program) -> None:
    """Press the arrow until a row of the open menu is chosen: a menu may be on the screen before it has the keys."""

    def press_and_look() -> bool:
        press(hands, "Down")
        deadline = time.monotonic() + _LOOK
        while not (choice := program.ask("menu_choice")) and time.monotonic() < deadline:
            time.sleep(0.02)
        return bool(choice)

    wait(press_and_look, "the first row of the menu is chosen")


def select(hands: Input, program: Program, words: str) -> None:
    """Drag over the first occurrence of these words."""
    start = program.ask("state")["text"].index(words)
    end = start + len(words)
    hands.drag(program.ask("letter", offset=start, after=False), program.ask("letter", offset=end - 1, after=True))
    program.wait(lambda state: state["selection"] == words, f"“{words}” is selected")


def test_an_article_under_an_arabic_keyboard_from_the_start_to_the_file(
    screen: Compositor, hands: WaylandHands, corpus: Path
) -> None:
    hands.use("ara", "digits")
    program = Program(corpus)
    window = windows(screen)["work"]
    assert (window["rect"]["width"], window["rect"]["height"]) == (WIDTH, HEIGHT)
    person = Annotator(hands, program)
    assert [*label_by_keyboard(person, load_gold(ARTICLE))] == load_gold(ARTICLE)
    before = person.see()["spans"]
    person.press("3")
    assert person.see()["spans"] != before
    person.press("Ctrl+ئ")
    assert person.see()["spans"] == before == [[*span] for span in load_gold(ARTICLE)]
    program.kill()

    program = Program(corpus)
    person = Annotator(hands, program)
    assert person.see()["spans"] == before
    person.press("Ctrl+Return")
    program.wait(lambda state: state["article"] == 1, "the next article")
    press(hands, "Ctrl+ض")
    assert program.process.wait(PATIENCE) == 0
    export_and_read_back(corpus)


def test_an_article_by_mouse(hands: WaylandHands, corpus: Path) -> None:
    program = Program(corpus)
    person = Annotator(hands, program)
    assert sorted(label_by_mouse(person, load_gold(ARTICLE))) == sorted(load_gold(ARTICLE))
    person.click("button", "done_and_next")
    program.wait(lambda state: state["article"] == 1, "the next article")
    start = program.ask("letter", offset=0, after=False)
    hands.hold(start, [start[0], HEIGHT - 2])  # beyond the edge of the article, on the buttons
    shorter = len(program.wait(lambda state: state["selection"], "something is selected")["selection"])
    program.wait(lambda state: len(state["selection"]) > shorter + 300, "the selection grows while the mouse is still")
    hands.release()
    program.kill()
    export_and_read_back(corpus)


@pytest.mark.parametrize("layout", ["us", "ara"])
def test_dialogs_and_menus_open_on_the_screen_and_give_the_keys_back(
    layout: str, screen: Compositor, hands: WaylandHands, corpus: Path
) -> None:
    hands.use(layout)
    program = Program(corpus)
    for keys in ("F1", "Ctrl+E", "Ctrl+Shift+L", "Ctrl+B", "Ctrl+U", "Ctrl+O", "Ctrl+I"):
        press(hands, keys)
        title = wait_for_dialog(screen, program, keys)
        dialog = windows(screen)[title]
        rect = dialog["rect"]
        assert dialog["focused"], keys
        assert rect["x"] >= 0 <= rect["y"], keys
        assert rect["x"] + rect["width"] <= WIDTH, keys
        assert rect["y"] + rect["height"] <= HEIGHT, keys
        press(hands, "Escape")
        wait(lambda: [*windows(screen)] == ["work"], f"the end of the dialog of {keys}")
        program.wait(lambda state: state["focus"], "the article has the keys again")

    caret = program.ask("state")["caret"]
    hands.click(program.ask("letter", offset=caret[0] + 1, after=True), 3)
    row = wait(lambda: program.ask("menu", name="copy"), "the menu of the right button")
    assert 0 < row[0] < WIDTH
    assert 0 < row[1] < HEIGHT
    choose_first_row(hands, program)
    press(hands, "Return")
    program.wait(lambda state: [span[0] for span in state["spans"]] == ["DATE"], "the first label of the menu")
    press(hands, "Ctrl+Z")
    program.wait(lambda state: not state["spans"] and state["focus"], "that it is undone")

    press(hands, "F1")
    wait_for_dialog(screen, program, "F1")
    screen.command(f"[con_id={windows(screen)['work']['id']}] kill")  # waits for the dialog's answer, as under X
    press(hands, "Escape")
    wait(lambda: [*windows(screen)] == ["work"], "the end of the dialog")
    screen.command(f"[con_id={windows(screen)['work']['id']}] kill")
    assert program.process.wait(PATIENCE) == 0


def test_text_goes_to_other_programs_and_comes_from_them(screen: Compositor, hands: WaylandHands, corpus: Path) -> None:
    program = Program(corpus)
    select(hands, program, MINISTRY)
    press(hands, "Ctrl+C")
    wait(lambda: screen.paste() == MINISTRY, "the text on the clipboard")
    press(hands, "2")
    program.wait(lambda state: state["spans"], "a span")

    note = "انظر «الدليل» 2024-2028"
    hands.use("ara")
    screen.copy(note)
    press(hands, "Tab")
    program.wait(lambda state: state["selected"], "the span is selected")
    press(hands, "Shift+F2")
    program.wait(lambda state: not state["focus"], "the field of the note has the keys")
    press(hands, "Ctrl+ر")
    press(hands, "Return")
    program.wait(lambda state: state["focus"], "the article has the keys again")
    press(hands, "Ctrl+ض")
    assert program.process.wait(PATIENCE) == 0
    (span,) = command("show", corpus, 1)["spans"]
    assert (span["text"], span["note"]) == (MINISTRY, note)


def test_a_file_is_dropped_from_another_program(enter: Enter, corpus: Path) -> None:
    try:
        drop_a_file(enter, corpus)
    except CompositorEndedError:  # sway 1.7 crashed while something was dragged, in one of some hundred runs
        drop_a_file(enter, corpus)


def drop_a_file(enter: Enter, corpus: Path) -> None:
    """Drag a file from another program's window to the program's, whose corpus has one article more then."""
    dropped = sample_path("01-reading-plan")
    with compositor(2600, 900) as screen:
        enter(screen)
        hands = WaylandHands(screen)
        program = Program(corpus)
        start_process(sys.executable, DRAGGING, dropped)
        wait(lambda: len(screen.windows()) == 2 and windows(screen)["work"]["rect"]["width"] == 1300, "both windows")
        start, end = [1950, 450], program.ask("paper")
        hands.hold(start, [start[0] + 9, start[1]])
        time.sleep(0.5)  # the other program begins to drag
        hands.move_on([start[0] + 9, start[1]], end)
        time.sleep(0.5)  # the window says that it takes files
        hands.release()
        wait(lambda: len(command("list", corpus)) == 3, "the article of the file")


def test_a_second_start_brings_the_window_forward(screen: Compositor, hands: WaylandHands, corpus: Path) -> None:
    settings.save(Settings(annotator="Sanae"))  # else the program asks
    start_process(sys.executable, "-m", "annotator", corpus)
    wait(lambda: windows(screen), "the window")
    start_process(sys.executable, DRAGGING, corpus)
    wait(lambda: any(entry["focused"] and entry["app_id"] == "dragging" for entry in screen.windows()), "another one")
    env = {**os.environ, "XDG_ACTIVATION_TOKEN": screen.launch_token() or hands.activation_token()}
    second_start = subprocess.run(
        [sys.executable, "-m", "annotator", str(corpus)], env=env, timeout=PATIENCE, check=False
    )
    assert second_start.returncode == 0
    wait(lambda: windows(screen)["work"]["focused"], "the window before the other one")
    assert len(screen.windows()) == 2


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_window_looks_as_under_x(
    language: str, enter: Enter, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not os.environ.get("DISPLAY"):
        pytest.skip("no X server here: packaging/dev.py test brings one")
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", language)
    (tmp_path / "copy").mkdir()
    copy = Path(shutil.copy(corpus, tmp_path / "copy"))

    under_x, program = RealInput(), Program(corpus)
    under_x.devices.resize_window(program.process.pid, WIDTH, HEIGHT)
    label_something(under_x, program)
    expected = settled(lambda: under_x.devices.picture(WIDTH, HEIGHT))
    program.kill()
    under_x.close()

    with compositor(WIDTH, HEIGHT) as screen:
        enter(screen)
        hands = WaylandHands(screen)
        program = Program(copy)
        label_something(hands, program)
        actual = settled(lambda: screen.picture(tmp_path / "wayland.png"))
        program.kill()
    expected.save(str(tmp_path / "x.png"))
    assert actual.size().toTuple() == expected.size().toTuple() == (WIDTH, HEIGHT)
    assert differences(expected, actual) == [], f"{tmp_path} has both pictures"


def label_something(hands: Input, program: Program) -> None:
    """Have spans, a selected one and suggestions on the page, and the pointer out of the way."""
    hands.click([WIDTH - 1, HEIGHT - 1])
    for keys in ("1", "Down", "Shift+Left", "2", "Shift+Tab"):
        before = program.ask("state")
        press(hands, keys)
        program.wait(differs_from(before), f"{keys} does something")
    program.wait(lambda state: len(state["spans"]) == 2 and state["selected"], "two spans, one of them selected")
    program.wait(lambda state: state["suggestions"], "suggestions")


def settled(take: Callable[[], QImage]) -> QImage:
    """Take pictures until nothing changes any more, and return the last one."""
    before = take()
    for _ in range(20):
        time.sleep(0.5)
        if (now := take()) == before:
            return now
        before = now
    raise AssertionError("the picture changes all the time")


def scan_line(image: QImage, y: int) -> bytes:
    line: Any = image.constScanLine(y)  # a memoryview
    return bytes(line)


def differences(expected: QImage, actual: QImage) -> list[tuple[int, int]]:
    """Return the points, ten at most, that have another colour, without those of the pointer."""
    first, second = (image.convertToFormat(QImage.Format.Format_RGB32) for image in (expected, actual))
    rows = (y for y in range(HEIGHT) if scan_line(first, y) != scan_line(second, y))
    different = (
        (x, y)
        for y in rows
        for x in range(WIDTH)
        if first.pixel(x, y) != second.pixel(x, y) and (x < WIDTH - POINTER or y < HEIGHT - POINTER)
    )
    return [*islice(different, 10)]


@pytest.mark.parametrize("scale", [1.25, 1.5])
def test_the_mouse_hits_what_it_points_at_where_all_is_larger(scale: float, enter: Enter, corpus: Path) -> None:
    with compositor(1920, 1080, scale) as screen:
        enter(screen)
        hands = WaylandHands(screen)
        program = Program(corpus)
        assert windows(screen)["work"]["rect"]["width"] == round(1920 / scale)
        person = Annotator(hands, program)
        assert sorted(label_by_mouse(person, load_gold(ARTICLE))) == sorted(load_gold(ARTICLE))
        program.kill()
