"""What cannot be seen in a span, and could make it mean something other than what is seen."""

from annotator.checks.check_context import Seen, asked, moved
from annotator.checks.issue import INVISIBLE, Question
from annotator.i18n import _
from annotator.model.records import Span
from annotator.text.invisible import BLANK, MARK, ORDER, Hidden
from annotator.text.visible import visible

_OPENS = frozenset(("LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI"))


def invisible(seen: Seen, span: Span) -> Question | None:
    """A span with invisible characters in it (see text.invisible), or in a stretch of its line that one before it shows
    in another order. Direction marks count only at an edge: within, Arabic texts have them everywhere. Put right where
    they are at an edge: they are left out.

    2024 behind an RLO in its line is one, for it is shown as 4202; so is بنك with a soft hyphen in it.
    """
    if not seen.hidden:
        return None
    start, end = visible(seen.text, span.start, span.end)
    within = seen.hidden_in(span.start, span.end)
    order = [one for one in within if one.kind == ORDER] or _open_at(seen, span.start)
    others = [one for one in within if one.kind == BLANK or (one.kind == MARK and not start <= one.at < end)]
    if not order and not others:
        return None
    names = _(", ").join(dict.fromkeys(one.name for one in (*order, *others)))
    if order:
        said = _("Invisible characters ({names}) may show this span in another order than it is written.")
    else:
        said = _("This span holds invisible characters: {names}.")
    clear = start < end and (start, end) != (span.start, span.end)
    return asked(INVISIBLE, span, said.format(names=names), moved(span, start, end) if clear else None)


def _open_at(seen: Seen, offset: int) -> list[Hidden]:
    """The controls of order that are still in force at an offset, from its line's beginning."""
    stack: list[Hidden] = []
    for one in seen.hidden_in(seen.text.rfind("\n", 0, offset) + 1, offset):
        if one.name in _OPENS:
            stack.append(one)
        elif one.name in ("PDF", "PDI") and stack:
            stack.pop()
    return stack
