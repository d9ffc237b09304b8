"""Remarks on a file of columns: those on its lines, by kind, and those on all of it."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from annotator.i18n import _, ngettext
from annotator.model.records import Notice, Refusal, Remark, Repair, UndividedNotice
from annotator.tagging import decoding

MAX_REMARKS: Final = 1000
"""Remarks of one kind that are reported singly; of more, only the first and their number."""
SPLIT_ARTICLE: Final = "long"
"""The kind of repairs of what is too long."""
_REPAIR_KINDS: Final = frozenset((decoding.MISSING_START, decoding.MISSING_END, SPLIT_ARTICLE))
"""Kinds of repairs, which lose nothing."""
_MAX_NAMES: Final = 4  # invisible characters listed by name


class RemarkCollector:
    """The remarks on a file, by kind."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._notices: list[Notice] = []
        self._remarks: dict[str, list[Remark]] = {}
        self._omitted: dict[str, int] = {}

    def add(self, line: int, kind: str, reason: str) -> None:
        """Add a repair or refusal, as the kind says."""
        remarks = self._remarks.setdefault(kind, [])
        if len(remarks) < MAX_REMARKS:
            remarks.append(_remark_class(kind)(self._path, line, reason))
        else:
            self._omitted[kind] = self._omitted.get(kind, 0) + 1

    def add_invisible(self, names: Mapping[str, int]) -> None:
        """Add a notice of the invisible characters, counted by name, if there are any."""
        if not names:
            return
        counts = Counter(names)
        reason = ngettext(
            "The texts have {count} invisible character ({names}), kept in them but left out at the edges of spans.",
            "The texts have {count} invisible characters ({names}), kept in them but left out at the edges of spans.",
            counts.total(),
        )
        listing = _(", ").join(name for name, _count in counts.most_common(_MAX_NAMES))
        listing += "…" if len(counts) > _MAX_NAMES else ""
        self._notices.append(Notice(self._path, 0, reason.format(count=counts.total(), names=listing)))

    def add_undivided(self, sentences: int, sentences_per_article: int | None) -> None:
        """Add a notice that the file does not say where its articles begin, and of how they were cut, if so."""
        if sentences_per_article is None:
            reason = ngettext(
                "The file does not say where articles begin: its {count} sentence is not divided.",
                "The file does not say where articles begin: its {count} sentences are not divided.",
                sentences,
            )
        else:
            reason = ngettext(
                "The file does not say where articles begin: its {count} sentence was cut into articles of {size}.",
                "The file does not say where articles begin: its {count} sentences were cut into articles of {size}.",
                sentences,
            )
        reason = reason.format(count=sentences, size=sentences_per_article)
        self._notices.append(UndividedNotice(self._path, 0, reason, sentences))

    def remarks(self) -> list[Remark]:
        """Return the remarks by line; of too many, the first and their number."""
        result: list[Remark] = [*self._notices]
        for kind, remarks in self._remarks.items():
            count = len(remarks) + self._omitted.get(kind, 0)
            if count == len(remarks):
                result += remarks
                continue
            reason = ngettext("{reason} This affects {count} line.", "{reason} This affects {count} lines.", count)
            result.append(
                _remark_class(kind)(self._path, remarks[0].line, reason.format(reason=remarks[0].reason, count=count))
            )
        return sorted(result, key=lambda remark: remark.line)


def _remark_class(kind: str) -> type[Remark]:
    return Repair if kind in _REPAIR_KINDS else Refusal
