"""A message to the annotator that something can be done about."""

from pathlib import Path

from msgspec import Struct


class Notice(Struct, frozen=True):
    """A message for `Session.announced`.

    `is_undoable` is whether it is about the step just made: it then has a button that undoes the step, and goes as soon
    as the step is not the last one any more. `folder` is what a button opens.
    """

    text: str
    is_undoable: bool = False
    folder: Path | None = None
