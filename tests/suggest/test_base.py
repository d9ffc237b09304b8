"""The common part of the suggesters."""

import pytest

from annotator.model.labels import Colour, Label, LabelSet
from annotator.suggest.base import DATE, INSTITUTION, PLAN, label_for_role


@pytest.mark.parametrize(
    ("role", "expected"), [(DATE, "date"), (INSTITUTION, "ORG"), (PLAN, None)], ids=["date", "institution", "plan"]
)
def test_label_for_role_finds_the_first_matching_name(role: str, expected: str | None) -> None:
    colour = Colour("#000000", "#ffffff")
    labels = LabelSet(tuple(Label(name, {}, colour) for name in ("PERS", "ORG", "date", "DATE")))
    assert label_for_role(role, labels) == expected
