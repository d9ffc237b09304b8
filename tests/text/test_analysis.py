"""An article cut up: tokens, words, sentences."""

from hypothesis import given
from text.texts import texts

from annotator.text.analysis import analysed
from annotator.text.folding import fold


@given(texts)
def test_every_token_is_folded_and_in_one_sentence(text: str) -> None:
    found = analysed(text)
    assert [at for first, last in found.sentences for at in range(first, last)] == list(range(len(found.tokens)))
    assert all(first < last for first, last in found.sentences)
    assert list(found.folded) == [fold(text[slice(*token)]) for token in found.tokens]
