"""Where sentences end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import takes_linear_time
from strategies import examples, texts

from annotator.text import punctuation
from annotator.text import sentences as sentence_rules
from annotator.text.sentences import sentence_breaks, split_sentences
from annotator.text.tokenizer import Token, tokenize


@pytest.mark.parametrize(
    "text",
    [
        "وقع الوزير.| ثم غادر.",
        "هل وقع؟| نعم!| ثم…| غادر",
        "قال: «وقع الوزير.»| ثم غادر (أمس.)| انتهى",
        "قال ”وقع.“| ثم “غادر.”| انتهى",
        "وقع?!..| ثم",
        "سطر أول\n|سطر ثان\n\n|ثالث",
        "في 3.5 وفي 2.16.668 معا",
        "السيد م. العلوي ود. الصديق ص. 12 وق.م. معا",
        "في سنة 2024.| وقع",
        "قال «هل وقع؟»، ثم غادر",
        "تقرير المغرب.. تنويه",
        "تقرير المغرب...| تنويه",
        "هل؟| «نعم».",
        "هل وقع?| نعم",
        "الفوج م!| ثم الفوج ب؟| ثم",
        "في 2024?| نعم",
        'هل؟| "نعم".',
        'قال "هل؟"| "نعم".',
        "وقع.\u200f\u200e|ثم",
        "نقطة .",
        "نشر موقع SNRT.News وموقع Le360.MA وهسبريس.كوم بيانا",
        "في نطاق .ma أو Web2.0 معا",
        "الموقوف (محمد.ف) والكاتبة مريم.ب",
        "شركة Dr. Oetker و(Prof. Smith) معا",
        "يوم 12. 05. 2024 وبعد 3. 4. 24.| ثم",
        "انتهى.|وقال.|و قال سنة 2024.|وقع.|3 أيام",
        "قناة إم. بي. سي ومصرف بي.إم.سي.إي وأو.سي.بي أو جي.إل.تي.إيه وأحداث.أنفو هنا",
        "قالت بي. بي. سي. |إن الأمر.|بين سي سي. |وفي غيره.|أو. |بيت",
        "ذكر ADN. |Le Monde.| في 3.| 4 أيام Dr.» |Oetker",
    ],
)
def test_sentences(text: str) -> None:
    """The bars mark the ends of sentences."""
    plain = text.replace("|", "")
    sentences = [[plain[a:b] for a, b in sentence] for sentence in split_sentences(plain, tokenize(plain))]
    assert sentences == [[part[a:b] for a, b in tokenize(part)] for part in text.split("|")]


def split_by_walk(text: str) -> list[list[Token]]:
    """Return the sentences of a text by a walk over all of its tokens."""
    tokens = tokenize(text)
    partners = punctuation.match_pairs(text, tokens)
    sentences: list[list[Token]] = []
    is_ended, stop = True, Token(0, 0)
    for index, token in enumerate(tokens):
        mark = text[token.start]
        is_closing = partners.get(index, index) < index or (
            index not in partners and mark in punctuation.OPENING_BRACKETS
        )
        if index and "\n" in text[tokens[index - 1].end : token.start]:
            is_ended = True
        elif sentences and is_ended and (mark in sentence_rules._STOPS or is_closing):
            sentences[-1].append(token)
            continue
        elif mark in sentence_rules._NO_START or sentence_rules._continues_name(
            text, stop, token.start, text.rfind("\n", 0, token.start) + 1, len(text)
        ):
            is_ended = False
        if is_ended or not sentences:
            sentences.append([])
        sentences[-1].append(token)
        is_ended = (
            mark in sentence_rules._STOPS
            and text[slice(*token)] != ".."
            and not sentence_rules.is_abbreviation_dot(text, tokens, index)
            and not sentence_rules._joins_words(text, tokens, index)
        )
        stop = token
    return sentences


STOPPING = st.sampled_from(
    [
        *(*'.!؟?…،:“”"«»’()', "..", ".\u200f", " ", " ", " ", "\n", "كلمة", "م", "ود", "2.5", "a.ma", "كِ"),
        *("3. 4. 24", "Dr. A", "12", "نت", "A", "بي", "إيه"),
    ]
)


def test_breaks_of_a_range_ignore_the_text_before_it() -> None:
    text = "كلم. نعم"
    assert sentence_breaks(text, 0, len(text)) == [5]
    assert sentence_breaks(text, 1, len(text)) == [5]
    assert sentence_breaks(text, 2, len(text)) == []  # the range starts with م.


@examples(500)
@given(texts | st.lists(STOPPING, max_size=30).map("".join))
def test_sentences_equal_those_of_a_walk_over_all_tokens(text: str) -> None:
    assert split_sentences(text, tokenize(text)) == split_by_walk(text)


@pytest.mark.slow
@pytest.mark.parametrize("unit", [". ", '." ', '"."', "كلمة. ", "؟! ", ".a"])
def test_time_for_sentences_is_linear(unit: str) -> None:
    assert takes_linear_time(lambda count: sentence_breaks(unit * count, 0, len(unit) * count), 4_000)


@given(texts)
def test_sentences_contain_every_token_and_no_newline(text: str) -> None:
    sentences = split_sentences(text, tokenize(text))
    assert [token for sentence in sentences for token in sentence] == tokenize(text)
    assert all(sentences)
    assert not any("\n" in text[sentence[0].start : sentence[-1].end] for sentence in sentences)
