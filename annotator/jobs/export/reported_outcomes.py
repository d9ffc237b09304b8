"""Check of an export's report against the expected outcomes."""

from collections.abc import Mapping
from typing import Final

from annotator.formats.report import Entry
from annotator.formats.spooling import Spool
from annotator.i18n import _
from annotator.jobs.export.expected_outcomes import ExpectedOutcome
from annotator.jobs.export.read_back import NotVerified
from annotator.model.records import AnnotatedArticle, Span
from annotator.tagging.flat import FLATTENED, REFUSED, WRITTEN
from annotator.text.visible import remove_invisible

_UNCHANGED: Final = ExpectedOutcome(WRITTEN, None, None)


class ReportedOutcomes:
    """Reads a report's entries by article, in the order recorded, as they are recorded."""

    def __init__(self, entries: Mapping[str, Spool[Entry]], *, keeps_flattened: bool) -> None:
        self._keeps_flattened = keeps_flattened
        self._readers = {outcome: spool.reader() for outcome, spool in entries.items()}
        self._next_entry: dict[str, Entry | None] = dict.fromkeys(entries)

    def check(self, annotated: AnnotatedArticle, expected: Mapping[str, ExpectedOutcome]) -> int:
        """Raise NotVerified unless each span of the next article is reported once, as expected.

        A span that is not among `expected` should be unchanged. Return how many are, without an entry.
        """
        reported = self._read_entries(annotated.article.id)
        for span in annotated.spans:
            kind, entry = reported.pop(span.uid, (WRITTEN, None))
            expected_outcome = expected.get(span.uid, _UNCHANGED)
            is_correct = entry is None or self._is_correct(annotated, span, entry, expected_outcome)
            if kind != expected_outcome.kind or not is_correct:
                text = annotated.article.text[span.start : span.end]
                reason = _("Article {number}: the report is wrong about “{text}” ({label}) at {start}.")
                raise NotVerified(
                    reason.format(number=annotated.article.id, text=text, label=span.label, start=span.start)
                )
        if reported:
            raise _extra_entries_error()
        return sum(expected.get(span.uid, _UNCHANGED).kind == WRITTEN for span in annotated.spans)

    def check_end(self) -> None:
        """Raise NotVerified if there are further entries."""
        if any(self._next_entry[outcome] or read() for outcome, read in self._readers.items()):
            raise _extra_entries_error()

    def _read_entries(self, article: int) -> dict[str, tuple[str, Entry | None]]:
        """Return an article's entries and outcomes, by span uid."""
        entries: dict[str, tuple[str, Entry | None]] = {}
        for kind, read in self._readers.items():
            entry = self._next_entry[kind] or read()
            while entry and entry.article == article:
                if entry.uid in entries:
                    raise _extra_entries_error()
                entries[entry.uid] = kind, entry
                entry = read()
            self._next_entry[kind] = entry
        return entries

    def _is_correct(
        self, annotated: AnnotatedArticle, span: Span, entry: Entry, expected_outcome: ExpectedOutcome
    ) -> bool:
        is_stored = self._keeps_flattened and expected_outcome.kind in (FLATTENED, REFUSED)
        text_range = expected_outcome.range_alone if is_stored else expected_outcome.text_range
        text = annotated.article.text
        became = remove_invisible(text[slice(*text_range)]) if text_range else None
        place = (annotated.article.id, span.uid, span.start, span.end, span.label, text[span.start : span.end])
        return entry.reason != "" and entry == Entry(*place, entry.reason, entry.code, became)


def _extra_entries_error() -> NotVerified:
    return NotVerified(_("The report has entries that are not in the corpus."))
