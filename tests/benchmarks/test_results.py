"""The table, the page and the JSON of the figures."""

import json
import socket

import pytest
import results
from growth import group_series
from measuring import MEDIAN, RATIO, Figure, Size, Wanted, not_measured

FIGURES = [
    Figure("a key", [4.0, 6.0, 20.0], "a frame", [16.0], wanted=Wanted("99 %", 16.7, 3)),
    Figure("tokens", [5000.0, 6000.0], "spaCy", [1000.0], "t/s", Wanted(RATIO, 5, 4), more=True),
    Figure("F1", [0.91], unit="", wanted=Wanted(MEDIAN, 0.9, 5), more=True),
    Figure("a search", [1.0], wanted=Wanted("95 %", 50, 3), size=Size(100, "articles")),
    Figure("a search", [3.0], size=Size(10, "articles")),
    not_measured("the bundle", "there is none", "the environment"),
]


def test_each_figure_has_a_row_that_says_what_is_wanted_and_whether_it_is() -> None:
    table = list(results.make_rows(FIGURES))
    assert table[0] == ("figure", "ours", "99 %", "reference", "ratio", "wanted", "met")
    assert table[1:] == [
        ("a key", "6.00 ms", "20.00 ms", "a frame: 16.00 ms", "0.38", "99 % at most 16.70 ms (issue 3)", "NO"),
        ("tokens", "5,500 t/s", "5,000 t/s", "spaCy: 1,000 t/s", "5.50", "ratio at least 5 (issue 4)", "yes"),
        ("F1", "0.91", "", "", "", "at least 0.90 (issue 5)", "yes"),
        ("a search (100 articles)", "1.00 ms", "", "", "", "95 % (1.00 ms) at most 50.00 ms (issue 3)", "yes"),
        ("the bundle", "not measured: there is none", "", "the environment", "", "", ""),
    ]  # fmt: skip


def test_a_growth_is_compared_where_there_is_most() -> None:
    figures = [Figure("merging", [count / 10], "a copy", [1.0], size=Size(count, "articles")) for count in (100, 10)]
    assert [row[0] for row in results.make_rows(figures)][1:] == ["merging (100 articles)"]


def test_the_growth_has_a_column_for_each_size() -> None:
    tables = results.make_tables(FIGURES, group_series(FIGURES))
    assert [*tables] == ["figures", "growth by articles"]
    assert tables["growth by articles"] == [
        ("figure", "10 articles", "100 articles", "exponent", "last step", "above 1.1"),
        ("a search", "3.00 ms", "1.00 ms", "-0.48", "-0.48", ""),
    ]


def test_columns_stand_under_each_other() -> None:
    assert [*results.align([("a", "b", ""), ("long", "", "c")])] == ["a     b", "long     c"]


def test_a_table_of_the_page_shows_what_is_not_as_wanted() -> None:
    assert [*results.format_markdown([("a", "met"), ("x|y", "NO")])] == [
        "| a | met |",
        "| --- | --- |",
        "| x\\|y | **no** |",
    ]


def test_the_json_has_every_figure_and_names_no_machine() -> None:
    facts = results.describe_machine()
    text = results.format_json(FIGURES, list(group_series(FIGURES)), facts)
    read = json.loads(text)
    assert read["machine"] == facts
    assert facts.keys() == {"processor", "cores", "python", "qt", "sqlite", "commit", "program", "system"}
    assert socket.gethostname() not in text
    assert str(results.ROOT) not in text
    key, tokens, *_, bundle = read["figures"]
    assert (key["median"], key["p99"], key["met"], key["ratio"]) == (6, 20, False, 0.375)
    assert key["wanted"] == {"of": "99 %", "at": "most", "bound": 16.7, "issue": 3}
    assert tokens["reference"] == {"name": "spaCy", "median": 1000}
    assert tokens["wanted"]["at"] == "least"
    assert (bundle["median"], bundle["not_measured"]) == (None, "there is none")
    [growth] = read["growth"]
    assert growth["points"] == [[10, 3], [100, 1]]
    assert growth["worse_than_linear"] is False


def test_a_page_keeps_what_is_not_between_the_markers() -> None:
    page = "# Title\n<!-- figures: made by dev.py bench --page -->\nold\n<!-- end of figures -->\nbelow\n"
    filled = results.fill_page(page, {"figures": ["| new |"]})
    assert filled == page.replace("old", "\n| new |\n")
    assert results.fill_page(filled, {"figures": ["| new |"]}) == filled


def test_a_page_without_a_marker_is_refused() -> None:
    with pytest.raises(ValueError, match="figures"):
        results.fill_page("# Title\n", {"figures": []})
