"""Whether the report of an export says of each span what should have become of it."""

from collections.abc import Iterator, Mapping

from annotator.formats.report import Entry
from annotator.formats.spooling import Spool
from annotator.i18n import _
from annotator.jobs.export.expected_outcomes import Expected
from annotator.jobs.export.read_back import NotVerified
from annotator.model.records import Draft
from annotator.tagging.flat import FLATTENED, REFUSED, WRITTEN
from annotator.text.visible import written


class ReportedOutcomes:
    """Reads the entries of a report, an article at a time, in the order in which they were noted."""

    def __init__(self, entries: Mapping[str, Spool[Entry]], *, keeps_flattened: bool) -> None:
        self._keeps_flattened = keeps_flattened
        self._left: dict[str, Iterator[Entry]] = {outcome: iter(spool) for outcome, spool in entries.items()}
        self._next: dict[str, Entry | None] = {outcome: next(left, None) for outcome, left in self._left.items()}

    def check(self, item: Draft, expected: Mapping[str, Expected]) -> int:
        """Raise NotVerified unless each span of the next article is reported as it should be, once; return how many
        are written as they are, and so have no entry."""
        reported = self._take(item.article.id)
        for span in item.spans:
            outcome, entry = reported.pop(span.uid, (WRITTEN, None))
            text = item.article.text[span.start : span.end]
            should = expected[span.uid]
            right = Entry(
                item.article.id,
                span.uid,
                span.start,
                span.end,
                span.label,
                text,
                entry.reason if entry else "",
                self._became(item, should),
            )
            if outcome != should.outcome or (entry is not None and (entry != right or not entry.reason)):
                reason = _("Article {number}: the report is wrong about “{text}” ({label}) at {start}.")
                raise NotVerified(reason.format(number=item.article.id, text=text, label=span.label, start=span.start))
        if reported:
            raise _not_in_corpus()
        return sum(one.outcome == WRITTEN for one in expected.values())

    def check_end(self) -> None:
        """Raise NotVerified if there are entries of other articles."""
        if any(self._next.values()):
            raise _not_in_corpus()

    def _take(self, article: int) -> dict[str, tuple[str, Entry | None]]:
        """Return the entries of an article by the uids of its spans, each with its outcome."""
        found: dict[str, tuple[str, Entry | None]] = {}
        for outcome, left in self._left.items():
            while (entry := self._next[outcome]) and entry.article == article:
                if entry.uid in found:
                    raise _not_in_corpus()
                found[entry.uid] = outcome, entry
                self._next[outcome] = next(left, None)
        return found

    def _became(self, item: Draft, should: Expected) -> str | None:
        is_beside = self._keeps_flattened and should.outcome in (FLATTENED, REFUSED)
        stretch = should.alone if is_beside else should.stretch
        return written(item.article.text[slice(*stretch)]) if stretch else None


def _not_in_corpus() -> NotVerified:
    return NotVerified(_("The report has entries that the corpus does not have."))
