"""A whole article labelled by keyboard only, and by mouse only, or adjudicated, by whoever has hands and eyes.

The stories know nothing of how a key is pressed: an X server's in the tests, Qt's own in the benchmark. What a
person does is counted as in the keystroke-level model (Card, Moran & Newell 1980).
"""

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from e2e.program import PATIENCE

from annotator.resources import resource_path
from annotator.text.folding import fold
from annotator.text.punctuation import is_punctuation
from annotator.text.tokenizer import Token, tokenize

HERE: Final = Path(__file__).parent
ARTICLES: Final = ("03-night-trains", "07-oasis-heat")
LABEL_KEYS: Final = {"DATE": "1", "INSTITUTION": "2", "PLAN": "3"}
NUMBERS: Final = "ى"  # the key that goes to numbers
NEAR: Final = 2  # words
MANY: Final = 60  # presses without getting there: this person gives up


class ExpectedSpan(NamedTuple):
    """A span as it should be: code points, end exclusive."""

    label: str
    start: int
    end: int


def sample_path(name: str) -> Path:
    """Return the path of a sample article."""
    return resource_path("samples", f"{name}.txt")


def load_gold(name: str) -> list[ExpectedSpan]:
    """Return the spans of a sample article by the labels' guidelines, in reading order, the outer before the inner.

    In the file each is a line of label and words, found at or after the one before. Where the guidelines leave it
    open: a month or a day that comes again (`شعبان من كل سنة`) is a frequency where `كل` says so, else a date.
    """
    text, spans, start = sample_path(name).read_text(encoding="utf-8"), [], 0
    for line in (HERE / f"{name}.spans").read_text(encoding="utf-8").splitlines():
        label, words = line.split("\t")
        start = text.index(words, start)
        spans.append(ExpectedSpan(label, start, start + len(words)))
    return spans


SECONDS: Final = {"keys": 0.28, "clicks": 1.3, "double clicks": 1.5, "drags": 2.4}
"""What the model says of each, after the issue; nothing for thinking and reading."""
THOUGHT: Final = 1.35
"""Seconds that the model has for making up one's mind, once for a decision."""


def estimate_seconds(tally: Counter[str]) -> float:
    """How long all that was counted takes by the model."""
    return sum(SECONDS.get(kind, 0.0) * count for kind, count in tally.items())


def estimate_handling(tally: Counter[str]) -> float:
    """Return how long one of the decisions takes by the model: a thought, and the keys, of which Ctrl is one too."""
    return THOUGHT + SECONDS["keys"] * tally["keys and modifiers"] / tally["decisions"]


class Person(ABC):
    """Hands at a window and eyes on it. Every movement is counted in `tally` and ends when its effect is seen.

    Besides the kinds of SECONDS there are `keys and modifiers`, as Shift with an arrow is one of `keys` and two of
    these, `decisions`, and `notches` of the wheel, for which the model has no time. Keys are named as Qt does
    (`Shift+Left`), a letter by the Arabic one on the key.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        """Sit down; what should be on the screen must be there within `patience` seconds."""
        self.tally: Counter[str] = Counter()
        self._patience = patience

    def press(self, key: str, what: str | None = None) -> None:
        """Press a key, the ones before its last + held, and see `what` change, or anything."""
        self.tally["keys"] += 1
        self.tally["keys and modifiers"] += len(key.split("+"))
        self._seen(lambda: self._press(key.split("+")), what)

    def drag(self, start: int, end: int) -> None:
        """Tag by a drag, while a label sticks, what is brought to sight by the wheel."""
        self._bring(start, end)
        self.tally["drags"] += 1
        self._seen(lambda: self._drag(self._place(start), self._place(end - 1, after=True)), "spans")

    def double_click(self, offset: int) -> None:
        """Tag by a double click, while a label sticks, the word at `offset`, brought to sight by the wheel."""
        self._bring(offset, offset + 1)
        self.tally["double clicks"] += 1
        self._seen(lambda: self._double_click(self._place(offset)), "spans")

    def click(self, kind: str, name: str) -> None:
        """Click on a thing of the window: a `label`, a `button` or a `chip` at the selection of this name."""
        self.tally["clicks"] += 1
        place = self._find(kind, name)
        self._seen(lambda: self._click(place))

    def click_text(self, offset: int) -> None:
        """Click on the letter at `offset`, brought to sight by the wheel."""
        self._bring(offset, offset + 1)
        self.tally["clicks"] += 1
        self._seen(lambda: self._click(self._place(offset)))

    def move_edge(self, offset: int, *, at_end: bool) -> None:
        """Bring the nearest edge of the current suggestion to the letter at `offset` by Shift and a click."""
        self._bring(offset, offset + 1)
        self.tally["clicks"] += 1
        self.tally["keys"] += 1
        self.tally["keys and modifiers"] += 1
        self._seen(lambda: self._shift_click(self._place(offset, after=at_end)))

    def choose(self, offset: int, action: str) -> None:
        """Right click on letter at `offset`, and click on this action of the menu."""
        self._bring(offset, offset + 1)
        self.tally["clicks"] += 2
        self._seen(lambda: self._choose(self._place(offset), action), "spans")

    def see(self) -> dict[str, Any]:
        """Return what the window shows."""
        seen: dict[str, Any] = self.ask("state")
        return seen

    @abstractmethod
    def ask(self, question: str, **details: Any) -> Any:
        """Call a method of the window probe by name."""

    def _find(self, kind: str, name: str) -> list[int]:
        """Return the place of a thing of the window, once the thing is on the screen."""
        deadline, place = time.monotonic() + self._patience, list[int]()
        while not place:
            assert time.monotonic() < deadline, (kind, name)
            place = self.ask(kind, name=name)
        return place

    def _place(self, offset: int, *, after: bool = False) -> list[int]:
        place: list[int] = self.ask("letter", offset=offset, after=after, reveal=False)
        return place

    def _bring(self, start: int, end: int) -> None:
        for _ in range(MANY):
            first, last = self._place(start), self._place(end - 1)
            if first and last:
                return
            self.tally["notches"] += 1
            self._turn(down=self.ask("is_below", offset=end - 1 if first else start))
        raise AssertionError("the wheel does not bring it to sight")

    @abstractmethod
    def _seen(self, move: Callable[[], None], what: str | None = None) -> None:
        """Do it, and wait until this of what is shown has changed, or anything."""

    @abstractmethod
    def _press(self, keys: list[str]) -> None: ...
    @abstractmethod
    def _drag(self, start: list[int], end: list[int]) -> None: ...
    @abstractmethod
    def _click(self, place: list[int]) -> None: ...
    @abstractmethod
    def _shift_click(self, place: list[int]) -> None: ...
    @abstractmethod
    def _double_click(self, place: list[int]) -> None: ...
    @abstractmethod
    def _choose(self, place: list[int], action: str) -> None: ...
    @abstractmethod
    def _turn(self, *, down: bool) -> None:
        """One notch of the wheel, and wait until it has turned the page."""


def label_by_keyboard(person: Person, wanted: Iterable[ExpectedSpan]) -> Iterator[ExpectedSpan]:
    """Label these spans and yield each when it is there, one after the other as one reads.

    To the first word by its letter, however often it takes, with Shift and a letter to the last one; to an inner span
    that lies behind by arrow, or from the beginning of the outer one. No looking ahead for what takes fewer keys.
    """
    text = person.see()["text"]
    words = tokenize(text)
    for span in wanted:
        inside = [word for word in words if word.start < span.end and span.start < word.end]
        _go(person, text, words, inside[0])
        for _ in range(MANY):
            if inside[0] == inside[-1] or (person.see()["stretch"] or [0, 0])[1] == span.end:
                break
            person.press(f"Shift+{_letter(text, inside[-1])}")
        person.press(LABEL_KEYS[span.label])
        for _ in range(3):
            if [*span] in person.see()["spans"]:
                break
            person.press("Space")
        assert [*span] in person.see()["spans"], text[slice(*span[1:])]
        yield span


def _go(person: Person, text: str, words: list[Token], word: Token) -> None:
    """Until the caret stands on the word and no span is selected."""
    for _ in range(MANY):
        seen = person.see()
        caret = Token(*seen["caret"])
        if caret == word and not seen["selected"]:
            return
        if caret == word:
            person.press("Escape")
        elif caret.start > word.start:
            person.press("Right" if words.index(caret) - words.index(word) <= NEAR else "Shift+Backspace")
        else:
            person.press(_letter(text, word))


def _letter(text: str, word: Token) -> str:
    """Return the key that a person presses for a word: its first letter, without its proclitics."""
    letters = fold(text[slice(*word)])
    if letters[0].isdecimal():
        return NUMBERS
    for written in ("ال", "بال", "وال", "فال", "كال", "لل"):
        if letters.startswith(written) and text[word.start] not in "أإآ" and len(letters) > len(written) + 1:
            return letters[len(written)]
    return letters[0]


def label_by_mouse(person: Person, wanted: Iterable[ExpectedSpan]) -> Iterator[ExpectedSpan]:
    """Label these spans and yield each when it is there, label by label.

    The label sticks while each of its spans is dragged over or double clicked; a proclitic at a span's start is left
    out by the menu of a right click.
    """
    text = person.see()["text"]
    wanted, words = list(wanted), [word for word in tokenize(text) if not is_punctuation(text, word)]
    labels = [label for label in LABEL_KEYS if any(span.label == label for span in wanted)]
    for label in labels:
        person.click("label", label)
        for span in (span for span in wanted if span.label == label):
            first = next(word for word in words if word.start <= span.start < word.end)
            if first.end == span.end:
                person.double_click(span.start)
            else:
                person.drag(span.start, span.end)
            for _ in range(3):
                if [*span] in person.see()["spans"]:
                    break
                person.choose(span.start, "toggle_proclitic")
            assert [*span] in person.see()["spans"], text[slice(*span[1:])]
            yield span
    if labels:
        person.click("label", labels[-1])  # it sticks no longer


def label_by_selection_bar(person: Person, wanted: Iterable[ExpectedSpan]) -> Iterator[ExpectedSpan]:
    """Label these spans and yield each when it is there, first those that are suggested.

    After a click on the first suggestion, each is decided by the buttons beside it: accepted, with another label if
    that is wrong, after Shift and a click where an edge should be, or rejected. What nothing was suggested for is
    labelled as in `label_by_mouse`.
    """
    missing = list(wanted)
    person.click_text(min(start for _label, start, _end in person.see()["suggestions"]))
    while chosen := person.see()["chosen"]:
        span = _find_meant(ExpectedSpan(*chosen), missing)
        if span is None:
            person.click("chip", "remove")
            continue
        for at_end, (is_edge, should_be) in enumerate(((chosen[1], span.start), (chosen[2], span.end))):
            if is_edge != should_be:
                person.move_edge(should_be - at_end, at_end=bool(at_end))
        person.click("chip", "accept" if chosen[0] == span.label else span.label)
        assert [*span] in person.see()["spans"], span
        missing.remove(span)
        yield span
    yield from label_by_mouse(person, missing)


def _find_meant(suggested: ExpectedSpan, missing: Iterable[ExpectedSpan]) -> ExpectedSpan | None:
    """Return the span that a suggestion means: the same words, or the same label with one edge elsewhere."""
    for span in missing:
        same_edges = (span.start == suggested.start) + (span.end == suggested.end)
        if same_edges == 2 or (same_edges == 1 and span.label == suggested.label):
            return span
    return None


def adjudicate_by_keyboard(person: Person, wanted: Collection[ExpectedSpan]) -> Iterator[str]:
    """Decide the disagreements about the article so that its gold layer has these spans; yield each deciding key.

    That is Return where the chosen candidate is right, the number of another one, or Delete where there should be
    nothing. What nobody has is decided by the key of another label, or by Shift and the arrows that move the end.
    """
    while disagreement := person.ask("disagreement"):
        start, end, candidates = disagreement
        seen = person.see()
        missing = [span for span in wanted if span.start < end and start < span.end and [*span] not in seen["spans"]]
        as_shown = [[*span] for span in missing]
        if as_shown in candidates:
            number = candidates.index(as_shown) + 1
            key = "Return" if number == 1 else f"Ctrl+{number}"
        elif missing:
            key = _correct(person, missing[0])
        else:
            key = "Delete"
        person.press(key, "spans" if missing else None)
        person.tally["decisions"] += 1
        spans = person.see()["spans"]
        assert all(span in spans for span in as_shown), (disagreement, missing)
        yield key


def _correct(person: Person, span: ExpectedSpan) -> str:
    """Move the end of the current suggestion to that of the span; return the key that then decides for its label."""
    for _ in range(MANY):
        label, start, end = person.see()["chosen"]
        assert start == span.start
        if end == span.end:
            return "Return" if label == span.label else LABEL_KEYS[span.label]
        person.press("Shift+Left" if end < span.end else "Shift+Right")
    raise AssertionError("the end is not to be had")
