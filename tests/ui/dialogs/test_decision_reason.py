"""The question for the reason of a decision."""

import pytest

from annotator import i18n
from annotator.i18n import _
from annotator.team.adjudication import CAUSES
from annotator.ui.dialogs.team.decision_reason import cause_title


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_first_letter_tells_the_causes_apart(language: str) -> None:
    i18n.set_language(language)
    try:
        titles = [*map(cause_title, CAUSES), _("no cause")]
    finally:
        i18n.set_language("en")
    assert len({title[0].lower() for title in titles}) == len(titles)
    assert cause_title("of a newer program") == ""
