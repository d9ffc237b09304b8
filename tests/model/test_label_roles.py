"""What labels stand for, by their names."""

import pytest

from annotator.model.label_roles import DATE, INSTITUTION, PLAN, is_date_label, label_for_role
from annotator.model.labels import Colour, Label, LabelSet


@pytest.mark.parametrize(
    ("role", "expected"), [(DATE, "date"), (INSTITUTION, "ORG"), (PLAN, None)], ids=["date", "institution", "plan"]
)
def test_label_for_role_finds_the_first_matching_name(role: str, expected: str | None) -> None:
    colour = Colour("#000000", "#ffffff")
    labels = LabelSet(tuple(Label(name, {}, colour) for name in ("PERS", "ORG", "date", "DATE")))
    assert label_for_role(role, labels) == expected


@pytest.mark.parametrize(("name", "expected"), [("DATE", True), ("timex3", True), ("PLAN", False), ("DATES", False)])
def test_labels_of_dates_are_known_by_name(name: str, expected: bool) -> None:
    assert is_date_label(name) is expected
