"""What is said when the day of publication gives dates new values."""

from collections.abc import Callable

from annotator.model.article_builder import build_article
from annotator.ui.window import Window

Stretch = Callable[..., tuple[int, int]]


def test_values_resolved_against_the_publication_are_announced(window: Window, stretch: Stretch) -> None:
    session = window.session
    assert session.corpus
    session.corpus.add(build_article("قالت الوزارة أمس إن الخطة جاهزة، وإنها ستبدأ بعد أيام."))
    session.open_by_id(3)
    session.tag("DATE", *stretch("أمس"))
    session.tag("PLAN", *stretch("الخطة"))
    plan = session.selection
    session.set_published("2024-07-10")
    assert [span.value for span in session.spans] == ["2024-07-09", None]
    assert session.selection == plan
    assert window.toast.message() == "1 date was resolved against the day of publication."
    session.undo()
    assert window.toast.message() == ""


def test_a_publication_that_no_value_depends_on_is_not_announced(window: Window, stretch: Stretch) -> None:
    window.session.tag("DATE", *stretch("2024-2030"))
    window.session.set_published("2024-07-10")
    assert window.toast.message() == ""
