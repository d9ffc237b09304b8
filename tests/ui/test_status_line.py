"""What is told at the foot of the window, and how long."""

from annotator.ui.window import Window


def test_what_was_told_of_an_article_is_gone_with_it(window: Window) -> None:
    window.session.told.emit("No suggestion is left.")
    assert window.status_line.said() == "No suggestion is left."
    window.session.open_step(1)
    assert window.status_line.said() == ""


def test_what_went_wrong_stays_in_another_article(window: Window) -> None:
    window.say("The file is locked.")
    window.session.open_step(1)
    assert window.status_line.said() == "The file is locked."


def test_what_is_told_by_going_on_is_seen(window: Window) -> None:
    window.session.open_step(1)
    window.session.open_step(1)
    assert window.status_line.said() != ""
