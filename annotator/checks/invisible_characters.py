"""Check for invisible characters that make a span differ from what it looks like."""

from collections.abc import Sequence
from typing import Final

from annotator.checks.check_context import Check, CheckContext, make_issue, move_fix
from annotator.checks.issue import Issue
from annotator.i18n import _, format_number, ngettext, pgettext
from annotator.model.reasons import Code, Reason
from annotator.model.records import Span
from annotator.text.invisible import BIDI_CONTROL, DIRECTION_MARK, ZERO_WIDTH
from annotator.text.visible import trim_invisible

INVISIBLE: Final = "invisible"


def check_invisible(context: CheckContext, span: Span) -> Issue | None:
    """Report a span with invisible characters (see text.invisible), or reordered by a control earlier in its line.

    Direction marks count only at an edge: inside, Arabic texts often have them. The fix leaves out characters at an
    edge.

    Issue: 2024 after an RLO in its line, displayed as 4202; بنك with a soft hyphen inside.
    """
    if not context.invisible_characters:
        return None
    start, end = trim_invisible(context.text, span.start, span.end)
    characters = context.invisible_in(span.start, span.end)
    order = [character for character in characters if character.kind == BIDI_CONTROL] or context.controls_at(span.start)
    stray = [
        character
        for character in characters
        if character.kind == ZERO_WIDTH or (character.kind == DIRECTION_MARK and not start <= character.offset < end)
    ]
    if not order and not stray:
        return None
    names = _(", ").join(dict.fromkeys(character.name for character in (*order, *stray)))
    if order:
        code = Code.INVISIBLE_ORDER
        message = _("Invisible characters ({names}) may change the order in which this span is displayed.")
    else:
        code, message = Code.INVISIBLE_CHARACTERS, _("This span contains invisible characters: {names}.")
    clear = start < end and (start, end) != (span.start, span.end)
    reason = Reason(code, message.format(names=names))
    return make_issue(INVISIBLE, span, reason, move_fix(span, start, end) if clear else None)


def summarise_invisible(issues: Sequence[Issue]) -> Issue | None:
    """Return one issue in place of several of a layer, in order; None for fewer than two.

    Some programs write a mark beside every word, so that nearly every span would be a question.
    """
    if len(issues) < 2:
        return None
    first, fix = issues[0], next((issue.fix for issue in issues if issue.fix), None)
    message = ngettext(
        "{count} span of this article has invisible characters, or is displayed differently because of some.",
        "{count} spans of this article have invisible characters, or are displayed differently because of some.",
        len(issues),
    )
    message = message.format(count=format_number(len(issues)))
    code = Code.INVISIBLE_CHARACTERS
    return Issue(INVISIBLE, first.label, first.start, first.end, message, code, first.span, fix, tuple(issues))


CHECKS: Final = (Check(INVISIBLE, lambda: pgettext("what is doubtful", "Invisible characters"), check_invisible),)
