"""Check for invisible characters that make a span differ from what it looks like."""

from annotator.checks.check_context import CheckContext, make_issue, move_fix
from annotator.checks.issue import INVISIBLE, Issue
from annotator.i18n import _
from annotator.model.records import Span
from annotator.text.invisible import BIDI_CONTROL, DIRECTION_MARK, ZERO_WIDTH, InvisibleCharacter
from annotator.text.visible import trim_invisible

_OPENS = frozenset(("LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI"))


def check_invisible(context: CheckContext, span: Span) -> Issue | None:
    """Report a span with invisible characters (see text.invisible), or one that is displayed in another order.

    A control earlier in its line may reorder it. Direction marks count only at an edge: inside, Arabic texts have them
    everywhere. Where the characters are at an edge the fix leaves them out.

    Issue: 2024 after an RLO in its line, for it is displayed as 4202; بنك with a soft hyphen inside.
    """
    if not context.invisible_characters:
        return None
    start, end = trim_invisible(context.text, span.start, span.end)
    characters = context.invisible_in(span.start, span.end)
    order = [character for character in characters if character.kind == BIDI_CONTROL] or _active_controls(
        context, span.start
    )
    stray = [
        character
        for character in characters
        if character.kind == ZERO_WIDTH or (character.kind == DIRECTION_MARK and not start <= character.offset < end)
    ]
    if not order and not stray:
        return None
    names = _(", ").join(dict.fromkeys(character.name for character in (*order, *stray)))
    if order:
        message = _("Invisible characters ({names}) may change the order in which this span is displayed.")
    else:
        message = _("This span contains invisible characters: {names}.")
    clear = start < end and (start, end) != (span.start, span.end)
    return make_issue(INVISIBLE, span, message.format(names=names), move_fix(span, start, end) if clear else None)


def _active_controls(context: CheckContext, offset: int) -> list[InvisibleCharacter]:
    """Return the bidi controls of the line that are still in force at `offset`."""
    stack: list[InvisibleCharacter] = []
    for control in context.invisible_in(context.text.rfind("\n", 0, offset) + 1, offset):
        if control.name in _OPENS:
            stack.append(control)
        elif control.name in ("PDF", "PDI") and stack:
            stack.pop()
    return stack
