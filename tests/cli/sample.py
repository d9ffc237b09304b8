"""Shared by the tests of the commands: two articles, and the result of a command."""

from collections.abc import Callable
from typing import Any, NamedTuple

import builders
import msgspec

HEADLINE = "الحكومة تعتمد خطة العمل 2024-2025"
DATELINE = "الثلاثاء 9 يوليوز 2024 - 09:00"
BODY = "قالت وزارة العدل 👍🏽 إنّ «خطة العمل» لأحزاب OECD."
TEXT = f"{HEADLINE}\n{DATELINE}\n{BODY}"
PLAIN = "Un texte (sans zones).\nعاجل"


class Ended(NamedTuple):
    """The exit code and output of a command."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.out)


Run = Callable[..., Ended]


def locate(part: str, text: str = TEXT) -> tuple[int, int]:
    """Return start and end of `part` in `text`."""
    return builders.locate(part, text)
