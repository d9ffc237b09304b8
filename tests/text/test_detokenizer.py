"""Tokens are joined into readable text, and their offsets in it are right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from annotator.text import sentences, tokenizer, visible
from annotator.text.detokenizer import detokenize, find_token_starts


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
    assert detokenize([tokens.split(" ")])[0] == text


def test_each_sentence_becomes_a_line() -> None:
    assert detokenize([["خطة", "."], [], ["نص", "،"]]) == ("خطة.\n\nنص،", [[0, 3], [], [6, 8]])
    assert detokenize([]) == ("", [])


TOKENS = st.sampled_from([*"«»“”\"'()[]،؛؟.:!%#_/", "..", "l'", "'s", "n't", "``", "''", "5"]) | st.text(
    min_size=1, max_size=4
)


@given(st.lists(st.lists(TOKENS)))
def test_starts_are_the_offsets_of_the_tokens(sentences: list[list[str]]) -> None:
    text, starts = detokenize(sentences)
    assert [len(sentence_starts) for sentence_starts in starts] == [len(tokens) for tokens in sentences]
    end = 0
    for sentence_index, (tokens, sentence_starts) in enumerate(zip(sentences, starts, strict=True)):
        gap = "\n" if sentence_index else ""
        for token_index, (token, start) in enumerate(zip(tokens, sentence_starts, strict=True)):
            assert text[end:start] in ((" ", "") if token_index else (gap,))
            assert text[start : start + len(token)] == token
            gap = ""
            end = start + len(token)
        if gap:
            assert text[end] == gap
            end += 1
    assert end == len(text)


@given(texts)
def test_tokenizing_the_text_gives_the_same_tokens(article: str) -> None:
    lines = [
        [visible.remove_invisible(article[slice(*token)]) for token in sentence]
        for sentence in sentences.split_sentences(article, tokenizer.tokenize(article))
    ]
    text, starts = detokenize(lines)
    assert [token.start for token in tokenizer.tokenize(text)] == [
        start for sentence_starts in starts for start in sentence_starts
    ]
    assert [text[slice(*token)] for token in tokenizer.tokenize(text)] == [
        token for tokens in lines for token in tokens
    ]


@given(texts)
def test_token_starts_are_found_in_the_text_of_the_tokens(article: str) -> None:
    tokens = article.split()
    starts = find_token_starts(article, tokens)
    assert starts is not None
    assert [article[start : start + len(token)] for start, token in zip(starts, tokens, strict=True)] == tokens
    assert starts == sorted(starts)


@pytest.mark.parametrize(("text", "tokens"), [("خطة 2030", ["خطة"]), ("خطة", ["خطة", "2030"]), ("أ خطة", ["خطة"])])
def test_token_starts_are_none_for_another_text(text: str, tokens: list[str]) -> None:
    assert find_token_starts(text, tokens) is None
