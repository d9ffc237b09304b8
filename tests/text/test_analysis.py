"""An article cut up: tokens, words, sentences."""

from hypothesis import given
from strategies import texts

from annotator.text.analysis import analysed
from annotator.text.folding import fold


@given(texts)
def test_every_token_is_folded_and_in_one_sentence(text: str) -> None:
    analysis = analysed(text)
    assert [index for first, last in analysis.sentence_ranges for index in range(first, last)] == list(
        range(len(analysis.tokens))
    )
    assert all(first < last for first, last in analysis.sentence_ranges)
    assert list(analysis.folded_words) == [fold(text[slice(*token)]) for token in analysis.tokens]
