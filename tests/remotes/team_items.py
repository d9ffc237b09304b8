"""Items of a team's record, written by hand as desktops send them."""

import json
from collections.abc import Callable
from typing import Any, Final

from annotator.model.identities import GOLD_UID
from annotator.model.records import article_uid, new_uid

TIME: Final = "2026-11-27T09:00:00.000+00:00"
WORDS: Final = "قالت وزارة الصحة إن الخطّة ستنجز في ٢٠٣٠ 😀"


def article_item(text: str = WORDS) -> dict[str, Any]:
    """Build an article."""
    return {
        "kind": "article",
        "uid": article_uid(text),
        "text": text,
        "title": "عنوان",
        "published": None,
        "source": None,
        "url": None,
        "added": TIME,
        "zones": [],
    }


def assignment_item(article: str, annotator: str, clock: int = 1, *, is_taken_back: bool = False) -> dict[str, Any]:
    """Build an assignment in no batch."""
    names = {"article": article, "annotator": annotator}
    return {"kind": "assignment", **names, "batch": None, "clock": clock, "is_taken_back": is_taken_back}


def person_item(uid: str, name: str = "سلمى") -> dict[str, Any]:
    """Build somebody who goes by their own uid."""
    kind = "gold" if uid == GOLD_UID else "person"
    return {"kind": "person", "uid": uid, "name": name, "person": uid, "person_kind": kind}


def label_item() -> dict[str, Any]:
    """Build an edit that adds a label."""
    label = {"label": {"name": "DATE"}, "position": 0}
    names = {"uid": new_uid(), "clock": 1, "time": TIME, "device": None, "label": "l1"}
    return {"kind": "label", **names, "before": None, "after": label, "replacement": None}


def batch_item() -> dict[str, Any]:
    """Build a batch."""
    return {"kind": "batch", "uid": new_uid(), "name": "دفعة", "is_blind": False, "time": TIME}


def span_edit(article: str, owner: str, start: int = 5, end: int = 16) -> dict[str, Any]:
    """Build an edit that adds a span to a layer."""
    layer = {"article": article, "annotator": owner}
    span = {"type": "span", "uid": new_uid(), **layer, "label": "l1", "start": start, "end": end, "note": "ملاحظة سرّيّة"}
    return {"before": None, "after": span}


def state_edit(article: str, owner: str, state: str = "done") -> dict[str, Any]:
    """Build an edit of the state of a layer."""
    return {"before": None, "after": {"type": "status", "article": article, "annotator": owner, "state": state}}


def zone_edit(article: str) -> dict[str, Any]:
    """Build an edit of what all share."""
    zone = {"type": "zone", "uid": new_uid(), "article": article, "kind": "body", "start": 0, "end": 4}
    return {"before": None, "after": zone}


def step_item(article: str, owner: str, *edits: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Build a step of a layer's owner, with a span if it has no other edits."""
    return {
        "kind": "step",
        "uid": new_uid(),
        "number": 0,
        "article": article,
        "owner": owner,
        "annotator": owner,
        "actor": None,
        "clock": 1,
        "device": "d1",
        "name": "tag",
        "time": TIME,
        "undoes": None,
        "edits": list(edits or (span_edit(article, owner),)),
        **fields,
    }


def encode(*items: dict[str, Any]) -> list[str]:
    """Encode items as they are sent."""
    dumps: Callable[..., str] = json.dumps
    return [dumps(item, ensure_ascii=False) for item in items]
