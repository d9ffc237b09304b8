"""Open a corpus as the program does, and undo and redo what was done before."""

from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from annotator_at_work import describe_screen
from PySide6.QtCore import QCoreApplication
from soundness import Rows, describe_article, revert_edits

from annotator.store.corpus import Corpus
from annotator.ui.session.session import Session

_LAYER: Final = ("span", "zone", "status", "note", "title", "published", "is_removed")  # of what a screen shows


def undo_and_redo(path: Path, annotator: str, most: int) -> tuple[int, list[str]]:
    """Undo at most `most` steps where the annotator was, and redo them; return their number and what is wrong."""
    reasons: list[str] = []
    app = QCoreApplication.instance() or QCoreApplication([])
    session = Session(annotator)
    session.failed.connect(reasons.append)
    session.open(Corpus.open(path))
    try:
        if not session.article or not app or reasons:
            return 0, [f"the corpus does not open as it should: {reasons}"]
        seen = [_read_layer(session)]
        wrong: list[str] = []
        while len(seen) <= most and session.undoable:
            wanted, overtaken = _compute_previous_layer(path, session)
            if not session.undo():
                if not overtaken:
                    wrong.append(f"undo failed: {reasons}")
                if _read_layer(session) != seen[-1]:
                    wrong.append("undo was refused and changed something")
                break
            seen.append(_read_layer(session))
            if seen[-1] != wanted:
                wrong.append(f"undo left {seen[-1]}, and there was {wanted} before the step")
        for layer in reversed(seen[:-1]):
            if not session.redo():
                wrong.append(f"redo failed: {reasons}")
            elif _read_layer(session) != layer:
                wrong.append("redo left something else than there was before the undo")
        return len(seen) - 1, wrong
    finally:
        session.close()


def _read_layer(session: Session) -> dict[str, Any]:
    return {name: value for name, value in describe_screen(session).items() if name in _LAYER}


def _compute_previous_layer(path: Path, session: Session) -> tuple[dict[str, Any], bool]:
    """Return what the layer was before its last step, from the record alone, and whether that step is overtaken.

    It is overtaken by what somebody else did to a zone, or by a later step in another article (docs/adr/0006).
    """
    assert session.article
    rows = Rows(path, deeply=False)
    tables = deepcopy(rows.tables)
    edits = [edit for edit in rows.edits if edit.step == session.undoable[-1].uid]
    overtaken = bool(revert_edits(tables, edits))
    article = session.article.uid
    mine = article, session.annotator
    zones = sorted((row["start"], row["end"]) for row in tables["zone"].values() if row["article"] == article)
    overtaken = overtaken or any(first[1] > second[0] for first, second in pairwise(zones))
    status, note = tables["status"].get(mine), tables["note"].get(mine)
    return {
        "span": {row["uid"]: row for row in tables["span"].values() if (row["article"], row["annotator"]) == mine},
        "zone": {row["uid"]: row for row in tables["zone"].values() if row["article"] == article},
        "status": status and status["state"],
        "note": note and note["text"],
        **describe_article(tables, article),
    }, overtaken
