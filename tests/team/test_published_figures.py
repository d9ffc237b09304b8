"""The measures of agreement give the figures of the papers that they come from.

The data is that of the papers, as the tests of other implementations have it: DKPro Statistics, and for the matrix of
four observers the R packages irr and icr.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import pytest

from annotator.team.cohen_kappa import cohen_kappa
from annotator.team.krippendorff_alpha import UnitCounts, nominal_alpha

# J. Cohen, 1960, table 2: 200 units in three categories.
COHEN: Final = {
    ("a", "a"): 88, ("a", "b"): 14, ("a", "c"): 18,
    ("b", "a"): 10, ("b", "b"): 40, ("b", "c"): 10,
    ("c", "a"): 2, ("c", "b"): 6, ("c", "c"): 12,
}  # fmt: skip

# K. Krippendorff, On the reliability of unitizing contiguous data, 1995: example A, a unit each character.
DIGITISED: Final = [*zip("001111111100001111110000", "000011110000000110000000", strict=True)]

# K. Krippendorff, Content analysis, 1980, p. 133 and p. 139.
DICHOTOMY: Final = ["00", "11", "01", "00", "00", "01", "00", "01", "10", "00"]
THREE_RATERS: Final = ["111", "122", "222", "444", "144", "222", "123", "333", "222"]

# K. Krippendorff, Computing Krippendorff's alpha-reliability, 2011: three coders with gaps, and four observers.
THREE_CODERS: Final = [
    *("1..", "...", ".22", ".11", ".33", "334", "444", "13.", "2.2", "1.1", "1.1", "3.3", "3.3", "...", "3.4"),
]
FOUR_OBSERVERS: Final = [
    *("11.1", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", ".555", "..11", "..3."),
]

# A. F. Hayes and K. Krippendorff, Answering the call for a standard reliability measure for coding data, 2007, p. 84.
FIVE_OBSERVERS: Final = [
    *("112.2", "1101.", "2333.", ".00.0", "000.0", "000.0", "102.1", "1.20.", "222.2", "2111.", ".100.", "0000."),
    *("1222.", "33223", "111.1", "111.1", "212.2", "1233.", "1101.", "000.0", "0011.", "00.00", "2333.", "0000."),
    *("12.22", "0111.", "00010", "1212.", "1122.", "112.2", "110.0", "2121.", "22.22", "3222.", "222.2", "223.2"),
    *("222.2", "22.12", "2222.", "111.1"),
]

# J. L. Fleiss, Measuring nominal scale agreement among many raters, 1971: six of the diagnoses of 30 patients.
FLEISS: Final = [
    *("444444", "222555", "233335", "555555", "222444", "113333", "333355", "113334", "114444", "555555"),
    *("144444", "124444", "222333", "144444", "224445", "333335", "111455", "111112", "224444", "133555"),
    *("555555", "244444", "224555", "114444", "144445", "222224", "111155", "224444", "133333", "555555"),
]

# Wikipedia's example of Fleiss' kappa: how many of 14 raters chose each of five categories.
FOURTEEN_RATERS: Final = [
    *((0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1)),
    *((7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7)),
]


def alpha(units: Sequence[Sequence[str]]) -> float:
    """Return alpha of units with a value of each rater; a dot is none."""
    counts = UnitCounts[str]()
    for unit in units:
        counts.add([value for value in unit if value != "."])
    result = nominal_alpha([*counts.values.values()], counts.differences)
    assert result is not None
    return result


def fleiss_kappa(units: Sequence[Sequence[str]]) -> float:
    """Return Fleiss' kappa of units that all raters coded; of two raters it is Scott's pi.

    It differs from alpha by the size of the sample alone (Krippendorff 2011): 1 - alpha is smaller by 1 in the number
    of values.
    """
    values = sum(map(len, units))
    return 1 - (1 - alpha(units)) * values / (values - 1)


def test_cohen_1960() -> None:
    assert cohen_kappa(COHEN) == pytest.approx(0.492, abs=0.0006)


def test_krippendorff_1995() -> None:
    assert cohen_kappa(Counter(DIGITISED)) == pytest.approx(0.385, abs=0.0005)
    assert fleiss_kappa(DIGITISED) == pytest.approx(0.314, abs=0.001)  # Scott's pi
    assert alpha(DIGITISED) == pytest.approx(0.329, abs=0.0005)


def test_krippendorff_1980() -> None:
    assert alpha(DICHOTOMY) == pytest.approx(0.095, abs=0.0005)
    assert alpha(THREE_RATERS) == pytest.approx(0.642, abs=0.001)


@pytest.mark.parametrize(("category", "figure"), [("1", 0.381), ("2", 0.711), ("3", 0.717), ("4", 0.764)])
def test_krippendorff_1980_by_category(category: str, figure: float) -> None:
    """Each category alone is a yes or no, as each label is here."""
    lines = ["".join("y" if value == category else "n" for value in unit) for unit in THREE_RATERS]
    assert alpha(lines) == pytest.approx(figure, abs=0.001)


def test_krippendorff_2011_with_missing_values() -> None:
    assert alpha(THREE_CODERS) == pytest.approx(0.691, abs=0.0005)
    assert alpha(FOUR_OBSERVERS) == pytest.approx(0.743, abs=0.0005)


def test_hayes_and_krippendorff_2007() -> None:
    assert alpha(FIVE_OBSERVERS) == pytest.approx(0.477, abs=0.0005)


def test_fleiss_1971() -> None:
    assert fleiss_kappa(FLEISS) == pytest.approx(0.430, abs=0.0005)


def test_fourteen_raters() -> None:
    units = ["".join(str(category) * count for category, count in enumerate(row)) for row in FOURTEEN_RATERS]
    assert fleiss_kappa(units) == pytest.approx(0.210, abs=0.0005)
