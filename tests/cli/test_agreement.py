"""`annotator agreement`."""

import csv
import io
from pathlib import Path

import pytest
from builders import create_corpus, label_words
from cli.sample import Run

from annotator.model.article_builder import build_article
from annotator.model.records import BODY, DONE, AnnotatedArticle, Status, Zone, new_uid

SANAE, OMAR, HIND = "Sanae", "عمر", "Hind"
MINISTRY, PLAN, TOMORROW = ("وزارة الصحة", "INSTITUTION"), ("خطة العمل", "PLAN"), ("غدا", "DATE")
PAIR_KEYS = {"a", "b", "articles", "exact", "position", "overlap", "low", "high", "kappa"}


def build(number: int, **layers: list[tuple[str, str]]) -> AnnotatedArticle:
    text = f"قالت وزارة الصحة إن خطة العمل تبدأ غدا {number}"
    names = {"sanae": SANAE, "omar": OMAR, "hind": HIND}
    return build_article(
        text,
        zones=[Zone(new_uid(), "", BODY, 0, len(text))],
        spans=[span for name, words in layers.items() for span in label_words(text, words, names[name])],
        states=[Status("", names[name], DONE) for name in layers],
    )


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Create a corpus of three articles that two or three annotators have done."""
    path = tmp_path / "news.corpus"
    create_corpus(
        path,
        build(1, sanae=[MINISTRY, PLAN], omar=[MINISTRY, PLAN], hind=[MINISTRY]),
        build(2, sanae=[MINISTRY], omar=[("وزارة الصحة", "PLAN")]),
        build(3, sanae=[TOMORROW], omar=[]),
        build(4, sanae=[TOMORROW]),
    ).close()
    return path


def test_json_has_pairs_labels_and_warnings(run: Run, shared: Path) -> None:
    completed = run("agreement", shared, "--json")
    assert (completed.code, completed.err) == (0, "")
    result = completed.json
    assert (result["articles"], result["spans"]) == (3, 8)
    pairs = {(pair["a"], pair["b"]): pair for pair in result["pairs"]}
    assert list(pairs) == [(HIND, SANAE), (HIND, OMAR), (SANAE, OMAR)]
    assert all(pair.keys() >= PAIR_KEYS for pair in result["pairs"])
    pair = pairs[SANAE, OMAR]
    assert (pair["articles"], pair["exact"], pair["position"], pair["overlap"]) == (3, 4 / 7, 6 / 7, 4 / 7)
    assert 0 <= pair["low"] <= pair["exact"] <= pair["high"] <= 1
    assert (pair["matched"], pairs[HIND, OMAR]["kappa"]) == (3, None)
    assert set(result["labels"]) == {"DATE", "INSTITUTION", "PLAN"}
    assert result["labels"]["DATE"]["exact"] == 0
    assert result["labels"]["INSTITUTION"]["spans"] == 4
    assert -1 < result["alpha_low"] <= result["alpha"] <= result["alpha_high"] <= 1
    assert {warning["code"] for warning in result["warnings"]} >= {"few_articles", "few_spans", "empty_layers"}
    assert "by_article" not in result


def test_annotators_are_compared_by_name(run: Run, shared: Path) -> None:
    result = run("agreement", shared, "--annotator", OMAR, "--annotator", SANAE, "--json").json
    assert [(pair["a"], pair["b"]) for pair in result["pairs"]] == [(SANAE, OMAR)]
    for names in (("--annotator", OMAR), ("--annotator", OMAR, "--annotator", OMAR)):
        alone = run("agreement", shared, *names)
        assert alone.code == 2
        assert "name at least two annotators" in alone.err
    nobody = run("agreement", shared, "--annotator", OMAR, "--annotator", "Salma")
    assert (nobody.code, nobody.err) == (2, "annotator: The corpus has no annotator “Salma”.\n")


def test_json_by_article_and_by_week(run: Run, shared: Path) -> None:
    articles = run("agreement", shared, "--by", "article", "--json").json["by_article"]
    assert [(row["article"], row["exact"]) for row in articles] == [(1, 8 / 10), (2, 0), (3, 0)]
    assert articles[0]["annotators"] == [HIND, SANAE, OMAR]
    [week] = run("agreement", shared, "--by", "week", "--json").json["by_week"]
    assert week["week"].startswith("20")
    assert (week["articles"], week["exact"]) == (3, 8 / 13)


def test_text_names_every_pair_and_what_to_doubt(run: Run, shared: Path) -> None:
    text = run("agreement", shared).text
    lines = text.splitlines()
    assert lines[0] == "3 articles, 8 spans"
    assert lines[1].startswith("F1 of spans, exact: 0.62 (")
    assert lines[2].startswith("Krippendorff's alpha by characters: 0.")
    assert [line.endswith(f"{SANAE} – {OMAR}") for line in lines].count(True) == 1
    assert any(line.startswith("Few articles in common") for line in lines)
    assert any("عمر: 3" in line for line in lines if line.startswith("Articles, by number, that one"))
    by_label = run("agreement", shared, "--by", "label").text
    assert [line.split()[0] for line in by_label.splitlines() if line.endswith("  INSTITUTION")] == ["4"]


def test_nothing_to_compare(run: Run, corpus: Path) -> None:
    completed = run("agreement", corpus)
    assert (completed.code, completed.err) == (0, "")
    assert completed.text.splitlines() == [
        "0 articles, 0 spans",
        "",
        "No article was done by two annotators, so nothing can be compared.",
    ]
    result = run("agreement", corpus, "--json").json
    assert (result["pairs"], result["alpha"], result["labels"]) == ([], None, {})
    assert [warning["code"] for warning in result["warnings"]] == ["no_common_articles"]


def test_csv_has_the_table_and_replaces_no_file(run: Run, shared: Path, tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    assert run("agreement", shared, "--csv", path).code == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["a"], row["b"], row["articles"]) for row in rows][2] == (SANAE, OMAR, "3")
    assert float(rows[2]["exact"]) == 4 / 7
    assert rows[0]["kappa"] == ""
    before = path.read_bytes()
    repeated = run("agreement", shared, "--csv", path)
    assert repeated.code == 2
    assert str(path) in repeated.err
    assert path.read_bytes() == before


def test_csv_on_standard_output_is_alone(run: Run, shared: Path, corpus: Path) -> None:
    printed = run("agreement", shared, "--by", "article", "--csv", "-").text
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert [row["article"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["annotators"] == f"{HIND}; {SANAE}; {OMAR}"
    assert run("agreement", corpus, "--csv", "-").text.strip() == ""
