"""What the suggesters have in common."""

import pytest

from annotator.model.labels import Colour, Label, LabelSet
from annotator.suggest.base import DATE, INSTITUTION, PLAN, label_for


@pytest.mark.parametrize(
    ("role", "expected"), [(DATE, "date"), (INSTITUTION, "ORG"), (PLAN, None)], ids=["date", "institution", "plan"]
)
def test_rules_find_the_label_that_is_named_for_them(role: str, expected: str | None) -> None:
    colour = Colour("#000000", "#ffffff")
    labels = LabelSet(tuple(Label(name, {}, colour) for name in ("PERS", "ORG", "date", "DATE")))
    assert label_for(role, labels) == expected
