"""The main job as an annotator does it: a real window, a real mouse, real keys, a killed process, an exported file."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from e2e.exports import command
from e2e.hands import RealInput, has_spans, require_screen, selects
from e2e.program import Program

from annotator.resources import resource_path

require_screen()

HERE = Path(__file__).parent
KEY_2, KEY_3, KEY_CONTROL, KEY_Z = 11, 12, 37, 52  # X key codes of a PC keyboard: places, not letters


class Story(NamedTuple):
    """An article, what is tagged in it (label, words, which of their occurrences), and the file that must come out."""

    article: Path
    tags: list[tuple[str, str, int]]
    expected: Path


@pytest.fixture
def arabic_keyboard() -> Iterator[None]:
    """Set an Arabic layout whose digit row writes ١٢٣."""
    if sys.platform == "win32":
        pytest.skip("layouts are those of the X server")
    if not shutil.which("setxkbmap"):
        pytest.skip("setxkbmap is not here: Debian has it in x11-xkb-utils")
    subprocess.run(["setxkbmap", "-layout", "ara", "-variant", "digits"], check=True)
    yield
    subprocess.run(["setxkbmap", "-layout", "us"], check=True)


@pytest.fixture(params=["sample", "seed"])
def story(request: pytest.FixtureRequest) -> Story:
    if request.param == "sample":
        tags = [
            ("INSTITUTION", "وزارة التربية الوطنية والتعليم الأولي والرياضة", 0),
            ("PLAN", "الخطة الوطنية لدعم القراءة 2024-2028", 0),
            ("DATE", "2024-2028", 0),
        ]
        return Story(resource_path("samples", "01-reading-plan.txt"), tags, HERE / "sample.conll")
    shared: Path = request.getfixturevalue("shared")
    tags = [
        ("INSTITUTION", "اللجنة الوطنية لتنسيق إجراءات مكافحة الاتجار بالبشر والوقاية منه", 0),
        ("PLAN", "الخطة الوطنية لمكافحة الاتجار بالبشر والوقاية منه برسم سنة 2023-2030", 0),
        ("DATE", "سنة 2023-2030", 0),
    ]
    return Story(shared / "data" / "seed-article.txt", tags, HERE / "seed-tags.conll")


def test_tag_by_mouse_and_key_be_killed_go_on_and_export(
    story: Story, hands: RealInput, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "ar")
    corpus = tmp_path / "work.corpus"
    assert command("import", corpus, story.article)["added"] == 1
    program = Program(corpus)
    state = program.ask("state")
    assert state["rtl"]
    wanted: list[list[Any]] = []
    for number, (label, words, nth) in enumerate(story.tags, 1):
        start = find(state["text"], words, nth)
        end = start + len(words)
        program.ask("letter", offset=end - 1, after=True)  # brings the whole of it to sight
        hands.drag(program.ask("letter", offset=start, after=False), program.ask("letter", offset=end - 1, after=True))
        program.wait(selects(words), f"“{words}” is selected")
        if label == "PLAN":
            hands.click(program.ask("label", name=label))
        else:
            hands.press({"DATE": "1", "INSTITUTION": "2"}[label])
        wanted.append([label, start, end])
        program.wait(has_spans(number), f"{number} spans")
    program.kill()

    program = Program(corpus)
    assert sorted(program.ask("state")["spans"]) == sorted(wanted)
    hands.press("Control_L", "d")
    program.wait(lambda state: state["state"] == "done", "the article is done")
    hands.press("Control_L", "q")
    assert program.process.wait(15) == 0

    target = tmp_path / "train.conll"
    report = command("export", corpus, target, "--format", "conll2003")
    assert report["verified"]
    assert (report["spans"], report["written"], len(report["flattened"])) == (3, 2, 1)
    assert report["flattened"][0]["label"] == "DATE"
    written = target.read_text(encoding="utf-8")
    if story.expected.name == "seed-tags.conll":
        # The text of the seed article is not ours to keep: what was tagged in it is compared.
        written = "".join(f"{line}\n" for line in written.splitlines() if line and not line.endswith(" O"))
    assert written == story.expected.read_text(encoding="utf-8")
    assert json.loads((tmp_path / "train.conll.report.json").read_text(encoding="utf-8")) == report


@pytest.mark.usefixtures("arabic_keyboard")
def test_keys_work_while_the_keyboard_is_arabic(hands: RealInput, tmp_path: Path) -> None:
    corpus = tmp_path / "work.corpus"
    command("import", corpus, resource_path("samples", "01-reading-plan.txt"))
    program = Program(corpus)
    text = program.ask("state")["text"]
    start = find(text, "منظمة الأمم المتحدة", 0)
    end = start + len("منظمة الأمم المتحدة")
    hands.drag(program.ask("letter", offset=start, after=False), program.ask("letter", offset=end - 1, after=True))
    program.wait(lambda state: state["selection"], "something is selected")
    hands.press_physical(KEY_2)
    program.wait(lambda state: [span[0] for span in state["spans"]] == ["INSTITUTION"], "the key ٢ tags")
    hands.press_physical(KEY_3)
    program.wait(lambda state: [span[0] for span in state["spans"]] == ["PLAN"], "the key ٣ relabels")
    hands.press_physical(KEY_CONTROL, KEY_Z)  # the key of Z is that of ئ
    program.wait(lambda state: [span[0] for span in state["spans"]] == ["INSTITUTION"], "Ctrl with the key of Z undoes")
    program.kill()


def find(text: str, words: str, nth: int) -> int:
    """Where the nth occurrence of `words` in `text` begins."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return start


def test_an_article_is_labelled_by_keys_alone(hands: RealInput, tmp_path: Path) -> None:
    corpus = tmp_path / "work.corpus"
    for name in ("03-night-trains.txt", "07-oasis-heat.txt"):
        command("import", corpus, resource_path("samples", name))
    program = Program(corpus)
    text = program.ask("state")["text"]

    def press(*names: str) -> dict[str, Any]:
        before = program.ask("state")
        hands.press(*names)
        return program.wait(lambda state: state != before, f"{names} does something")

    def stand_on(offset: int) -> None:
        """Down while the line is above, then by word."""
        while True:
            start, end = program.ask("state")["caret"]
            if start <= offset < end:
                return
            line = program.ask("line")
            if line[0] <= offset < line[1]:
                press("Left" if offset >= end else "Right")
            else:
                press("Down" if offset >= line[1] else "Up")

    wanted: list[list[Any]] = []
    for words, key, label in (
        ("المكتب الوطني للسكك الحديدية", "2", "INSTITUTION"),
        ("من 3 إلى 5 ماي", "1", "DATE"),
        ("القصر الكبير", "2", "INSTITUTION"),
    ):
        start = find(text, words, 0)
        wanted.append([label, start, start + len(words)])
        stand_on(start)
        for _ in words.split()[1:]:
            state = press("Shift_L", "Left")
        assert state["selection"] == words
        press(key)
    assert program.ask("state")["spans"] == wanted
    # A slip is put right without the mouse: the last one was no institution, and the range begins after من.
    press("Delete")
    press("Shift_L", "Tab")
    state = press("Control_L", "Shift_L", "Left")
    assert state["spans"][1] == ["DATE", wanted[1][1] + len("من "), wanted[1][2]]
    hands.press("Control_L", "Return")
    program.wait(lambda state: state["article"] == 1, "the next article")
    hands.press("Control_L", "q")
    assert program.process.wait(15) == 0
    report = command("export", corpus, tmp_path / "train.conll", "--format", "conll2002")
    assert (report["articles"], report["spans"], report["written"], report["verified"]) == (1, 2, 2, True)
    lines = (tmp_path / "train.conll").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.endswith(" O") and line] == [
        "المكتب B-INSTITUTION",
        "الوطني I-INSTITUTION",
        "للسكك I-INSTITUTION",
        "الحديدية I-INSTITUTION",
        "3 B-DATE",
        "إلى I-DATE",
        "5 I-DATE",
        "ماي I-DATE",
    ]


def test_a_drag_held_beyond_the_edge_goes_on(hands: RealInput, tmp_path: Path) -> None:
    corpus = tmp_path / "work.corpus"
    command("import", corpus, resource_path("samples", "06-digital-strategy.txt"))
    program = Program(corpus)
    start, below = (
        program.ask("letter", offset=find(program.ask("state")["text"], "الإدارة", 1), after=False),
        [700, 1075],
    )
    hands.hold(start, below)
    shorter = len(program.wait(lambda state: state["selection"], "something is selected")["selection"])
    program.wait(lambda state: len(state["selection"]) > shorter + 800, "the selection grows while the mouse is still")
    hands.release()
    program.kill()
