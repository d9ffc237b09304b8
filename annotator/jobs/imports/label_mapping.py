"""Labels of files under the names that a corpus has for them."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from annotator.i18n import ngettext
from annotator.model.label_twins import describe_label_twin, find_label_twins
from annotator.model.labels import is_label_name
from annotator.model.limits import MAX_LABEL_LENGTH, MAX_NEW_LABELS
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Notice, Refusal, Remark, Span
from annotator.store.corpus import Corpus
from annotator.store.label_set import add_labels


class LabelMapping(Struct, frozen=True):
    """The mapping from labels of files to those of the corpus.

    `renamed` maps file labels to corpus labels. Of labels that the corpus lacks, those in `added` are added (None: all
    valid ones); spans of others are refused.
    """

    renamed: Mapping[str, str] = {}
    added: frozenset[str] | None = frozenset()

    def rename(self, label: str) -> str:
        """Return the corpus's name of a label of a file."""
        return self.renamed.get(label, label)

    def may_add(self, label: str) -> bool:
        """Return whether a label that the corpus lacks may be added to it."""
        return is_label_name(label) and (self.added is None or label in self.added)


class LabelMapper:
    """Renames the labels of files by a mapping, adds to the corpus what it may get, and leaves out spans of others."""

    def __init__(self, corpus: Corpus, mapping: LabelMapping) -> None:
        self._corpus, self._mapping = corpus, mapping
        self._unknown, self._usage = _UnknownLabels(), _LabelUsage()

    def apply(self, articles: Collection[tuple[Path, AnnotatedArticle]]) -> list[AnnotatedArticle]:
        """Return articles of files with labels of the corpus; to be called in a transaction.

        Their layers are no longer complete where spans are left out.
        """
        for path, annotated in articles:
            self._usage.add(path, annotated, self._mapping)
        known_labels = self._add_missing(annotated for _path, annotated in articles)
        return [self._map(path, annotated, known_labels) for path, annotated in articles]

    def remarks(self) -> Iterator[Remark]:
        """Yield a refusal for each label of a file that the corpus lacks, and a notice for each that looks misspelt."""
        yield from self._unknown.refusals()
        yield from self._usage.notices()

    def _add_missing(self, articles: Iterable[AnnotatedArticle]) -> frozenset[str]:
        """Add the labels of these articles that the corpus lacks and may get; return all that it has then."""
        known_labels = {label.name for label in self._corpus.labels().labels}
        used_labels = dict.fromkeys(span.label for annotated in articles for span in annotated.spans)
        missing = dict.fromkeys(map(self._mapping.rename, used_labels))
        added = [label for label in missing if label not in known_labels and self._mapping.may_add(label)]
        added = added[: max(0, MAX_NEW_LABELS - len(known_labels))]
        if added:
            add_labels(self._corpus, added)
        return frozenset((*known_labels, *added))

    def _map(self, path: Path, annotated: AnnotatedArticle, known_labels: Collection[str]) -> AnnotatedArticle:
        spans: list[Span] = []
        for span in annotated.spans:
            label = self._mapping.rename(span.label)
            if label in known_labels:
                spans.append(span if label == span.label else replace(span, label=label))
            elif self._mapping.may_add(label):
                self._unknown.add_beyond_limit(path, annotated)
            else:
                self._unknown.add(path, annotated, label)
        layers = annotated.layers
        if layers and len(spans) < len(annotated.spans):
            layers = replace(layers, is_complete=False)
        return replace(annotated, spans=tuple(spans), layers=layers)


class _UnknownLabels:
    """Counts spans whose label the corpus lacks, by file and label, with the line of the first.

    A file's labels beyond a limit are counted together.
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[Path, str | None], tuple[int, int]] = {}
        self._label_counts: Counter[Path] = Counter()
        self._beyond_limit: dict[Path, tuple[int, int]] = {}

    def add_beyond_limit(self, path: Path, annotated: AnnotatedArticle) -> None:
        """Count a span whose label would be one more than a corpus may get."""
        count, line = self._beyond_limit.get(path, (0, annotated.line))
        self._beyond_limit[path] = count + 1, line

    def add(self, path: Path, annotated: AnnotatedArticle, label: str) -> None:
        """Count a span of this label."""
        key: tuple[Path, str | None] = path, label if len(label) <= MAX_LABEL_LENGTH else f"{label[:MAX_LABEL_LENGTH]}…"
        if key not in self._counts and self._label_counts[path] == MAX_NEW_LABELS:
            key = path, None
        elif key not in self._counts:
            self._label_counts[path] += 1
        count, line = self._counts.get(key, (0, annotated.line))
        self._counts[key] = count + 1, line

    def refusals(self) -> Iterator[Refusal]:
        """Yield a refusal for each label and file."""
        for (path, label), (count, line) in self._counts.items():
            if label is None:
                message = ngettext(
                    "{count} span with another label was skipped",
                    "{count} spans with other labels were skipped",
                    count,
                )
            elif is_label_name(label):
                message = ngettext(
                    "the corpus has no label {label}: {count} span was skipped",
                    "the corpus has no label {label}: {count} spans were skipped",
                    count,
                )
            else:
                message = ngettext(
                    "“{label}” is not a valid label name (use letters, digits, _ and -): {count} span was skipped",
                    "“{label}” is not a valid label name (use letters, digits, _ and -): {count} spans were skipped",
                    count,
                )
            code = Code.UNKNOWN_LABEL if label is None or is_label_name(label) else Code.INVALID_LABEL
            yield Refusal.at(path, line, Reason(code, message.format(label=label, count=count)))
        for path, (count, line) in self._beyond_limit.items():
            message = ngettext(
                "the corpus has {limit} labels, and an import adds no more: {count} span with another one was skipped",
                "the corpus has {limit} labels, and an import adds no more: {count} spans with others were skipped",
                count,
            )
            text = message.format(limit=MAX_NEW_LABELS, count=count)
            yield Refusal.at(path, line, Reason(Code.TOO_MANY_LABELS, text))


class _LabelUsage:
    """Counts spans by label, as renamed, with the file and line of the first."""

    def __init__(self) -> None:
        self._counts = Counter[str]()
        self._first_places: dict[str, tuple[Path, int]] = {}

    def add(self, path: Path, annotated: AnnotatedArticle, mapping: LabelMapping) -> None:
        """Count an article's spans."""
        for span in annotated.spans:
            label = mapping.rename(span.label)
            if label in self._counts or (len(label) <= MAX_LABEL_LENGTH and len(self._counts) < MAX_NEW_LABELS):
                self._counts[label] += 1
                self._first_places.setdefault(label, (path, annotated.line))

    def notices(self) -> Iterator[Notice]:
        """Yield a notice for each label that is probably misspelt."""
        for rare, twin in find_label_twins(self._counts).items():
            path, line = self._first_places[rare]
            yield Notice.at(path, line, Reason(Code.SIMILAR_LABEL, describe_label_twin(rare, twin, self._counts)))
