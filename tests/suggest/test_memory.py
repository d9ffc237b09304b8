"""What was labelled is proposed again, and what was rejected counts against it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from suggest.suggesting import LABELS, article, check_promises, label_set, said
from text.texts import texts

from annotator.suggest.memory import Count, Memory
from annotator.text.proclitics import form
from annotator.text.tokenizer import tokens


def proposed(memory: Memory, text: str) -> list[tuple[str, str]]:
    return said(text, memory.suggest(article(text), LABELS))


def score(memory: Memory, text: str, own: list[Count] | None = None) -> float:
    found = memory.suggest(article(text), LABELS, own)
    return found[0].score if found else 0.0


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
def test_a_form_is_found_however_it_is_written(form: str, text: str, expected: str) -> None:
    assert proposed(Memory([(form, "INSTITUTION", 3, 0)]), text) == [(expected, "INSTITUTION")]


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
def test_other_words_are_not_it(form: str, text: str) -> None:
    assert proposed(Memory([(form, "INSTITUTION", 3, 0)]), text) == []


def test_a_form_gets_the_label_it_most_often_got_of_those_there_are() -> None:
    memory = Memory([("رؤية", "PLAN", 3, 0), ("رؤية", "INSTITUTION", 2, 0), ("رؤية", "GONE", 9, 0)])
    assert proposed(memory, "رؤية") == [("رؤية", "PLAN")]
    memory.learn("رؤية", "INSTITUTION", accepted=2)
    assert proposed(memory, "رؤية") == [("رؤية", "INSTITUTION")]
    assert memory.suggest(article("رؤية"), label_set("OTHER")) == []


def test_of_labels_that_a_form_got_as_often_it_gets_the_less_rejected() -> None:
    first, second = (label.name for label in LABELS.labels[:2])
    assert proposed(Memory([("رؤية", first, 5, 2), ("رؤية", second, 5, 1)]), "رؤية") == [("رؤية", second)]
    assert proposed(Memory([("رؤية", first, 5, 1), ("رؤية", second, 5, 2)]), "رؤية") == [("رؤية", first)]
    assert proposed(Memory([("رؤية", first, 5, 1), ("رؤية", second, 5, 1)]), "رؤية") == [("رؤية", first)]


def test_a_score_has_three_decimals() -> None:
    scores = [score(Memory([("رؤية", "PLAN", times, 1)]), "رؤية") for times in (4, 5, 6, 7)]
    assert all(scores)
    assert scores == [round(one, 3) for one in scores]


def test_what_lies_within_is_proposed_with_another_label_only() -> None:
    memory = Memory(
        [
            ("خطة العمل 2024", "PLAN", 2, 0),
            ("2024", "DATE", 3, 0),
            ("خطة العمل", "PLAN", 2, 0),
            ("العمل 2024 معا", "INSTITUTION", 2, 0),
            ("في خطة", "INSTITUTION", 2, 0),
        ]
    )
    text = "في خطة العمل 2024 معا"
    assert proposed(memory, text) == [("خطة العمل 2024", "PLAN"), ("2024", "DATE")]


def test_a_form_that_would_go_on_is_not_found_at_the_end() -> None:
    memory = Memory([("رؤية", "PLAN", 5, 0), ("رؤية المغرب 2030", "PLAN", 5, 0)])
    assert proposed(memory, "قال رؤية") == [("رؤية", "PLAN")]


def test_rejections_count_against_a_form_and_an_undo_takes_them_back() -> None:
    memory = Memory([("البنك", "INSTITUTION", 2, 0)])
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


def test_a_short_word_behind_a_proclitic_is_doubtful() -> None:
    memory = Memory([("جدة", "INSTITUTION", 9, 0), ("الجمعية", "INSTITUTION", 9, 0), ("لجنة", "INSTITUTION", 9, 0)])
    assert score(memory, "وجدة") < score(memory, "جدة")
    assert score(memory, "للجنة") < score(memory, "ولجنة") == score(memory, "لجنة")
    assert score(memory, "والجمعية") == score(memory, "الجمعية")


def test_an_article_does_not_see_its_own_answers() -> None:
    text = "قالت وزارة العدل إن وزارة العدل"
    own = [("وزارة العدل", "INSTITUTION", 2, 0)]
    assert score(Memory(own), text, own) == 0
    both = Memory([*own, ("وزارة العدل", "INSTITUTION", 1, 0)])
    assert score(both, text, own) == score(Memory([("وزارة العدل", "INSTITUTION", 1, 0)]), text) > 0
    assert score(both, text) > score(both, text, own)


@st.composite
def _labelled(draw: st.DrawFn) -> tuple[str, list[Count]]:
    """A text, and the forms of some of its stretches of whole tokens."""
    text = draw(texts)
    found = tokens(text)
    if not found:
        return text, []
    places = st.tuples(*[st.integers(0, len(found) - 1)] * 2, st.sampled_from([label.name for label in LABELS.labels]))
    stretches = [(found[min(a, b)].start, found[max(a, b)].end, name) for a, b, name in draw(st.lists(places))]
    return text, [(form(text, start, end), name, 2, 0) for start, end, name in stretches]


@given(_labelled(), texts)
def test_every_suggestion_keeps_the_promises_and_what_was_learned_is_found(
    labelled: tuple[str, list[Count]], other: str
) -> None:
    text, counts = labelled
    memory = Memory(counts)
    check_promises(memory, other)
    found = {form(text, one.start, one.end).replace(" ", "") for one in check_promises(memory, text)}
    assert found <= {words.replace(" ", "") for words, *_rest in counts}  # two tokens may touch elsewhere


@given(_labelled(), _labelled())
def test_the_order_in_which_it_learns_is_no_matter(
    first: tuple[str, list[Count]], second: tuple[str, list[Count]]
) -> None:
    counts = [*first[1], *second[1]]
    ways = [Memory(counts), Memory(reversed(counts)), Memory([*counts, *second[1]])]
    for words, label, accepted, rejected in second[1]:
        ways[2].learn(words, label, -accepted, -rejected)
    found = [memory.suggest(article(first[0]), LABELS) for memory in ways]
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("blank", ["", " ", "\u200f"])
def test_a_form_without_a_word_is_not_learned(blank: str) -> None:
    memory = Memory([(blank, "INSTITUTION", 5, 0)])
    memory.learn(blank, "INSTITUTION", accepted=5)
    assert proposed(memory, f"قال {blank} وزير.") == []
