"""A message to the annotator that something can be done about."""

from pathlib import Path

from msgspec import Struct


class Notice(Struct, frozen=True):
    """A message for `Session.announced`.

    `is_undoable` is whether it is about the step just made: it then has a button that undoes the step, and goes as soon
    as the step is not the last one any more. `undo_article` is the number of an article left behind, whose last step a
    button undoes, or 0. `folder` is what a button opens. `is_of_conflicts` is whether a button shows the conflicts.
    """

    text: str
    is_undoable: bool = False
    undo_article: int = 0
    folder: Path | None = None
    is_of_conflicts: bool = False
