"""Tags as other tools write them, as chunks: any scheme, nested or not, and broken sequences put right.

Where a chunk begins and ends is decided as conlleval does (Tjong Kim Sang & Buchholz 2000), whatever the scheme: it
begins at B and S, and at an I or E that nothing of its label before it goes on to; it ends at E and S, before a B of
its label, and where its label ends. So the scheme decides only what is in order and what is a repair.

A token may have several tags, in any order (Wojood, Jarrar et al. 2022). Each label is then read by itself: of the
chunks of one label that are open, as many go on as the token has I and E of it, and those that began first. An
inner chunk therefore never cuts the outer one of its label. Chunks of one label that cross cannot be told from nested
ones in such tags, and are read as nested.

Besides iobes, its other spellings are read: BILOU (L is E, U is S) and BMEWO (M is I, W is S).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import starmap
from typing import Final, NamedTuple, TypeAlias

from annotator.i18n import _
from annotator.model.limits import LABEL
from annotator.tagging.schemes import CLOSING, IOB1, IOB2, IOBES, OUTSIDE, Chunk

BEGUN: Final = "begun"
ENDED: Final = "ended"
UNKNOWN: Final = "unknown"

Row: TypeAlias = tuple[str, ...]
"""The tags of one token."""

_OUTSIDE: Final[Row] = (OUTSIDE,)

_KINDS: Final = {"B": "B", "I": "I", "M": "I", "E": "E", "L": "E", "S": "S", "U": "S", "W": "S"}
_LONGEST: Final = len("B-") + LABEL
_KEPT: Final = 10 * _LONGEST  # code points of the tags of a token that is remembered
_TAG: Final = re.compile(rf"O|[{''.join(_KINDS)}]-[^\W_].*", re.DOTALL)


class TagRepair(NamedTuple):
    """What was done about a tag that is not in order: which token, its kind (BEGUN, ENDED, UNKNOWN), and a sentence."""

    at: int
    kind: str
    reason: str


class Tally(NamedTuple):
    """The tags of one label on one token: how many go on, how many of these end, begin, and do both.

    `within` is the first I or E as it is written.
    """

    label: str
    going: int
    ends: int
    begins: int
    alone: int
    within: str | None


_Tallied: TypeAlias = tuple[tuple[Tally, ...], Mapping[str, int], tuple[str, ...]]


def is_tag(value: str) -> bool:
    """Whether `value` is O, or the tag of a label in any of the schemes; none is longer than a label can be."""
    return len(value) <= _LONGEST and _is_tag(value)


@lru_cache(maxsize=1 << 14)
def _is_tag(value: str) -> bool:
    return _TAG.fullmatch(value) is not None


def recognise(sentences: Iterable[Sequence[Row]]) -> str:
    """The scheme that these sentences are written in, by what most of their chunks look like; iob2 if all fits.

    Those that say where a chunk ends are all one here, iobes.
    """
    chunks = closed = soft = hard = 0
    for rows in sentences:
        before: dict[str, Tally] = {}
        for row in rows:
            tallies = {tally.label: tally for tally in _tallies(row)[0]}
            for label, tally in tallies.items():
                fresh = label not in before or before[label].ends + before[label].alone > 0
                begun = tally.begins + tally.alone
                chunks += begun or fresh
                closed += tally.ends + tally.alone
                soft += fresh and not begun
                hard += fresh and begun > 0
            before = tallies
    if closed * 2 > chunks:
        return IOBES
    return IOB1 if soft > hard else IOB2


def decode(rows: Sequence[Row], scheme: str) -> tuple[list[Chunk], list[TagRepair]]:
    """The chunks of a sentence, the outer before the inner, and what had to be put right for `scheme`, in order.

    `rows` has the tags of each token; a token without any is outside. What is no tag is read as O.
    """
    chunks: list[Chunk] = []
    repairs: list[TagRepair] = []
    opened: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        if row == _OUTSIDE and not opened:
            continue
        tallies, going, unknown = _tallies(row)
        if unknown:
            repairs += (TagRepair(at, UNKNOWN, _("“{tag}” is no tag: read as O.").format(tag=tag)) for tag in unknown)
        for label in [label for label, starts in opened.items() if len(starts) > going.get(label, 0)]:
            starts, keeps = opened[label], going.get(label, 0)
            if scheme in CLOSING:
                repairs += _ended(rows, at, label, len(starts) - keeps)
            chunks += [Chunk(label, start, at) for start in starts[keeps:]]
            opened[label] = starts[:keeps]
            if not keeps:
                del opened[label]
        for label, keeps, ends, begins, alone, within in tallies:
            starts = opened.get(label, [])
            missing = keeps - len(starts)
            if missing and within and scheme != IOB1:
                repairs += [TagRepair(at, BEGUN, _begun(rows, at, within))] * missing
            if missing or ends or alone or begins:
                starts += [at] * missing
                kept = keeps - ends
                chunks += [Chunk(label, start, at + 1) for start in (*starts[kept:], *[at] * alone)]
                opened[label] = starts[:kept] + [at] * begins
                if not opened[label]:
                    del opened[label]
    for label, starts in opened.items():
        chunks += (Chunk(label, start, len(rows)) for start in starts)
        if scheme in CLOSING:
            repairs += _ended(rows, len(rows), label, len(starts))
    chunks.sort(key=lambda chunk: (chunk.start, -chunk.end))
    repairs.sort(key=lambda repair: repair.at)
    return chunks, repairs


def _tallies(row: Row) -> _Tallied:
    """The tags of a token by label, how many of each label go on, and what is no tag."""
    return _known_tallies(row) if sum(map(len, row)) <= _KEPT else _known_tallies.__wrapped__(row)


@lru_cache(maxsize=1 << 16)
def _known_tallies(row: Row) -> _Tallied:
    known: dict[str, list[str]] = {}
    for tag in row:
        if tag != OUTSIDE and is_tag(tag):
            known.setdefault(tag[2:], []).append(tag)
    tallies = tuple(starmap(_tally, known.items()))
    return tallies, {tally.label: tally.going for tally in tallies}, tuple(tag for tag in row if not is_tag(tag))


def _tally(label: str, tags: list[str]) -> Tally:
    kinds = "".join(_KINDS[tag[0]] for tag in tags)
    within = next((tag for tag, kind in zip(tags, kinds, strict=True) if kind in "IE"), None)
    return Tally(
        label, kinds.count("I") + kinds.count("E"), kinds.count("E"), kinds.count("B"), kinds.count("S"), within
    )


def _begun(rows: Sequence[Row], at: int, tag: str) -> str:
    if not at:
        return _("{tag} at the beginning of a sentence: read as the beginning of a span.").format(tag=tag)
    before = " ".join(rows[at - 1]) or OUTSIDE
    return _("{tag} after {before}: read as the beginning of a span.").format(tag=tag, before=before)


def _ended(rows: Sequence[Row], at: int, label: str, count: int) -> Iterator[TagRepair]:
    """Says of `count` chunks of the label that they end before token `at` though no tag says so."""
    tags = [tag for tag in rows[at - 1] if tag[2:] == label and _KINDS.get(tag[0]) in ("B", "I")]
    for tag in tags[-count:]:
        yield TagRepair(at - 1, ENDED, _("{tag} is the last of its span: read as its end.").format(tag=tag))
