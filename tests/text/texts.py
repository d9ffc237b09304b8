"""Random texts, zones and spans, made of what makes text handling go wrong."""

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import strategies as st

from annotator.model.records import ZONE_KINDS, Article, Span, Zone, article_uid
from annotator.text.tokenizer import tokens
from annotator.text.visible import written

PIECES = (
    *("وزارة", "لوزارة", "للأمم", "العدل", "كـتـاب", "وَزَارَةٌ", "لأحزاب", "م", "هـ", "ﷲ", "َ", "ـ", "ي\u200cخ"),
    *("2023-2030", "٢٫٥", "09:00", "2.16.668", "5G", "Covid-19", "l'État", "https://a.ma/b", "a@b.ma", "e\u0301"),
    *("«", "»", "“", "”", '"', "(", ")", "،", "؛", "؟", ".", "..", "…", "!", ":", "-", "٪", "’", "#"),
    *("\u200f", "\u200e", "\u061c", "\u202b", "\u2069", "\u200b", "\u00ad", "\ufeff", "\u200d", "\u200c"),
    *("😀", "👩\u200d👧", "👍🏽", "🇲🇦", "❤\ufe0f", "1\ufe0f\u20e3", "\U0001f3f4\U000e0067\U000e007f", "𝔄", "\ufe0f"),
    *(" ", " ", " ", "\u00a0", "\u3000", "\t", "\n", "\n\n", "\x00", "\x1f", "\u115f", "\u0600", "\u06dd", "\ue000"),
)
_ANY = st.characters(exclude_categories=["Cs"])

raw_texts = st.lists(st.sampled_from((*PIECES, "\r\n", "\r", "\u2028", "\x0b", "\x85")) | _ANY, max_size=25).map(
    "".join
)
_BASES = ("م", "20", "😀", "❤", "ـ", "َ", ".", "🇲🇦", "https://a.ma/b", "\u06dd", "")
_GAPS = ("", " ", " ", "\n", "\u00a0", "\u200f", "\u200d", "\u115f")
_MARKS = (
    *("\ufe0f", "\ufe0e", "\u034f", "\u180b", "\u17b4", "\U000e0067", "\U000e0100", "\u200f\ufe0f"),
    *("\u0301", "َ", "ـ", "\u20e3", "\U0001f3fd"),
    *("\u200d", "\u200c", "\u200f", "\u061c", "\u202b", "\u2069", "\u200b", "\u00ad", "\ufeff", "\u2060", "\u3164"),
)
marked_texts = (
    st.lists(st.tuples(*map(st.sampled_from, (_BASES, _GAPS, _MARKS))).map("".join), min_size=1, max_size=3)
    .map("".join)
    .filter(tokens)
)
"""Short texts with something to see, in which marks and joiners stand wherever they can, such as after a space."""
texts = st.lists(st.sampled_from(PIECES) | _ANY.filter(lambda c: c not in "\r\v\f\x85\u2028\u2029"), max_size=25).map(
    "".join
)


def places(text: str, parts: Iterable[tuple[int, int]], words: Iterable[str]) -> list[tuple[int, int]]:
    """Where the words of a file stand in these parts of the text: letter by letter, past what no file shows."""
    left = [at for part in parts for at in range(*part)]
    found = []
    for word in words:
        at = []
        for letter in word:
            while text[left[0]] != letter:
                assert not written(text[left.pop(0)]).strip() or at == []
            at.append(left.pop(0))
        found.append((at[0], at[-1] + 1))
    return found


@st.composite
def layered(draw: st.DrawFn, texts: st.SearchStrategy[str] = texts) -> tuple[Article, list[Zone], list[Span]]:
    """An article, zones apart from each other, and one layer; spans are within the text and differ from each other."""
    text = draw(texts.filter(bool))
    article = Article(article_uid(text), text, id=1)
    offsets = st.integers(0, len(text))
    edges = sorted(draw(st.sets(offsets, max_size=6)))
    zones = [
        Zone(f"z{start}", article.uid, draw(st.sampled_from(ZONE_KINDS)), start, end)
        for start, end in pairwise(edges)
        if draw(st.booleans())
    ]
    stretches = st.tuples(offsets, offsets, st.sampled_from(["DATE", "INSTITUTION", "PLAN"]))
    found = draw(st.sets(stretches.filter(lambda stretch: stretch[0] < stretch[1]), max_size=8))
    spans = [
        Span(f"s{at}", article.uid, "salma", label, start, end) for at, (start, end, label) in enumerate(sorted(found))
    ]
    return article, zones, spans
