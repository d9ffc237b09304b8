"""Tests of the annotators of a corpus."""

from pathlib import Path

from builders import apply_edits, build_label_set, create_corpus

from annotator.generators import finish
from annotator.model import operations
from annotator.model.changeset import Changeset, Person
from annotator.model.records import DONE, IN_PROGRESS, Edit, Status
from annotator.model.teams import ANNOTATOR
from annotator.store.merging import merge
from annotator.store.queries.annotators import AnnotatorSummary, find_own_name, list_annotators
from annotator.store.queries.gold import create_gold
from annotator.store.queries.team import Team, join_team, leave_team


def test_nobody_is_called_like_the_gold_layer(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "a.corpus", labels=build_label_set("DATE")) as corpus:
        assert find_own_name(corpus, "gold") == "gold"
        assert create_gold(corpus) == "gold"
        assert find_own_name(corpus, "gold") == "gold (2)"
        assert find_own_name(corpus, "Sanae") == "Sanae"
    with create_corpus(tmp_path / "b.corpus", labels=build_label_set("DATE")) as corpus:
        corpus._add_annotator("gold")
        assert create_gold(corpus) == "gold (2)"
        assert find_own_name(corpus, "gold") == "gold"


def test_whoever_works_on_a_corpus_of_a_team_is_its_member(tmp_path: Path) -> None:
    member = "a" * 32
    with create_corpus(tmp_path / "a.corpus", "خبر") as corpus:
        apply_edits(corpus, [Edit(None, Status(corpus.article(1).uid, "Nadia", DONE))], "Nadia")
        finish(merge(corpus, Changeset("", people=(Person("سلمى", (member,)),))))
        join_team(corpus, Team("b" * 32, "Lab", "/srv/lab", member, ANNOTATOR))
        assert [find_own_name(corpus, name) for name in ("Nadia", "user", "سلمى")] == ["سلمى"] * 3
        leave_team(corpus)
        assert find_own_name(corpus, "Nadia") == "Nadia"


def test_annotators_are_listed_with_what_they_have_done(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "a.corpus", "خبر أول", "خبر ثان", labels=build_label_set("A")) as corpus:
        assert list_annotators(corpus) == []
        for number, annotator, state in ((1, "Omar", DONE), (2, "Omar", IN_PROGRESS), (1, "Sanae", IN_PROGRESS)):
            article = corpus.article(number)
            edits = operations.add_span(article, [], annotator, "A", 0, 3)
            apply_edits(corpus, [*edits, *operations.set_state(None, article, annotator, state)], annotator)
        assert list_annotators(corpus) == [AnnotatorSummary("Omar", 1, 2), AnnotatorSummary("Sanae", 0, 1)]
        apply_edits(corpus, operations.remove_article(None, corpus.article(1)), "Omar")
        assert list_annotators(corpus) == [AnnotatorSummary("Omar", 0, 1), AnnotatorSummary("Sanae", 0, 0)]
