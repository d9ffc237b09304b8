"""That suggestions are judged by the program's own path, and that their figures say what they should."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import bench
import pytest
import suggestion_accuracy
from labelled_corpora import ARTICLES, Gold, LabelledCorpus, load_corpora
from suggestion_accuracy import JOINED, Judged, Result, Score, create_figures, draw, judge, list_counts, measure_corpus

from annotator.model.open_suggestions import SURE_SCORE
from annotator.model.records import Article, Suggestion, article_uid


def create_item(number: int) -> Gold:
    text = f"أعلن بنك النخيل رقم {number} أمس عن ربح."
    return Gold(Article(article_uid(text), text), ((5, 15, "ORG"), (text.index("أمس"), text.index(" عن"), "DATE")))


ITEMS = tuple(map(create_item, range(40)))


def create_judged(
    *places: tuple[int, int, str, float], item: Gold = ITEMS[0], model: Sequence[tuple[int, int, str]] = ()
) -> Judged:
    joined = [Suggestion(start, end, label, "names", score) for start, end, label, score in places]
    return Judged(item, {JOINED: joined, "model": [Suggestion(*place, "model", 0.5) for place in model]})


def test_the_program_suggests_what_it_learned_in_a_corpus(tmp_path: Path) -> None:
    [cold] = judge((), ITEMS[:1], ("DATE", "ORG"), tmp_path / "cold.corpus")
    assert cold.score("rules", "DATE") == cold.score(JOINED, "DATE") == Score(1, 0, 0)
    assert not cold.suggestions["memory"]
    assert not cold.suggestions["model"]
    [learned] = judge(ITEMS[1:20], ITEMS[:1], ("DATE", "ORG"), tmp_path / "learned.corpus")
    for source in (JOINED, "memory", "model"):
        assert learned.score(source, "ORG") == Score(1, 0, 0), source


def test_nothing_is_learned_from_what_is_judged_and_every_item_of_a_short_corpus_is_judged_once() -> None:
    corpus = LabelledCorpus("c", ("ORG",), ITEMS, ARTICLES, (8, 16, 24, 33))
    assert list_counts(corpus) == [0, 8, 16, 24]
    pairs = list(draw(corpus, 24, seed=1))
    assert Counter(item for _learned, judged in pairs for item in judged) == Counter(ITEMS)
    for learned, judged in pairs:
        assert len({*learned}) == 24
        assert not {*learned} & {*judged}
    assert pairs != list(draw(corpus, 24, seed=2))


def test_a_part_for_judging_is_judged_whatever_is_learned() -> None:
    corpus = LabelledCorpus("c", ("ORG",), ITEMS[5:], counts=(30, 100), judged=ITEMS[:5])
    assert list_counts(corpus) == [0, 30]
    [(learned, judged)] = draw(corpus, 30, seed=0)
    assert (len(learned), judged) == (30, ITEMS[:5])


def test_of_a_long_corpus_a_fold_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestion_accuracy, "_MOST", 39)
    [(learned, judged)] = draw(LabelledCorpus("c", ("ORG",), ITEMS), 30, seed=0)
    assert (len(learned), len(judged)) == (30, 8)
    assert not {*learned} & {*judged}


def test_every_seed_is_a_run_and_cold_there_is_one(tmp_path: Path) -> None:
    corpus = LabelledCorpus("c", ("ORG",), ITEMS[:10], ARTICLES, (4,))
    cold, learned = measure_corpus(corpus, tmp_path, seeds=2)
    assert [len(run) for run in cold.runs] == [10]
    assert [len(run) for run in learned.runs] == [10, 10]
    assert (cold.what, learned.what) == ("c, cold", "c, after 4 articles")


def test_figures_compare_the_joined_with_the_best_source_and_say_what_is_sure_and_wrong() -> None:
    right = (5, 15, "ORG", SURE_SCORE)
    good = create_judged(right, model=[(5, 15, "ORG")])
    bad = create_judged((5, 8, "ORG", SURE_SCORE), (0, 4, "ORG", 0.5), item=ITEMS[1], model=[(5, 15, "ORG")])
    result = Result(LabelledCorpus("c", ("ORG",), ITEMS, ARTICLES), 8, [[good, bad]])
    figures = {figure.what: figure for figure in create_figures(result)}
    joined = figures["F1 of ORG, c, after 8 articles"]
    assert (joined.own, joined.against, joined.reference) == ([0.4], "model alone", [1.0])
    assert joined.is_met() is False
    assert figures["precision of ORG, c, after 8 articles"].median() == pytest.approx(1 / 3)
    assert figures["recall of ORG, c, after 8 articles"].median() == 0.5
    assert figures["F1 of ORG, c, after 8 articles, model alone"].median() == 1
    sure = figures["sure suggestions, c, after 8 articles"]
    wrong = figures["sure suggestions that are wrong, c, after 8 articles"]
    assert sure.median() == pytest.approx(200 / 3)
    assert wrong.median() == 50
    assert (sure.is_met(), wrong.is_met()) == (True, False)
    assert figures["sure suggestions that are wrong at most (95 %), c, after 8 articles"].median() > 80
    lines = list(suggestion_accuracy.describe(result))
    assert lines[0].startswith("c, after 8 articles: ORG: joined P 0.33 R 0.50 F1 0.40 [0.00, 1.00]; model P 1.00")
    assert lines[1].startswith("c, after 8 articles: all labels: joined P 0.33 R 0.25 F1 0.29")
    assert lines[2].startswith("c, after 8 articles: 2 of 3 are sure, 1 of these wrong")


def test_where_nothing_is_suggested_nothing_is_compared() -> None:
    result = Result(LabelledCorpus("c", ("ORG",), ITEMS), 0, [[create_judged()]])
    figures = list(create_figures(result))
    assert figures[0].own == [0.0]
    assert figures[0].wanted is None
    assert figures[-1].why == "none is sure"


def test_rules_that_are_wrong_more_often_than_right_are_told() -> None:
    places = {"list:a": [(5, 15)] + [(0, 4)] * 3, "list:b": [(5, 15)] * 4, "list:c": [(0, 4)] * 3}
    suggestions = [
        Suggestion(start, end, "ORG", "names", 0.5, evidence=evidence)
        for evidence, some in places.items()
        for start, end in some
    ]
    result = Result(LabelledCorpus("c", ("ORG",), ITEMS), 0, [[Judged(ITEMS[0], {JOINED: suggestions})]])
    assert [*suggestion_accuracy.describe_doubtful_evidence(result)] == ["c, cold: names, list:a: 1 of 4 right"]


@pytest.fixture(scope="module")
def corpora(shared: Path) -> dict[str, LabelledCorpus]:
    return {corpus.name: corpus for corpus in load_corpora(shared / "data")}


def test_news_are_suggested_as_well_as_when_it_was_last_measured(
    corpora: dict[str, LabelledCorpus], tmp_path: Path
) -> None:
    [cold] = measure_corpus(corpora["news"], tmp_path, counts=[0])
    [(dates, institutions)] = zip(*(cold.list_scores(JOINED, label) for label in ("DATE", "INSTITUTION")), strict=True)
    assert dates.f1 >= 0.94
    assert institutions.f1 >= 0.68


def test_joined_suggestions_are_hardly_worse_than_their_best_source(
    corpora: dict[str, LabelledCorpus], tmp_path: Path
) -> None:
    [learned] = measure_corpus(corpora["Wojood"], tmp_path, seeds=1, counts=[300])
    for label in ("DATE", "ORG"):
        best = learned.best_source(label)
        assert best
        [(joined, alone)] = zip(*(learned.list_scores(source, label) for source in (JOINED, best)), strict=True)
        assert joined.f1 >= alone.f1 - 0.02


def test_any_column_file_can_be_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.conll"
    path.write_text("\n".join(f"بنك B-ORG\nالنخيل I-ORG\nرقم O\n{n} O\n" for n in range(12)), encoding="utf-8")
    assert bench.main(["--labelled", str(path), "--labels", "ORG", "--json", str(tmp_path / "a.json")]) == 0
    assert "mine, after 9 sentences: ORG: joined P " in capsys.readouterr().out
    with pytest.raises(SystemExit):
        bench.main(["suggest", "--labelled", str(path), "--json", str(tmp_path / "a.json")])
