"""A lab whose people work as a team: their computers, each with a screen, and the place where the team meets."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, NamedTuple

from e2e.exports import command
from e2e.hands import Annotator, Input
from e2e.program import Program
from e2e.stories import ExpectedSpan

from annotator.model.records import DONE
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import count_articles

PATIENCE: Final = 120.0
"""Seconds until what must come to a window has come, over a server too, on a machine that has other work."""
GOLD: Final = "gold"
"""The name of the layer of what was decided."""
_SETTINGS_OF_USER: Final = ("ANNOTATOR_HOME", "XDG_", "PG")
"""How the names of variables begin that would lead one person's program to another's files, or to a server."""


class MeetingPlace(NamedTuple):
    """Where a team meets: the `location` to make it at, and a way to have it gone for a while.

    `without` is what the status line says then, in French.
    """

    location: str
    password: str
    is_server: bool
    away: Callable[[], AbstractContextManager[object]]
    without: str


class Computer:
    """A computer with a home of its own; what is started there shows on its screen."""

    def __init__(self, home: Path, screen: Mapping[str, str], language: str) -> None:
        self.home = home
        home.mkdir()
        (home / "run").mkdir(mode=0o700)
        own = {name: value for name, value in screen.items() if not name.startswith(_SETTINGS_OF_USER)}
        self.environment = own | {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home / "run"),
            "ANNOTATOR_LANGUAGE": language,
        }

    def run(self, *words: object, **variables: str) -> Any:
        """Return what a command prints with --json."""
        return command(*words, environment=self.environment | variables)

    def open(self, *paths: Path) -> Program:
        """Open the window on a corpus or an invitation, or as one starts it."""
        return Program(*paths, environment=self.environment, patience=PATIENCE)


class Seat(NamedTuple):
    """Somebody's computer with the window open, and the hands at it."""

    computer: Computer
    hands: Input
    program: Program

    @property
    def person(self) -> Annotator:
        return Annotator(self.hands, self.program)

    def wait(self, seen: Callable[[dict[str, Any]], object], what: str) -> dict[str, Any]:
        return self.program.wait(seen, what)

    def wait_for_team(self, seen: Callable[[str], object], what: str) -> None:
        """Wait until the status line says this of the team."""
        self.program.wait(lambda _state: seen(self.program.ask("team")), f"{what} (now: {self.program.ask('team')})")

    def leave_dialog(self, *keys: str) -> None:
        """Press the keys that end the dialog, and wait until the window has the keyboard again."""
        self.hands.press(*keys)
        self.wait(lambda _state: not self.program.ask("dialog"), "the dialog is left")
        self.take_keyboard()

    def take_keyboard(self) -> None:
        """Click on the article: no window manager gives the keys back to the window."""
        self.hands.click(self.program.ask("paper"))
        self.wait(lambda state: state["focus"], "the window has the keyboard")

    def drag_over(self, start: int, end: int) -> None:
        """Select this range of the article."""
        first, last = (self.program.ask("letter", offset=offset, after=offset != start) for offset in (start, end - 1))
        self.hands.drag(first, last)
        self.wait(lambda state: state["stretch"] == [start, end], "the range is selected")

    def quit(self) -> None:
        self.hands.press("Control_L", "q")
        assert self.program.process.wait(PATIENCE) == 0


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Look until a condition holds that no window tells, such as what is in a corpus."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never so: {what}"
        time.sleep(0.1)


def read_layers(corpus: Path, *annotators: str) -> dict[tuple[str, str], list[ExpectedSpan]]:
    """Return what is in the layers of these annotators, by text and name, of all that have any spans."""
    layers = {}
    with Corpus.open(corpus, readonly=True) as opened:
        for annotated in opened.load_articles(range(1, count_articles(opened) + 1)):
            for name in annotators:
                spans = opened.spans(annotated.article.uid, name)
                if spans:
                    layers[annotated.article.text, name] = sorted(
                        ExpectedSpan(span.label, span.start, span.end) for span in spans
                    )
    return layers


def read_finished(corpus: Path, annotator: str) -> list[str]:
    """Return the uids of the articles that this annotator has done."""
    with Corpus.open(corpus, readonly=True) as opened:
        numbers = range(1, count_articles(opened) + 1)
        states = [status for annotated in opened.load_articles(numbers) for status in annotated.states]
        return [status.article for status in states if status.annotator == annotator and status.state == DONE]


def type_keys(hands: Input, text: str) -> None:
    """Press the keys of small Latin letters, digits and full stops."""
    for character in text:
        hands.press("period" if character == "." else character)
