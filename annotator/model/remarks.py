"""What is said of files, which may quote from them whatever is there."""

import re
from typing import Final, TypeVar

from msgspec.structs import replace

from annotator.model.limits import REASON
from annotator.model.records import Remark

R = TypeVar("R", bound=Remark)

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def plainly(remark: R) -> R:
    """The same in one line that is not too long: what is quoted is cut, and shows no controls."""
    reason = " ".join(remark.reason.split())
    if len(reason) > REASON:
        reason = f"{reason[: REASON // 2]} … {reason[-REASON // 4 :]}"
    reason = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", reason)
    return remark if reason == remark.reason else replace(remark, reason=reason)
