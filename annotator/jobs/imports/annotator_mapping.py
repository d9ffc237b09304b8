"""Annotators of files under the names that a corpus has for them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from annotator.i18n import _, ngettext
from annotator.model.annotator_names import explain_invalid_name
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Note, Notice, Refusal, Remark, Span, Status
from annotator.store.corpus import Corpus

_Record = TypeVar("_Record", Span, Status, Note)


class AnnotatorMapping:
    """Renames the annotators of files by `names`, and leaves out those whose names the corpus cannot take."""

    def __init__(self, corpus: Corpus, names: Mapping[str, str]) -> None:
        self._path = corpus.path
        self._names = names
        self._unused = dict.fromkeys(names)
        self._valid = set(corpus.annotators())
        self._invalid: dict[tuple[Path, str], tuple[int, int]] = {}

    def apply(self, path: Path, item: AnnotatedArticle) -> AnnotatedArticle:
        """Return an article of a file with its annotators as the corpus names them."""
        layers = item.layers
        if layers:
            layers = replace(layers, annotators=frozenset(map(self._map, layers.annotators)))
        item = AnnotatedArticle(
            item.article,
            item.zones,
            self._rename_all(item.spans),
            self._rename_all(item.states),
            self._rename_all(item.notes),
            item.line,
            layers,
        )
        invalid = {name for name in _list_names(item) if not self._is_valid(name)}
        return self._leave_out(path, item, invalid) if invalid else item

    def _leave_out(self, path: Path, item: AnnotatedArticle, invalid: Collection[str]) -> AnnotatedArticle:
        for name in invalid:
            count, line = self._invalid.get((path, name), (0, item.line))
            self._invalid[path, name] = count + sum(span.annotator == name for span in item.spans), line
        return replace(
            item,
            spans=tuple(span for span in item.spans if span.annotator not in invalid),
            states=tuple(status for status in item.states if status.annotator not in invalid),
            notes=tuple(note for note in item.notes if note.annotator not in invalid),
            layers=item.layers and replace(item.layers, annotators=item.layers.annotators.difference(invalid)),
        )

    def remarks(self) -> Iterator[Remark]:
        """Yield a refusal for each invalid name of a file, and a notice for each of `names` whose work no file has."""
        for (path, name), (count, line) in self._invalid.items():
            message = ngettext("{reason} {count} span was skipped.", "{reason} {count} spans were skipped.", count)
            reason = explain_invalid_name(name)
            text = message.format(reason=reason, count=count) if count else reason or ""
            yield Refusal.at(path, line, Reason(Code.INVALID_ANNOTATOR, text))
        for name in self._unused:
            text = _("Nothing that was read is of an annotator “{name}”.").format(name=name)
            yield Notice.at(self._path, 0, Reason(Code.UNUSED_ANNOTATOR, text))

    def _rename_all(self, records: Iterable[_Record]) -> tuple[_Record, ...]:
        return tuple(
            record if (name := self._map(record.annotator)) == record.annotator else replace(record, annotator=name)
            for record in records
        )

    def _map(self, name: str) -> str:
        self._unused.pop(name, None)
        return self._names.get(name, name)

    def _is_valid(self, name: str) -> bool:
        if name not in self._valid and explain_invalid_name(name) is None:
            self._valid.add(name)
        return name in self._valid


def _list_names(item: AnnotatedArticle) -> set[str]:
    names = {span.annotator for span in item.spans} | {status.annotator for status in item.states}
    return names | {note.annotator for note in item.notes}
