"""Remarks on a file of columns: those on its lines, by code, and those on all of it."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from annotator.i18n import _, ngettext
from annotator.model.reasons import Code, Reason
from annotator.model.records import Notice, Refusal, Remark, Repair, UndividedNotice

MAX_REMARKS: Final = 1000
"""Remarks of one code that are reported singly; of more, only the first and their number."""
_REPAIR_CODES: Final = frozenset(
    (Code.MISSING_SPAN_START, Code.MISSING_SPAN_END, Code.ARTICLE_SPLIT, Code.SENTENCE_SPLIT, Code.COLUMN_NAMES)
)
"""Codes of repairs, which lose nothing."""
_MAX_NAMES: Final = 4  # invisible characters listed by name


class RemarkCollector:
    """The remarks on a file, by code."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._notices: list[Notice] = []
        self._remarks: dict[Code, list[Remark]] = {}
        self._omitted: dict[Code, int] = {}

    def add(self, line: int, reason: Reason) -> None:
        """Add a repair or refusal, as the code says."""
        remarks = self._remarks.setdefault(reason.code, [])
        if len(remarks) < MAX_REMARKS:
            remarks.append(_remark_class(reason.code).at(self._path, line, reason))
        else:
            self._omitted[reason.code] = self._omitted.get(reason.code, 0) + 1

    def add_invisible(self, names: Mapping[str, int]) -> None:
        """Add a notice of the invisible characters, counted by name, if there are any."""
        if not names:
            return
        counts = Counter(names)
        message = ngettext(
            "The texts have {count} invisible character ({names}), kept in them but left out at the edges of spans.",
            "The texts have {count} invisible characters ({names}), kept in them but left out at the edges of spans.",
            counts.total(),
        )
        listing = _(", ").join(name for name, _count in counts.most_common(_MAX_NAMES))
        listing += "…" if len(counts) > _MAX_NAMES else ""
        text = message.format(count=counts.total(), names=listing)
        self._notices.append(Notice.at(self._path, 0, Reason(Code.INVISIBLE_CHARACTERS, text)))

    def add_undivided(self, sentences: int, sentences_per_article: int | None) -> None:
        """Add a notice that the file does not say where its articles begin, and of how they were cut, if so."""
        if sentences_per_article is None:
            message = ngettext(
                "The file does not say where articles begin: its {count} sentence is not divided.",
                "The file does not say where articles begin: its {count} sentences are not divided.",
                sentences,
            )
        else:
            message = ngettext(
                "The file does not say where articles begin: its {count} sentence was cut into articles of {size}.",
                "The file does not say where articles begin: its {count} sentences were cut into articles of {size}.",
                sentences,
            )
        text = message.format(count=sentences, size=sentences_per_article)
        self._notices.append(UndividedNotice(self._path, 0, text, Code.UNDIVIDED_FILE, sentences))

    def remarks(self) -> list[Remark]:
        """Return the remarks by line; of too many, the first and their number."""
        result: list[Remark] = [*self._notices]
        for code, remarks in self._remarks.items():
            count = len(remarks) + self._omitted.get(code, 0)
            if count == len(remarks):
                result += remarks
                continue
            message = ngettext("{reason} This affects {count} line.", "{reason} This affects {count} lines.", count)
            text = message.format(reason=remarks[0].reason, count=count)
            result.append(_remark_class(code)(self._path, remarks[0].line, text, code))
        return sorted(result, key=lambda remark: remark.line)


def _remark_class(code: Code) -> type[Remark]:
    return Repair if code in _REPAIR_CODES else Refusal
