"""The values of plans: the years in their names, `2030` or `2024/2030`."""

import re
from typing import Final

from annotator.text.folding import fold

_PERIOD: Final = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?!\d)(?: ?(?:[-‐‑–/]|\bو|\bالي )(?: ?)((?:19|20)\d\d)(?!\d)|[-‐‑–/](\d\d)(?!\d))?"
)


def years_in(name: str) -> str | None:
    """Return a plan name's years in ISO 8601, `2030` or `2024/2030`; None if there are none or several."""
    periods = _PERIOD.findall(fold(name))
    if len(periods) != 1:
        return None
    first, last, short_last = periods[0]
    return "/".join(filter(None, (first, last or (short_last and first[:2] + short_last))))
