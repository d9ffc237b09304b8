"""Decode tags of other tools into chunks: any scheme, nested or not, repairing broken sequences.

Chunks start and end as in conlleval (Tjong Kim Sang & Buchholz 2000), whatever the scheme: a chunk starts at B and S,
and at an I or E that does not continue one of its label; it ends at E and S, before a B of its label, and where its
label ends. The scheme only decides which sequences count as repaired.

A token may have several tags, in any order (Wojood, Jarrar et al. 2022). Each label is decoded by itself: of its open
chunks, as many continue as the token has I and E, the oldest first, so an inner chunk never cuts the outer. Crossing
chunks of one label look like nested ones and are decoded as such.

Other spellings of iobes: BILOU (L is E, U is S) and BMEWO (M is I, W is S). Some files write B_X for B-X.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import starmap
from typing import Final, NamedTuple, TypeAlias

from annotator.i18n import _
from annotator.model.limits import MAX_LABEL_LENGTH
from annotator.model.reasons import Code, Reason
from annotator.tagging.schemes import END_LETTERS, IOB1, IOB2, IOBES, OUTSIDE, Chunk

TokenTags: TypeAlias = tuple[str, ...]
"""The tags of one token."""

_OUTSIDE: Final[TokenTags] = (OUTSIDE,)

_KINDS: Final = {"B": "B", "I": "I", "M": "I", "E": "E", "L": "E", "S": "S", "U": "S", "W": "S"}
_MAX_TAG_LENGTH: Final = len("B-") + MAX_LABEL_LENGTH
_MAX_CACHED_LENGTH: Final = 10 * _MAX_TAG_LENGTH  # code points of the tags of a cached token
_TAG: Final = re.compile(rf"O|[{''.join(_KINDS)}][-_][^\W_].*", re.DOTALL)


class TagRepair(NamedTuple):
    """A repair of an invalid tag, or its refusal if the code of `reason` is INVALID_TAG."""

    token_index: int
    reason: Reason


class LabelTally(NamedTuple):
    """One label's tags on one token.

    `continued` counts chunks that continue, `ends` those of them that end, `begins` those that start, `single` those of
    one token. `first_inside` is the first I or E tag as written.
    """

    label: str
    continued: int
    ends: int
    begins: int
    single: int
    first_inside: str | None


_RowTallies: TypeAlias = tuple[tuple[LabelTally, ...], Mapping[str, int], tuple[str, ...]]


def is_tag(value: str) -> bool:
    """Return whether `value` is O or a tag of any scheme, no longer than a label allows."""
    return len(value) <= _MAX_TAG_LENGTH and _is_tag(value)


@lru_cache(maxsize=1 << 14)
def _is_tag(value: str) -> bool:
    return _TAG.fullmatch(value) is not None


def detect_scheme(sentences: Iterable[Sequence[TokenTags]]) -> str:
    """Return the scheme that most chunks suggest; iob2 if every scheme fits.

    Schemes that mark the end of a chunk count as one, iobes.
    """
    chunks = closed = without_start_tag = with_start_tag = 0
    for rows in sentences:
        previous: dict[str, LabelTally] = {}
        for row in rows:
            tallies = {tally.label: tally for tally in _tally_row(row)[0]}
            for label, tally in tallies.items():
                is_new = label not in previous or previous[label].ends + previous[label].single > 0
                has_start_tag = tally.begins + tally.single
                chunks += has_start_tag or is_new
                closed += tally.ends + tally.single
                without_start_tag += is_new and not has_start_tag
                with_start_tag += is_new and has_start_tag > 0
            previous = tallies
    if closed * 2 > chunks:
        return IOBES
    return IOB1 if without_start_tag > with_start_tag else IOB2


def decode_with_repairs(rows: Sequence[TokenTags], scheme: str) -> tuple[list[Chunk], list[TagRepair]]:
    """Return a sentence's chunks, outer before inner, and the repairs that `scheme` required, in order.

    `rows` has each token's tags; without any, it is outside. Values that are no tags are read as O.
    """
    chunks: list[Chunk] = []
    repairs: list[TagRepair] = []
    open_starts: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        if row == _OUTSIDE and not open_starts:
            continue
        tallies, continued, unknown = _tally_row(row)
        if unknown:
            repairs += (TagRepair(index, _explain_invalid_tag(tag)) for tag in unknown)
        for label in [label for label, starts in open_starts.items() if len(starts) > continued.get(label, 0)]:
            starts, count = open_starts[label], continued.get(label, 0)
            if scheme in END_LETTERS:
                repairs += _missing_end_repairs(rows, index, label, len(starts) - count)
            chunks += [Chunk(label, start, index) for start in starts[count:]]
            open_starts[label] = starts[:count]
            if not count:
                del open_starts[label]
        for label, count, ends, begins, single, first_inside in tallies:
            starts = open_starts.get(label, [])
            missing = count - len(starts)
            if missing and first_inside and scheme != IOB1:
                repairs += [TagRepair(index, _explain_missing_start(rows, index, first_inside))] * missing
            if missing or ends or single or begins:
                starts += [index] * missing
                remaining = count - ends
                chunks += [Chunk(label, start, index + 1) for start in (*starts[remaining:], *[index] * single)]
                open_starts[label] = starts[:remaining] + [index] * begins
                if not open_starts[label]:
                    del open_starts[label]
    for label, starts in open_starts.items():
        chunks += (Chunk(label, start, len(rows)) for start in starts)
        if scheme in END_LETTERS:
            repairs += _missing_end_repairs(rows, len(rows), label, len(starts))
    chunks.sort(key=lambda chunk: (chunk.start, -chunk.end))
    repairs.sort(key=lambda repair: repair.token_index)
    return chunks, repairs


def _tally_row(row: TokenTags) -> _RowTallies:
    """Return a token's tags and continuing chunks by label, and the invalid values."""
    return _tally_row_cached(row) if sum(map(len, row)) <= _MAX_CACHED_LENGTH else _tally_row_cached.__wrapped__(row)


@lru_cache(maxsize=1 << 16)
def _tally_row_cached(row: TokenTags) -> _RowTallies:
    tags_by_label: dict[str, list[str]] = {}
    for tag in row:
        if tag != OUTSIDE and is_tag(tag):
            tags_by_label.setdefault(tag[2:], []).append(tag)
    tallies = tuple(starmap(_tally_label, tags_by_label.items()))
    return tallies, {tally.label: tally.continued for tally in tallies}, tuple(tag for tag in row if not is_tag(tag))


def _tally_label(label: str, tags: list[str]) -> LabelTally:
    kinds = "".join(_KINDS[tag[0]] for tag in tags)
    first_inside = next((tag for tag, kind in zip(tags, kinds, strict=True) if kind in "IE"), None)
    return LabelTally(
        label, kinds.count("I") + kinds.count("E"), kinds.count("E"), kinds.count("B"), kinds.count("S"), first_inside
    )


def _explain_invalid_tag(tag: str) -> Reason:
    return Reason(Code.INVALID_TAG, _("“{tag}” is not a valid tag: treated as O.").format(tag=tag))


def _explain_missing_start(rows: Sequence[TokenTags], index: int, tag: str) -> Reason:
    if not index:
        message = _("{tag} at the start of a sentence: treated as the start of a span.").format(tag=tag)
        return Reason(Code.MISSING_SPAN_START, message)
    previous = " ".join(rows[index - 1]) or OUTSIDE
    message = _("{tag} after {before}: treated as the start of a span.").format(tag=tag, before=previous)
    return Reason(Code.MISSING_SPAN_START, message)


def _missing_end_repairs(rows: Sequence[TokenTags], index: int, label: str, count: int) -> Iterator[TagRepair]:
    """Yield repairs for `count` chunks that end before token `index` without an end tag."""
    tags = [tag for tag in rows[index - 1] if tag[2:] == label and _KINDS.get(tag[0]) in ("B", "I")]
    for tag in tags[-count:]:
        message = _("{tag} is the last tag of its span: treated as its end.").format(tag=tag)
        yield TagRepair(index - 1, Reason(Code.MISSING_SPAN_END, message))
