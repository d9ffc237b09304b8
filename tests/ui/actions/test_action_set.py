"""The states of the window's actions."""

from ui.inspection import Stretch

from annotator.model.records import DONE
from annotator.ui.window import Window


def test_what_shows_an_action_hears_once_of_its_state_and_the_reason(window: Window, stretch: Stretch) -> None:
    action = window.action("undo")
    reason = action.whatsThis()
    assert reason
    states: list[tuple[bool, str]] = []
    action.changed.connect(lambda: states.append((action.isEnabled(), action.whatsThis())))
    window.session.tag("DATE", *stretch("09 يوليوز 2024"))
    window.session.set_state(DONE)
    assert states == [(True, "")]
    window.session.undo()
    window.session.undo()
    assert states == [(True, ""), (False, reason)]
