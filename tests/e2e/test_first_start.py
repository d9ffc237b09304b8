"""From a home where nothing is yet to the first span on disk: a real window, real keys, a real mouse."""

import pytest
from e2e.hands import RealInput, require_screen, selects
from e2e.program import Program

from annotator import settings
from annotator.model.records import Span
from annotator.settings import first_corpus_path
from annotator.store.corpus import Corpus

require_screen()

FEW = 4  # presses of keys from the first start to the first span


def on_disk() -> list[tuple[str, str]]:
    """Return the label and the words of each span in the sample articles."""
    with Corpus.open(first_corpus_path(), readonly=True) as corpus:
        article = corpus.article(1)
        spans: list[Span] = corpus.spans(article.uid, settings.load().annotator_name)
        return [(span.label, article.text[span.start : span.end]) for span in spans]


def test_a_few_keys_lead_to_the_first_span(hands: RealInput, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "ar")
    pressed = []

    def press(*keys: str) -> None:
        pressed.append(keys)
        hands.press(*keys)

    program = Program()
    state = program.ask("state")
    assert state["welcome"]
    assert state["text"] is None
    assert state["rtl"]
    press("Return")
    program.wait(lambda state: state["text"] and not state["welcome"], "the first article")
    assert "1 تاريخ" in program.ask("message")
    press("Shift_L", "Left")
    program.wait(selects("الثلاثاء 09"), "the first two words are selected")
    press("1")
    program.wait(lambda state: state["spans"], "a span")
    assert "1 تاريخ" not in program.ask("message")
    program.kill()
    assert on_disk() == [("DATE", "الثلاثاء 09")]
    assert len(pressed) <= FEW

    program = Program()
    assert not program.ask("state")["welcome"]
    assert program.ask("state")["spans"]
    program.kill()


def test_a_double_click_and_a_key_do_it_in_the_systems_language(
    hands: RealInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    program = Program()
    assert not program.ask("state")["rtl"]
    hands.press("Return")
    text = program.wait(lambda state: state["text"], "the first article")["text"]
    assert "1 Date" in program.ask("message")
    hands.double_click(program.ask("letter", offset=text.index("أعلنت") + 1, after=True))
    program.wait(lambda state: state["selection"] == "أعلنت", "a word is selected")
    hands.press("3")
    program.wait(lambda state: state["spans"], "a span")
    program.kill()
    assert on_disk() == [("PLAN", "أعلنت")]
