"""Make remarks, which may quote any file, safe to display."""

import re
from typing import Final, TypeVar

from msgspec.structs import replace

from annotator.i18n import _
from annotator.model.limits import MAX_REASON_LENGTH
from annotator.model.reasons import Code, Reason
from annotator.model.records import Remark

R = TypeVar("R", bound=Remark)

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def sanitise_remark(remark: R) -> R:
    """Return the remark as one line of limited length, without controls."""
    reason = " ".join(remark.reason.split())
    if len(reason) > MAX_REASON_LENGTH:
        reason = f"{reason[: MAX_REASON_LENGTH // 2]} … {reason[-MAX_REASON_LENGTH // 4 :]}"
    reason = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", reason)
    return remark if reason == remark.reason else replace(remark, reason=reason)


def explain_removed() -> Reason:
    """Return why an article that was removed from the corpus is not imported."""
    message = _("This article was removed from the corpus: restore it there to have it again.")
    return Reason(Code.ARTICLE_REMOVED, message)
