"""Strategies for texts, zones, spans and articles made of characters that are hard to handle."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from dev import ALL_EXAMPLES
from hypothesis import settings
from hypothesis import strategies as st

from annotator.model.article_builder import build_article
from annotator.model.date_values import is_date_value
from annotator.model.records import ZONE_KINDS, AnnotatedArticle, Article, Span, Zone, article_uid
from annotator.text.tokenizer import tokenize
from annotator.text.visible import remove_invisible

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
    .filter(tokenize)
)
"""Short texts with something visible, and marks and joiners wherever possible, such as after a space."""
texts = st.lists(st.sampled_from(PIECES) | _ANY.filter(lambda c: c not in "\r\v\f\x85\u2028\u2029"), max_size=25).map(
    "".join
)


def runs_all() -> bool:
    """Return whether this is a run of all tests, with all of their examples."""
    return settings.get_current_profile_name() == ALL_EXAMPLES


def examples(count: int) -> settings:
    """Return the settings of a property with so many examples in a run of all tests, and a fifth of them in others.

    The others have not fewer than the usual number, unless the property has fewer in the run of all.
    """
    return settings(max_examples=count if runs_all() else min(count, max(settings().max_examples, count // 5)))


def reduce_count(count: int) -> int:
    """Return a tenth of the histories or files to try, and at least one; in a run of all tests, return the count."""
    return count if runs_all() else max(1, count // 10)


def find_words(text: str, parts: Iterable[tuple[int, int]], words: Iterable[str]) -> list[tuple[int, int]]:
    """Find a file's words in these parts of the text: letter by letter, skipping what exports leave out."""
    offsets = [offset for part in parts for offset in range(*part)]
    ranges = []
    for word in words:
        word_offsets: list[int] = []
        for letter in word:
            while text[offsets[0]] != letter:
                assert not remove_invisible(text[offsets.pop(0)]).strip() or word_offsets == []
            word_offsets.append(offsets.pop(0))
        ranges.append((word_offsets[0], word_offsets[-1] + 1))
    return ranges


@st.composite
def article_layers(draw: st.DrawFn, texts: st.SearchStrategy[str] = texts) -> tuple[Article, list[Zone], list[Span]]:
    """Draw an article, zones that do not overlap, and one layer of different spans within the text."""
    text = draw(texts.filter(bool))
    article = Article(article_uid(text), text, id=1)
    offsets = st.integers(0, len(text))
    edges = sorted(draw(st.sets(offsets, max_size=6)))
    zones = [
        Zone(f"z{start}", article.uid, draw(st.sampled_from(ZONE_KINDS)), start, end)
        for start, end in pairwise(edges)
        if draw(st.booleans())
    ]
    labelled_ranges = st.tuples(_ranges(len(text)), st.sampled_from(["DATE", "INSTITUTION", "PLAN"]))
    spans = [
        Span(f"s{index}", article.uid, "salma", label, start, end)
        for index, ((start, end), label) in enumerate(sorted(draw(st.sets(labelled_ranges, max_size=8))))
    ]
    return article, zones, spans


def _ranges(length: int) -> st.SearchStrategy[tuple[int, int]]:
    """Return ranges of a text of this length, none empty, without drawing any that would be thrown away."""
    starts = st.integers(0, length - 1)
    return starts.flatmap(lambda start: st.tuples(st.just(start), st.integers(start + 1, length)))


nothing = st.none()
optional_texts = nothing | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4)


@st.composite
def annotated_articles(
    draw: st.DrawFn,
    texts: st.SearchStrategy[str],
    *,
    annotators: Sequence[str] = ("ليلى",),
    extras: st.SearchStrategy[str | None] = optional_texts,
    titles: st.SearchStrategy[str | None] = nothing,
    sources: st.SearchStrategy[str | None] = nothing,
) -> AnnotatedArticle:
    """Draw an article and some spans of its text, which nest, cross and have equal ranges.

    The texts must be valid and not empty. `extras` are the values and notes of the spans.
    """
    text = draw(texts)
    labels = st.sampled_from(["DATE", "PLAN", "مؤسسة"])
    return build_article(
        text,
        title=draw(titles),
        source=draw(sources),
        spans=[
            Span(f"s{index}", "", draw(st.sampled_from(annotators)), draw(labels), *range_, draw(extras), draw(extras))
            for index, range_ in enumerate(draw(st.lists(_ranges(len(text)), max_size=5)))
        ],
    )


@st.composite
def date_values(draw: st.DrawFn, first_year: int = -9999, last_year: int = 9999) -> str:
    """Draw the value of a date: a year, month, day, time of day, or a period between two such."""
    moments = sorted(draw(st.lists(_date_moments(first_year, last_year), min_size=1, max_size=2)))
    values = list(dict.fromkeys(value for _order, value in moments))
    return "/".join(values) if is_date_value("/".join(values)) else values[0]


@st.composite
def _date_moments(draw: st.DrawFn, first_year: int, last_year: int) -> tuple[int, str]:
    year = draw(st.integers(first_year, last_year))
    day = draw(st.dates(date(2023, 1, 1), date(2023, 12, 31))).strftime("-%m-%d")[: draw(st.sampled_from([0, 3, 6]))]
    clock = draw(st.times()).isoformat()[: draw(st.sampled_from([2, 5, 8, None]))] if len(day) == 6 else ""
    zone = draw(st.sampled_from(["", "", "Z", "+01:00"]))
    value = f"{'-' if year < 0 else ''}{abs(year):04}{day}"
    return year, f"{value}T{clock}{zone}" if clock and draw(st.booleans()) else value
