"""Suggestions from memory."""

from collections.abc import Sequence

import pytest
from builders import build_label_set
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts
from suggest.suggesting import LABELS, article, check_promises, labelled_texts

from annotator.suggest.memory import Count, MemorySuggester
from annotator.text.proclitics import normalise_form
from annotator.text.tokenizer import tokenize


def suggested_texts(memory: MemorySuggester, text: str) -> list[tuple[str, str]]:
    return labelled_texts(text, memory.suggest(article(text), LABELS))


def score(memory: MemorySuggester, text: str, article_counts: Sequence[Count] | None = None) -> float:
    suggestions = memory.suggest(article(text), LABELS, article_counts)
    return suggestions[0].score if suggestions else 0.0


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("وزارة العدل", "قالت وِزَارَة العـدل", "وِزَارَة العـدل"),
        ("وزارة العدل", "ولوزارة العدل رأي", "وزارة العدل"),
        ("الامم المتحدة", "بيان للأمم المتحدة", "لأمم المتحدة"),
        ("خطة 2030", "في خطة\u00a0٢٠٣٠", "خطة\u00a0٢٠٣٠"),
        ('مؤسسة "النور"', 'فتحت مؤسسة "النور" بابها', 'مؤسسة "النور"'),
        ("ocp", "مجمع OCP", "OCP"),
    ],
    ids=["spelling", "two proclitics", "lost alef", "digits and space", "quotation", "case"],
)
def test_form_is_found_in_any_spelling(form: str, text: str, expected: str) -> None:
    assert suggested_texts(MemorySuggester([(form, "INSTITUTION", 3, 0)]), text) == [(expected, "INSTITUTION")]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("وزارة العدل", "وزارة\nالعدل"),
        ("وزارة العدل", "وزارة العدلية"),
        ("وزارة العدل", "وزارة"),
        ("مجلس", "مجلسنا"),
    ],
    ids=["newline", "longer word", "end of text", "suffix"],
)
def test_other_words_are_not_suggested(form: str, text: str) -> None:
    assert suggested_texts(MemorySuggester([(form, "INSTITUTION", 3, 0)]), text) == []


def test_form_gets_its_most_frequent_existing_label() -> None:
    memory = MemorySuggester([("رؤية", "PLAN", 3, 0), ("رؤية", "INSTITUTION", 2, 0), ("رؤية", "GONE", 9, 0)])
    assert suggested_texts(memory, "رؤية") == [("رؤية", "PLAN")]
    memory.learn("رؤية", "INSTITUTION", accepted=2)
    assert suggested_texts(memory, "رؤية") == [("رؤية", "INSTITUTION")]
    assert memory.suggest(article("رؤية"), build_label_set("OTHER")) == []


def test_equally_frequent_labels_are_ranked_by_rejections() -> None:
    first, second = (label.name for label in LABELS.labels[:2])
    assert suggested_texts(MemorySuggester([("رؤية", first, 5, 2), ("رؤية", second, 5, 1)]), "رؤية") == [
        ("رؤية", second)
    ]
    assert suggested_texts(MemorySuggester([("رؤية", first, 5, 1), ("رؤية", second, 5, 2)]), "رؤية") == [
        ("رؤية", first)
    ]
    assert suggested_texts(MemorySuggester([("رؤية", first, 5, 1), ("رؤية", second, 5, 1)]), "رؤية") == [
        ("رؤية", first)
    ]


def test_score_has_three_decimals() -> None:
    scores = [score(MemorySuggester([("رؤية", "PLAN", times, 1)]), "رؤية") for times in (4, 5, 6, 7)]
    assert all(scores)
    assert scores == [round(value, 3) for value in scores]


def test_nested_form_is_suggested_only_with_another_label() -> None:
    memory = MemorySuggester(
        [
            ("خطة العمل 2024", "PLAN", 2, 0),
            ("2024", "DATE", 3, 0),
            ("خطة العمل", "PLAN", 2, 0),
            ("العمل 2024 معا", "INSTITUTION", 2, 0),
            ("في خطة", "INSTITUTION", 2, 0),
        ]
    )
    text = "في خطة العمل 2024 معا"
    assert suggested_texts(memory, text) == [("خطة العمل 2024", "PLAN"), ("2024", "DATE")]


def test_incomplete_longer_form_does_not_match_at_the_end() -> None:
    memory = MemorySuggester([("رؤية", "PLAN", 5, 0), ("رؤية المغرب 2030", "PLAN", 5, 0)])
    assert suggested_texts(memory, "قال رؤية") == [("رؤية", "PLAN")]


def test_rejections_lower_the_score_until_undone() -> None:
    memory = MemorySuggester([("البنك", "INSTITUTION", 2, 0)])
    text = "قال البنك"
    before = score(memory, text)
    memory.learn("البنك", "INSTITUTION", rejected=1)
    once = score(memory, text)
    memory.learn("البنك", "INSTITUTION", rejected=9)
    assert before > once > score(memory, text) == 0
    memory.learn("البنك", "INSTITUTION", rejected=-10)
    assert score(memory, text) == before
    memory.learn("البنك", "INSTITUTION", accepted=-2)
    assert score(memory, text) == 0


def test_short_word_after_a_proclitic_scores_lower() -> None:
    memory = MemorySuggester(
        [("جدة", "INSTITUTION", 9, 0), ("الجمعية", "INSTITUTION", 9, 0), ("لجنة", "INSTITUTION", 9, 0)]
    )
    assert score(memory, "وجدة") < score(memory, "جدة")
    assert score(memory, "للجنة") < score(memory, "ولجنة") == score(memory, "لجنة")
    assert score(memory, "والجمعية") == score(memory, "الجمعية")


def test_counts_learned_from_the_article_are_ignored() -> None:
    text = "قالت وزارة العدل إن وزارة العدل"
    article_counts = [("وزارة العدل", "INSTITUTION", 2, 0)]
    assert score(MemorySuggester(article_counts), text, article_counts) == 0
    both = MemorySuggester([*article_counts, ("وزارة العدل", "INSTITUTION", 1, 0)])
    assert score(both, text, article_counts) == score(MemorySuggester([("وزارة العدل", "INSTITUTION", 1, 0)]), text) > 0
    assert score(both, text) > score(both, text, article_counts)


@st.composite
def _labelled(draw: st.DrawFn) -> tuple[str, list[Count]]:
    """Draw a text, and the forms of some of its runs of whole tokens."""
    text = draw(texts)
    tokens = tokenize(text)
    if not tokens:
        return text, []
    places = st.tuples(*[st.integers(0, len(tokens) - 1)] * 2, st.sampled_from([label.name for label in LABELS.labels]))
    stretches = [(tokens[min(a, b)].start, tokens[max(a, b)].end, name) for a, b, name in draw(st.lists(places))]
    return text, [(normalise_form(text, start, end), name, 2, 0) for start, end, name in stretches]


@given(_labelled(), texts)
def test_memory_keeps_the_protocol_and_suggests_only_known_forms(labelled: tuple[str, list[Count]], other: str) -> None:
    text, counts = labelled
    memory = MemorySuggester(counts)
    check_promises(memory, other)
    suggestions = {
        normalise_form(text, suggestion.start, suggestion.end).replace(" ", "")
        for suggestion in check_promises(memory, text)
    }
    assert suggestions <= {words.replace(" ", "") for words, *_others in counts}  # two tokens may touch elsewhere


@given(_labelled(), _labelled())
def test_order_of_learning_does_not_matter(first: tuple[str, list[Count]], second: tuple[str, list[Count]]) -> None:
    counts = [*first[1], *second[1]]
    ways = [MemorySuggester(counts), MemorySuggester(reversed(counts)), MemorySuggester([*counts, *second[1]])]
    for words, label, accepted, rejected, *_nested in second[1]:
        ways[2].learn(words, label, -accepted, -rejected)
    suggestions = [memory.suggest(article(first[0]), LABELS) for memory in ways]
    assert suggestions[0] == suggestions[1] == suggestions[2]


@pytest.mark.parametrize("blank", ["", " ", "\u200f"])
def test_form_without_a_word_is_not_learned(blank: str) -> None:
    memory = MemorySuggester([(blank, "INSTITUTION", 5, 0)])
    memory.learn(blank, "INSTITUTION", accepted=5)
    assert suggested_texts(memory, f"قال {blank} وزير.") == []


@pytest.mark.parametrize(
    ("labelled", "text", "expected"),
    [
        ("Goud.MA", "نشر goud.ma الخبر", "goud.ma"),
        ("goud.ma", "نشر Goud.MA، الخبر", "Goud.MA"),
        ("Hespress", "نشرت hespress.com الخبر", "hespress"),
        ("OCP-Group", "مجمع ocp-group", "ocp-group"),
        ("Le Monde", "صحيفة “Le Monde”", "Le Monde"),
    ],
    ids=["capitals learned", "capitals found", "inside a domain", "hyphen", "quotation"],
)
def test_name_in_latin_letters_is_known_however_it_was_cut(labelled: str, text: str, expected: str) -> None:
    form = normalise_form(f"قال {labelled} أمس", 4, 4 + len(labelled))
    assert suggested_texts(MemorySuggester([(form, "INSTITUTION", 2, 0)]), text) == [(expected, "INSTITUTION")]


def count_places(memory: MemorySuggester, text: str, *spans: tuple[int, int, str]) -> list[Count]:
    return list(memory.count_places(article(text), spans))


def test_words_without_their_label_count_against_it() -> None:
    memory = MemorySuggester([("المغرب", "INSTITUTION", 1, 0)])
    text = "عاد المغرب إلى المغرب"
    before = score(memory, text)
    places = count_places(memory, text)
    assert places == [("المغرب", "INSTITUTION", 0, 1)] * 2
    for place in places:
        memory.learn(*place)
    assert score(memory, text) < before
    assert score(memory, text, places) == before, "what the article itself taught is left out"


def test_words_under_their_or_another_label_do_not_count_against_it() -> None:
    memory = MemorySuggester([("المغرب", "INSTITUTION", 1, 0)])
    assert count_places(memory, "عاد المغرب", (4, 10, "INSTITUTION")) == []
    assert count_places(memory, "عاد المغرب", (4, 10, "PLAN")) == []


def test_words_outside_the_labelled_ranges_do_not_count() -> None:
    memory = MemorySuggester([("المغرب", "INSTITUTION", 1, 0)])
    assert list(memory.count_places(article("عاد المغرب"), (), [(0, 8)])) == []
    assert list(memory.count_places(article("عاد المغرب"), (), [(0, 10)])) != []


def test_inner_part_of_a_longer_name_is_suggested_if_it_was_mostly_labelled() -> None:
    memory = MemorySuggester([("برنامج الامم المتحدة", "INSTITUTION", 2, 0), ("الامم المتحدة", "INSTITUTION", 2, 0)])
    text = "قال برنامج الأمم المتحدة"
    outer, inner = (4, 24, "INSTITUTION"), (11, 24, "INSTITUTION")
    assert suggested_texts(memory, text) == [(text[4:24], "INSTITUTION")]
    [labelled] = count_places(memory, text, outer, inner)
    assert labelled == ("الامم المتحدة", "INSTITUTION", 1, 0, True)
    memory.learn(*labelled)
    assert suggested_texts(memory, text) == [(text[4:24], "INSTITUTION"), (text[11:24], "INSTITUTION")]
    [unlabelled] = count_places(memory, text, outer)
    assert unlabelled == ("الامم المتحدة", "INSTITUTION", 0, 1, True)
    memory.learn(*unlabelled)
    assert suggested_texts(memory, text) == [(text[4:24], "INSTITUTION")]


@pytest.mark.parametrize(
    ("count", "evidence"),
    [
        (("رؤية", "PLAN", 1, 0), "word 1"),
        (("رؤية", "PLAN", 7, 0), "word 3+"),
        (("رؤية المغرب", "PLAN", 2, 1), "phrase 2 with exceptions"),
    ],
)
def test_evidence_tells_how_often_the_words_were_labelled(count: Count, evidence: str) -> None:
    [suggestion] = MemorySuggester([count]).suggest(article(count[0]), LABELS)
    assert suggestion.evidence == evidence
