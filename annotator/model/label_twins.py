"""Labels that are probably misspelt: rare ones a letter away from a frequent one, as in files tagged by hand."""

from collections.abc import Mapping
from typing import Final

from annotator.i18n import format_number, ngettext

_MAX_RARE: Final = 3
"""Spans of a label that may be a slip."""
_RATIO: Final = 20
"""How many times as often as the rare label the other one is used at least."""
_MIN_LETTERS: Final = 3


def find_label_twins(counts: Mapping[str, int]) -> dict[str, str]:
    """Return the rare labels, each with the frequent one that was probably meant; `counts` are of spans by label.

    Names differ by one letter that is wrong, missing, added or changed places with the next, or by case: ORF, OGR and
    Org beside ORG.
    """
    twins: dict[str, str] = {}
    by_count = sorted(counts, key=lambda label: (-counts[label], label))
    for rare in by_count:
        if 0 < counts[rare] <= _MAX_RARE:
            frequent = (label for label in by_count if counts[label] >= _RATIO * counts[rare])
            if twin := next((label for label in frequent if is_near(rare, label)), None):
                twins[rare] = twin
    return twins


def is_near(name: str, other: str) -> bool:
    """Return whether two names are at most a letter apart (see `find_label_twins`); short ones never are."""
    first, second = name.casefold(), other.casefold()
    if name == other or min(len(first), len(second)) < _MIN_LETTERS:
        return False
    if len(first) > len(second):
        first, second = second, first
    start = next((index for index, letter in enumerate(first) if letter != second[index]), len(first))
    if len(first) < len(second):
        return first[start:] == second[start + 1 :]
    has_one_wrong = first[start + 1 :] == second[start + 1 :]
    return has_one_wrong or first[start:] == second[start + 1] + second[start] + second[start + 2 :]


def describe_label_twin(rare: str, twin: str, counts: Mapping[str, int]) -> str:
    """Ask whether the frequent label was meant."""
    question = ngettext(
        "The label “{label}” is on {count} span, “{twin}” on {twin_count}: is “{twin}” meant?",
        "The label “{label}” is on {count} spans, “{twin}” on {twin_count}: is “{twin}” meant?",
        counts[rare],
    )
    shown_counts = {"count": format_number(counts[rare]), "twin_count": format_number(counts[twin])}
    return question.format(label=rare, twin=twin, **shown_counts)
