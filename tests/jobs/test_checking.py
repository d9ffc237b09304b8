"""Issues in a corpus of several articles and annotators."""

from collections.abc import Callable
from pathlib import Path

from builders import apply_edits, build_label_set, create_corpus, label_words

from annotator.generators import finish
from annotator.jobs.checking import ArticleIssue, check_article, check_corpus
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.records import DONE, AnnotatedArticle, Span, Status
from annotator.store.corpus import Corpus
from annotator.store.queries.check_data import load_dismissals

NAME = "وزارة العدل"


def article(
    text: str, *words: str, label: str = "INSTITUTION", by: str = "Sanae", state: str | None = None
) -> AnnotatedArticle:
    spans = label_words(text, [(word, label) for word in words], by)
    annotated = build_article(text, spans=spans)
    states = (Status(annotated.article.uid, by, state),) if state else ()
    return AnnotatedArticle(annotated.article, annotated.zones, annotated.spans, states)


def summaries(issues: list[ArticleIssue]) -> list[tuple[int, str, str, str]]:
    return [(issue.number, issue.annotator, issue.issue.kind, issue.text) for issue in issues]


def test_statistics_cover_all_articles_and_issues_each_layer(make: Callable[..., Corpus]) -> None:
    corpus = make(
        article(f"قالت {NAME} أمس", NAME),
        article(f"وقالت {NAME} غدا", NAME, by="Omar"),
        article(f"ثم قالت {NAME} شيئا", NAME, label="PLAN"),
        article(f"وعلى {NAME} السلام، خطة", "خطة", label="PLAN"),
        article("نهاية، خطة", "خطة،"[:3], label="PLAN", by="Omar"),
    )
    result = finish(check_corpus(corpus))
    assert summaries(result.issues) == [
        (3, "Sanae", "labelled_differently", NAME),
        (4, "Sanae", "unlabelled_repeat", NAME),
    ]
    assert summaries(finish(check_corpus(corpus, "Omar")).issues) == []
    # In Sanae's own layers the name is once an institution and once a plan: nothing is usual there.
    assert summaries(finish(check_corpus(corpus, "Sanae")).issues) == [(4, "Sanae", "unlabelled_repeat", NAME)]


def test_what_others_labelled_is_no_issue_of_ones_own_layer(make: Callable[..., Corpus]) -> None:
    corpus = make(
        *(article(f"قالت {NAME} {index}", NAME, by="Omar") for index in range(4)),
        article(f"ثم قالت {NAME} شيئا", NAME, label="PLAN"),
        article(f"وعلى {NAME} السلام", state=DONE),
    )
    assert summaries(finish(check_corpus(corpus, "Sanae")).issues) == []
    assert summaries(finish(check_corpus(corpus)).issues) == [
        (5, "Sanae", "labelled_differently", NAME),
        (6, "Sanae", "unlabelled_repeat", NAME),
    ]


def test_only_layers_in_the_given_state_are_checked(make: Callable[..., Corpus]) -> None:
    corpus = make(article("قالت «العدل أمس", "«العدل", state=DONE), article("قالت «الصحة أمس", "«الصحة"))
    assert summaries(finish(check_corpus(corpus, state=DONE)).issues) == [(1, "Sanae", "punctuation", "«العدل")]
    assert summaries(finish(check_corpus(corpus, state="new")).issues) == [(2, "Sanae", "punctuation", "«الصحة")]


def test_a_finished_article_without_spans_is_checked(make: Callable[..., Corpus]) -> None:
    corpus = make(
        article(f"قالت {NAME} أمس", NAME),
        article(f"وقالت {NAME} غدا", NAME),
        article(f"في {NAME} شيء", state=DONE),
        article(f"عن {NAME} شيء"),
    )
    assert summaries(finish(check_corpus(corpus)).issues) == [(3, "Sanae", "unlabelled_repeat", NAME)]


def test_words_mostly_without_a_label_are_no_issue(make: Callable[..., Corpus]) -> None:
    labelled = [article(f"قالت {NAME} {index}", NAME) for index in range(2)]
    others = [article(f"في {NAME} {index}", state=DONE) for index in range(2)]
    assert summaries(finish(check_corpus(make(*labelled, *others))).issues) == []
    assert len(finish(check_corpus(make(*labelled, others[0]))).issues) == 1


def test_dismissed_issues_are_not_reported_again(make: Callable[..., Corpus]) -> None:
    corpus = make(
        article("قالت «العدل أمس", "«العدل"),
        article(f"قالت {NAME} أمس", NAME),
        article(f"وقالت {NAME} غدا", NAME),
        article(f"في {NAME} شيء", state=DONE),
    )
    issues = finish(check_corpus(corpus)).issues
    assert [issue.issue.kind for issue in issues] == ["punctuation", "unlabelled_repeat"]
    for issue in issues:
        edits = operations.dismiss(corpus.article(issue.number), "Sanae", *issue.issue.key)
        apply_edits(corpus, edits, name="dismiss")
    assert finish(check_corpus(corpus)).issues == []
    facts = finish(check_corpus(corpus)).facts
    dismissals = load_dismissals(corpus)
    for number in (1, 4):
        whole = corpus.load_article(number, "Sanae")
        assert check_article(facts, whole, "Sanae", dismissals[whole.article.uid, "Sanae"]) == []
        assert len(check_article(facts, whole, "Sanae", ())) == 1


def test_spans_with_invisible_characters_are_one_issue_for_each_layer(make: Callable[..., Corpus]) -> None:
    text = "قالت \u200eالعدل ثم \u200eالصحة ثم بن\u200bك أمس"
    edges, words = ("\u200eالعدل", "\u200eالصحة"), ("العدل", "الصحة")
    corpus = make(article(text, *edges, "بن\u200bك"), article("زار \u200eالماء", "\u200eالماء"))
    first, second = finish(check_corpus(corpus)).issues
    assert (first.number, first.text, first.issue.kind) == (1, edges[0], "invisible")
    assert first.issue.message == (
        "3 spans of this article have invisible characters, or are displayed differently because of some."
    )
    assert [text[issue.start : issue.end] for issue in first.issue.members] == [*edges, "بن\u200bك"]
    fixes = [member.fix for member in first.issue.members]
    assert [fix and text[fix.start : fix.end] for fix in fixes] == [*words, None]
    assert (second.number, second.issue.members) == (2, ())
    dismissed = first.issue.members[0]
    apply_edits(corpus, operations.dismiss(corpus.article(1), "Sanae", *dismissed.key), name="dismiss")
    remainder = finish(check_corpus(corpus)).issues[0].issue
    assert remainder.members == first.issue.members[1:]
    facts, dismissals = finish(check_corpus(corpus)).facts, load_dismissals(corpus)
    whole = corpus.load_article(1, "Sanae")
    [repeated] = check_article(facts, whole, "Sanae", dismissals[whole.article.uid, "Sanae"])
    assert repeated.issue == remainder


def test_rare_labels_are_compared_with_frequent_ones(tmp_path: Path) -> None:
    usual = [article(f"قال بنك {index} شيئا", f"بنك {index}", label="ORG") for index in range(20)]
    rare = article("قال صندوق شيئا", "صندوق", label="ORF")
    with create_corpus(tmp_path / "a.corpus", *usual, rare, labels=build_label_set("ORG", "ORF")) as corpus:
        [issue] = finish(check_corpus(corpus)).issues
    assert (issue.number, issue.text, issue.issue.kind) == (21, "صندوق", "rare_label")
    assert issue.issue.message == "The label “ORF” is on 1 span, “ORG” on 20: is “ORG” meant?"
    assert issue.issue.fix
    assert issue.issue.fix.label == "ORG"


def test_a_date_label_is_recognised_by_its_name(make: Callable[..., Corpus]) -> None:
    text = "في 2024 كانت خطة"
    annotated = build_article(
        text,
        spans=[Span("a", "", "Sanae", "DATE", 3, 7, "09/07/24"), Span("b", "", "Sanae", "PLAN", 13, 16, "09/07/24")],
    )
    assert summaries(finish(check_corpus(make(annotated))).issues) == [(1, "Sanae", "value", "2024")]


def test_several_processes_find_the_same(make: Callable[..., Corpus]) -> None:
    other = "معهد البحث"
    labelled = [article(f"قالت {NAME} في {other}، {index}", NAME, f"{other}،") for index in range(60)]
    unlabelled = [article(f"في {NAME} وفي {other} ثم {other} {index}", state=DONE) for index in range(29)]
    corpus = make(*labelled, *unlabelled)
    one, two = (finish(check_corpus(corpus, jobs=jobs)).issues for jobs in (1, 2))
    assert one == two
    assert {issue.issue.kind for issue in one} == {"punctuation", "unlabelled_repeat"}


def test_check_yields_progress_and_can_be_cancelled(make: Callable[..., Corpus]) -> None:
    corpus = make(*(article(f"قالت {NAME} {index}", NAME) for index in range(60)))
    job = check_corpus(corpus)
    assert [next(job), next(job)] == [(0, 60), (50, 60)]
    job.close()
