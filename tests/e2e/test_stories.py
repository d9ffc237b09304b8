"""Whole stories in a real window: an article labelled by keyboard only, and by mouse only, to the exported file.

And one labelled by deciding on suggestions only, of which nothing is left once it is undone.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.exports import ARTICLE, command, export_and_read_back
from e2e.hands import Annotator, RealInput, require_screen
from e2e.program import Program
from e2e.stories import MANY, label_by_keyboard, label_by_mouse, load_gold

from annotator import settings
from annotator.store.corpus import Corpus

require_screen()

LABELLED = "أعلنت الوكالة الوطنية للمياه عن برنامج سدود الجنوب، وقالت وزارة الفلاحة إنها تدعمه في حديقة الربيع."
KNOWN = (
    ("INSTITUTION", "الوكالة الوطنية للمياه"),
    ("PLAN", "برنامج سدود الجنوب"),
    ("INSTITUTION", "وزارة الفلاحة"),
    ("INSTITUTION", "حديقة الربيع"),
)
"""What is labelled in that text."""
DAY = "يوم الثلاثاء 9 يوليوز 2024"
SUGGESTED = """سدود الجنوب على جدول أعمال الحكومة

استقبلت وزارة الفلاحة وفدا من الوكالة الوطنية للمياه يوم الثلاثاء 9 يوليوز 2024. وقالت الوكالة الوطنية للمياه إن \
برنامج سدود الجنوب مستمر.

وتفتح حديقة الربيع أبوابها، حسب وزارة الفلاحة."""


@pytest.fixture(params=["us", "ara"])
def layout(request: pytest.FixtureRequest) -> Iterator[str]:
    """Set the keyboard's layout, with letters and digits that are Latin, or Arabic."""
    if sys.platform == "win32":
        if request.param != "us":
            pytest.skip("layouts are those of the X server")
        yield request.param
        return
    if not shutil.which("setxkbmap"):
        pytest.skip("setxkbmap is not here: Debian has it in x11-xkb-utils")
    variant = ["-variant", "digits"] if request.param == "ara" else []
    subprocess.run(["setxkbmap", "-layout", request.param, *variant], check=True)
    yield request.param
    subprocess.run(["setxkbmap", "-layout", "us"], check=True)


@pytest.mark.usefixtures("layout")
def test_an_article_by_keyboard_only(hands: RealInput, corpus: Path) -> None:
    program = Program(corpus)
    person = Annotator(hands, program)
    assert [*label_by_keyboard(person, load_gold(ARTICLE))] == load_gold(ARTICLE)
    assert person.tally.keys() == {"keys", "keys and modifiers"}
    assert person.tally["keys"] <= 4 * len(load_gold(ARTICLE))
    # A slip is put right: another label than was meant, and back.
    before = person.see()["spans"]
    person.press("3")
    assert person.see()["spans"] != before
    person.press("Ctrl+ئ")
    assert person.see()["spans"] == before == [[*span] for span in load_gold(ARTICLE)]
    person.press("Ctrl+Return")
    program.wait(lambda state: state["article"] == 1, "the next article")
    hands.press_physical(*map(hands.code, ("Ctrl", "ض")))
    assert program.process.wait(15) == 0
    export_and_read_back(corpus)


def test_an_article_by_mouse_only(hands: RealInput, corpus: Path) -> None:
    program = Program(corpus)
    person = Annotator(hands, program)
    assert sorted(label_by_mouse(person, load_gold(ARTICLE))) == sorted(load_gold(ARTICLE))
    before = person.see()["spans"]
    assert not person.see()["sticky"]
    # A slip is put right: a label is clicked while a span is selected, which gives it that one.
    person.click("label", "DATE")
    assert person.see()["spans"] != before
    person.click("button", "undo")
    assert person.see()["spans"] == before == [[*span] for span in load_gold(ARTICLE)]
    person.click("button", "done_and_next")
    program.wait(lambda state: state["article"] == 1, "the next article")
    assert "keys" not in person.tally
    program.kill()
    export_and_read_back(corpus)


@pytest.mark.usefixtures("layout")
def test_an_article_by_deciding_on_suggestions_only_and_all_undone(hands: RealInput, tmp_path: Path) -> None:
    corpus = two_articles(tmp_path)
    program = Program(corpus)
    seen = program.wait(lambda state: len(state["suggestions"]) == 7, "the suggestions")
    assert seen["text"] == SUGGESTED
    proposed = seen["suggestions"]
    labelled = [(label, SUGGESTED[start:end]) for label, start, end in proposed]
    ministry, agency, plan, spring = KNOWN[2], KNOWN[0], KNOWN[1], KNOWN[3]
    assert labelled == [ministry, agency, ("DATE", DAY), agency, plan, spring, ministry]

    def press(*keys: str) -> None:
        hands.press_physical(*map(hands.code, keys))

    def is_chosen(index: int) -> None:
        program.wait(lambda state: state["chosen"] == proposed[index], f"suggestion {index} is chosen")

    press("Return")
    is_chosen(0)
    hands.hold_key(hands.code("Return"), 1.2)  # however long, it is one decision
    is_chosen(1)
    press("Return")
    is_chosen(2)
    press("Return")
    is_chosen(3)
    press("1")  # as a date: no one would, but it is what the key says
    is_chosen(4)
    press("Ctrl", "ئ")
    is_chosen(3)
    press("Return")
    is_chosen(4)
    place = program.ask("letter", offset=proposed[5][1] + 1, after=False)
    hands.click(place)
    is_chosen(5)
    press("Delete")
    is_chosen(6)
    hands.double_click(program.ask("letter", offset=proposed[4][1] + 1, after=False))
    program.wait(lambda state: proposed[4] in state["spans"], "the double click accepts")
    press("F5")
    is_chosen(6)
    press("Return")
    decided = program.wait(lambda state: state["chosen"] is None and not state["suggestions"], "no suggestion is left")
    assert decided["spans"] == [suggestion for index, suggestion in enumerate(proposed) if index != 5]

    for _ in range(MANY):
        if program.ask("state")["state"] == "new":
            break
        press("Ctrl", "ئ")
    undone = program.wait(lambda state: state["suggestions"] == proposed, "all suggestions are back")
    assert (undone["spans"], undone["state"], undone["chosen"]) == ([], "new", proposed[0])
    press("Alt", "Return")
    program.wait(lambda state: state["spans"] == proposed, "all in view are accepted")
    press("Ctrl", "ئ")
    program.wait(lambda state: state["suggestions"] == proposed and not state["spans"], "that is undone")
    press("Ctrl", "ض")
    assert program.process.wait(15) == 0
    with Corpus.open(corpus, readonly=True) as opened:
        article = opened.article(1)
        assert article.text == SUGGESTED
        assert list(opened.fetch_tuples("SELECT * FROM span WHERE article = ?", article.uid)) == []
        assert list(opened.fetch_tuples("SELECT * FROM rejection")) == []


def two_articles(folder: Path) -> Path:
    """Create a corpus with an article that is not labelled, and one that is, by who works in the window."""
    corpus, plain, labelled = folder / "two.corpus", folder / "plain.txt", folder / "labelled.jsonl"
    plain.write_text(SUGGESTED, encoding="utf-8")
    spans = [
        {"label": label, "start": LABELLED.index(words), "end": LABELLED.index(words) + len(words)}
        for label, words in KNOWN
    ]
    labelled.write_text(json.dumps({"text": LABELLED, "spans": spans}), encoding="utf-8")
    command("import", corpus, plain)
    assert command("import", corpus, labelled, "--annotator", settings.user_name())["spans"] == len(KNOWN)
    return corpus
