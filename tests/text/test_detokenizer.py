"""Tokens become a text that reads as one, and each stands in it where it is said to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.texts import texts

from annotator.text import sentences, tokenizer, visible
from annotator.text.detokenizer import detokenise, locate


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("أعلنت وزارة العدل ، أمس ، عن « خطة 2030 » .", "أعلنت وزارة العدل، أمس، عن «خطة 2030»."),
        ("متى ؟ الآن ! نعم ؛ هنا : ( 24 / 8 / 1993 ) …", "متى؟ الآن! نعم؛ هنا: (24/8/1993)…"),
        ("في 15 / 1 / 1959 و فبراير / شباط 8 / 9", "في 15/1/1959 و فبراير / شباط 8/9"),
        ("8 / الى / 9 /", "8 / الى / 9 /"),
        ("# انفجار _ بيروت # ، _ نص _ ( _ )", "#انفجار_بيروت #، _ نص _ (_)"),
        ('“ خطة ” و ” رؤية “ و „ Troia “ و " ورش " .', '“خطة” و ”رؤية“ و „Troia“ و "ورش".'),
        ("“ I ca n’t , ” said Thrun ’s .", "“I can’t,” said Thrun’s."),
        ('قال : " نعم .', 'قال: "نعم.'),
        ('نعم " .', 'نعم".'),
        ("نعم ” ثم مضى", "نعم” ثم مضى"),
        ("ارتفع بـ 5 % و ٥ ٪ و نسبة %", "ارتفع بـ 5% و ٥٪ و نسبة %"),
        ("l' État d’ urgence qu' il", "l'État d’urgence qu'il"),
        (".. . … ?! ؟!", ".. . …?!؟!"),
        ("\u200f، خطة \u200f، ( \u064e )", "\u200f، خطة\u200f، ( \u064e)"),
        ("« ( خطة ) »", "«(خطة)»"),
        ("وَزَارَةٌ ، 😀 !", "وَزَارَةٌ، 😀!"),
        ("The dogs ' tails", "The dogs 'tails"),
        (", نعم", ", نعم"),
        ("- نعم -", "- نعم -"),
    ],
)
def test_spacing(tokens: str, text: str) -> None:
    assert detokenise([tokens.split(" ")])[0] == text


def test_a_sentence_is_a_line() -> None:
    assert detokenise([["خطة", "."], [], ["نص", "،"]]) == ("خطة.\n\nنص،", [[0, 3], [], [6, 8]])
    assert detokenise([]) == ("", [])


TOKENS = st.sampled_from([*"«»“”\"'()[]،؛؟.:!%#_/", "..", "l'", "'s", "n't", "``", "''", "5"]) | st.text(
    min_size=1, max_size=4
)


@given(st.lists(st.lists(TOKENS)))
def test_each_token_stands_where_it_begins(sentences: list[list[str]]) -> None:
    text, starts = detokenise(sentences)
    assert [len(begins) for begins in starts] == [len(tokens) for tokens in sentences]
    end = 0
    for at, (tokens, begins) in enumerate(zip(sentences, starts, strict=True)):
        between = "\n" if at else ""
        for place, (token, start) in enumerate(zip(tokens, begins, strict=True)):
            assert text[end:start] in ((" ", "") if place else (between,))
            assert text[start : start + len(token)] == token
            between = ""
            end = start + len(token)
        if between:
            assert text[end] == between
            end += 1
    assert end == len(text)


@given(texts)
def test_our_own_tokens_are_found_in_it_again(article: str) -> None:
    lines = [
        [visible.written(article[slice(*token)]) for token in sentence]
        for sentence in sentences.sentences(article, tokenizer.tokens(article))
    ]
    text, starts = detokenise(lines)
    assert [token.start for token in tokenizer.tokens(text)] == [start for begins in starts for start in begins]
    assert [text[slice(*token)] for token in tokenizer.tokens(text)] == [token for tokens in lines for token in tokens]


@given(texts)
def test_tokens_are_located_in_their_text(article: str) -> None:
    tokens = article.split()
    starts = locate(article, tokens)
    assert starts is not None
    assert [article[start : start + len(token)] for start, token in zip(starts, tokens, strict=True)] == tokens
    assert starts == sorted(starts)


@pytest.mark.parametrize(("text", "tokens"), [("خطة 2030", ["خطة"]), ("خطة", ["خطة", "2030"]), ("أ خطة", ["خطة"])])
def test_tokens_of_another_text_are_not(text: str, tokens: list[str]) -> None:
    assert locate(text, tokens) is None
