"""The tags that two annotators give each token, for the kappa that papers report.

Nearly all tokens have no tag, and both agree in these without any thought, which flatters this kappa.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import TypeAlias

from annotator.team.layers import LabelledRange, Range, flatten_outermost
from annotator.text.tokenizer import Token, tokenize

Tag: TypeAlias = tuple[str, bool] | None
"""The label of a token and whether a span begins with it; None outside spans."""


def list_tokens(text: str, ranges: Iterable[Range]) -> list[Token]:
    """Return the tokens of these ranges of the text, in order."""
    return [token for start, end in ranges for token in tokenize(text, start, end)]


def tag_tokens(spans: Iterable[LabelledRange], tokens: Sequence[Token]) -> dict[int, Tag]:
    """Return the tags of tokens by their index, of those in spans.

    A span has every token that it touches; of spans that overlap then, the outermost counts.
    """
    by_token = (
        (bisect_right(tokens, start, key=itemgetter(1)), bisect_left(tokens, end, key=itemgetter(0)), label)
        for start, end, label in spans
    )
    return {
        index: (label, index == first)
        for first, last, label in flatten_outermost(span for span in by_token if span[0] < span[1])
        for index in range(first, last)
    }


def count_tag_pairs(first: dict[int, Tag], second: dict[int, Tag], token_count: int) -> Counter[tuple[Tag, Tag]]:
    """Count the tokens of an article by the tags of the first and the second annotator."""
    tagged = first.keys() | second.keys()
    pairs: Counter[tuple[Tag, Tag]] = Counter((first.get(index), second.get(index)) for index in tagged)
    if token_count > len(tagged):
        pairs[None, None] = token_count - len(tagged)
    return pairs
