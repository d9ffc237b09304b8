"""Repair of marks in what the model suggests: pairs are complete, and no comma or full stop is at an edge.

A field of tags cannot count marks, so it ends a name after its opening bracket or before its closing one.
"""

from bisect import bisect_left
from typing import Final

from annotator.suggest.crf.tags import Chunk
from annotator.text.analysis import TextAnalysis
from annotator.text.offsets import line_range
from annotator.text.punctuation import PAIRED_MARKS, is_punctuation, match_pairs
from annotator.text.selection import may_begin_span, may_end_span

_REVERSED: Final = ("»", "«")  # as some write »this«; brackets that way round are two halves
_MAX_ADDED: Final = 4  # tokens: a quotation that goes on for longer is no name's


def repair_edges(analysis: TextAnalysis, chunk: Chunk) -> Chunk | None:
    """Return a chunk without punctuation at its edges and without half of a pair; None if nothing is left.

    A mark without its partner is cut off at an edge. One inside is completed by a near partner (موقع «هسبريس gets its
    closing mark); otherwise the chunk is cut there, and the part of more words stays. Marks at both edges stay as
    learned.
    """
    first, last = chunk.first, chunk.last
    may_widen = True
    while True:
        while first < last and not may_begin_span(analysis.text, analysis.tokens[first]):
            first += 1
        while first < last and not may_end_span(analysis.text, analysis.tokens, last - 1):
            last -= 1
        unpaired = _find_unpaired(analysis, first, last)
        if not unpaired:
            break
        if first in unpaired:
            first += 1
        elif last - 1 in unpaired:
            last -= 1
        else:
            widened = _add_partner(analysis, unpaired[0], first, last) if may_widen else None
            may_widen = False  # once, so that it ends
            first, last = widened or _longer_part(analysis, unpaired[0], first, last)
    if first >= last:
        return None
    skipped_proclitics = chunk.skipped_proclitics if first == chunk.first else 0
    return Chunk(chunk.label, first, last, skipped_proclitics)


def _find_unpaired(analysis: TextAnalysis, first: int, last: int) -> list[int]:
    """Return the tokens that are marks without a partner between `first` and `last`; those of »this« have one."""
    marks = [index for index in range(first, last) if analysis.text[analysis.tokens[index].start] in PAIRED_MARKS]
    if not marks:
        return []
    pairs = match_pairs(analysis.text, analysis.tokens[first:last])
    unpaired: list[int] = []
    for index in marks:
        if index - first in pairs:
            continue
        marks_before = [analysis.text[analysis.tokens[other].start] for other in unpaired[-1:]]
        if (*marks_before, analysis.text[analysis.tokens[index].start]) == _REVERSED:
            unpaired.pop()
        else:
            unpaired.append(index)
    return unpaired


def _add_partner(analysis: TextAnalysis, mark: int, first: int, last: int) -> tuple[int, int] | None:
    """Return the tokens from `first` to `last` with a mark's partner in its line; None if it has none nearby."""
    start, end = line_range(analysis.text, *analysis.tokens[mark])
    line_first = bisect_left(analysis.tokens, start, key=lambda token: token.start)
    line_last = bisect_left(analysis.tokens, end, key=lambda token: token.start)
    partner = match_pairs(analysis.text, analysis.tokens[line_first:line_last]).get(mark - line_first)
    if partner is None:
        return None
    partner += line_first
    if last <= partner < last + _MAX_ADDED:
        return first, partner + 1
    if first - _MAX_ADDED <= partner < first:
        return partner, last
    return None


def _longer_part(analysis: TextAnalysis, mark: int, first: int, last: int) -> tuple[int, int]:
    """Return the part before or after a mark that has more words, of equal ones the first."""
    before, after = (
        sum(not is_punctuation(analysis.text, token) for token in analysis.tokens[start:end])
        for start, end in ((first, mark), (mark + 1, last))
    )
    return (first, mark) if before >= after else (mark + 1, last)
