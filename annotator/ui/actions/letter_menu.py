"""A menu in which a letter goes to the next row that begins with it, in any keyboard layout.

Qt knows only letters that are underlined in the texts, which would be a second set of keys to translate.
"""

from PySide6.QtGui import QAction, QKeyEvent

from annotator.ui.actions.action_names import first_word_starts, fold_name
from annotator.ui.actions.keyboard import pressed_key, twin_keys
from annotator.ui.widgets.round_popups import RoundMenu


class LetterMenu(RoundMenu):
    """A menu in which letters are keys of rows, Arabic ones also by the letter after the article.

    They only move there; Enter or a click runs an action.
    """

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = _rows_from(self.actions(), self.activeAction())
        key = pressed_key(event).removeprefix("Shift+")
        letters = tuple(fold_name(letter) for letter in (key, *twin_keys(key)) if len(letter) == 1 and letter.isalpha())
        row = next((row for row in rows if _begins(row, letters)), None)
        if row:
            self.setActiveAction(row)
        else:
            super().keyPressEvent(event)


def _rows_from(rows: list[QAction], current: QAction | None) -> list[QAction]:
    """Return the rows in the order after `current`."""
    start = rows.index(current) + 1 if current in rows else 0
    return rows[start:] + rows[:start]


def _begins(row: QAction, letters: tuple[str, ...]) -> bool:
    """Return whether a row that can be used begins with one of these letters."""
    is_usable = row.isEnabled() and row.isVisible() and not row.isSeparator()
    title = row.text().partition("\t")[0].replace("&", "")
    return is_usable and any(word.startswith(letters) for word in first_word_starts(title))
