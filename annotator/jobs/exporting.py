"""Exporting a corpus as a training set, with an account of every span, read back before it is there."""

import hashlib
import os
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Protocol, TextIO

from msgspec import Struct

from annotator import __version__
from annotator.core import projection, tagging
from annotator.core.model import DONE, ZONE_KINDS, Article, Span
from annotator.core.projection import OUTCOMES, WRITTEN, Fate, Projection, Stretch
from annotator.formats import conll2002, conll2003
from annotator.formats.conll import Rows
from annotator.formats.report import Entry, Part, Report, encode
from annotator.i18n import _
from annotator.jobs import verifying
from annotator.jobs.publishing import WHOLE, CannotExport, Destination, destination, published
from annotator.jobs.verifying import NotVerified
from annotator.store.corpus import Corpus
from annotator.store.listing import Summary, articles


class TrainingFormat(Protocol):
    """What a module of a format for training sets has. Its files are their articles, one after the other."""

    @property
    def NAME(self) -> str: ...  # noqa: N802

    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802

    def write(self, stream: TextIO, article: Projection, scheme: str) -> None:
        """Append one article."""

    def read_back(self, stream: TextIO) -> Iterator[list[Rows]]:
        """The sentences of each article, read strictly. Raises Malformed."""


FORMATS: Final[tuple[TrainingFormat, ...]] = (conll2003, conll2002)
"""The formats that an export can write, in the order in which they are offered."""

ALL: Final = "all"
STATES: Final = (DONE, ALL)


class Options(Struct, frozen=True):
    """What to export, and how (see `core.projection.Options` for scheme, flatten, boundary and zones).

    `format` is the NAME of a format. `annotator` says whose layer; None for the only one there is. `state`: DONE for
    the articles that this annotator is done with, ALL for all. `split`: weights by part, such as {"train": 80,
    "dev": 10, "test": 10}; the same `seed` gives the same parts.
    """

    format: str = conll2003.NAME
    scheme: str = tagging.IOB2
    flatten: str = projection.OUTERMOST
    boundary: str = projection.WIDEN
    zones: frozenset[str] | None = projection.Options().zones
    annotator: str | None = None
    state: str = DONE
    split: Mapping[str, int] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for what is no option."""
        if self.state not in STATES:
            raise ValueError(self.state)
        self.projecting()

    def projecting(self) -> projection.Options:
        """The options of one article's projection."""
        return projection.Options(self.scheme, self.flatten, self.boundary, self.zones)


def by_name(name: str) -> TrainingFormat:
    """The format of this name. Raises KeyError."""
    return {format_.NAME: format_ for format_ in FORMATS}[name]


def export(corpus: Corpus, path: Path, options: Options) -> Generator[tuple[int, int], None, Report]:
    """Write the training set to `path` (a folder for a split) and its report beside; yields steps done, of how many.

    A failed, cancelled (closed) or unverified export leaves no file behind. The generator reads one state of the
    corpus from its beginning to its end, so nothing else may be done with that connection meanwhile. Raises
    CannotExport at once, KeyError for an unknown format; later NotVerified, CorpusError and OSError.
    """
    format_ = by_name(options.format)
    annotator = _annotator(corpus, options.annotator)
    files = destination(path, corpus.files(), format_.SUFFIXES[0], options.split)
    return _Export(corpus, format_, annotator, options).run(files)


def _annotator(corpus: Corpus, name: str | None) -> str | None:
    """Whose layer to export; None where nobody has labelled anything. Raises CannotExport."""
    known = corpus.annotators()
    if name is not None:
        if name not in known:
            raise CannotExport(_("The corpus has no annotator “{name}”.").format(name=name))
        return name
    able = corpus.layers() or known
    if len(able) > 1:
        names = _(", ").join(able)
        raise CannotExport(_("Several annotators have labelled here; name one of them: {names}.").format(names=names))
    return able[0] if able else None


def divide(uids: Iterable[str], split: Mapping[str, int], seed: int) -> dict[str, str]:
    """The part of each article, by chance and yet the same each time; the sizes are exact, by largest remainder."""
    shuffled = sorted(uids, key=lambda uid: hashlib.sha256(f"{seed} {uid}".encode()).digest())
    total = sum(split.values())
    sizes = {part: len(shuffled) * weight // total for part, weight in split.items()}
    by_remainder = sorted(split, key=lambda part: -(len(shuffled) * split[part] % total))
    for part in by_remainder[: len(shuffled) - sum(sizes.values())]:
        sizes[part] += 1
    places = (part for part, size in sizes.items() for _place in range(size))
    return dict(zip(shuffled, places, strict=True))


class _Export:
    """One export under way: what it reads, and the account so far."""

    def __init__(self, corpus: Corpus, format_: TrainingFormat, annotator: str | None, options: Options) -> None:
        self.corpus = corpus
        self.format = format_
        self.annotator = annotator
        self.options = options
        self.projecting = options.projecting()
        self.articles: list[tuple[int, str]] = []
        self.done = 0
        self.parts = {part: Part() for part in options.split or (WHOLE,)}
        self.entries: dict[str, list[Entry]] = {outcome: [] for outcome in OUTCOMES if outcome != WRITTEN}
        self.moved: dict[str, Stretch | None] = {}

    def run(self, files: Destination) -> Generator[tuple[int, int], None, Report]:
        """Write, read back, and put the files in their places."""
        with self.corpus.snapshot(), published(files.files()) as drafts:
            self.articles = self._choose()
            parts = dict(zip(files.parts, drafts, strict=False))
            yield self._step(0)
            yield from self._write(parts)
            yield from self._verify(parts)
            report = self._report()
            drafts[-1].write_bytes(encode(report))
        return report

    def _choose(self) -> list[tuple[int, str]]:
        """The number and the part of each article that is exported, in the corpus' order."""
        chosen = [(summary.id, summary.uid) for summary in articles(self.corpus) if self._in_scope(summary)]
        if self.options.split is None:
            return [(number, WHOLE) for number, _uid in chosen]
        parts = divide((uid for _number, uid in chosen), self.options.split, self.options.seed)
        return [(number, parts[uid]) for number, uid in chosen]

    def _in_scope(self, summary: Summary) -> bool:
        if self.options.state == ALL:
            return True
        if self.annotator is None:
            return DONE in summary.states.values()
        return summary.states.get(self.annotator) == DONE

    def _step(self, by: int = 1) -> tuple[int, int]:
        self.done += by
        return self.done, 2 * len(self.articles)

    def _layer(self, article: Article) -> list[Span]:
        return self.corpus.spans(article.uid, self.annotator) if self.annotator is not None else []

    def _write(self, parts: dict[str, Path]) -> Iterator[tuple[int, int]]:
        labels = self.corpus.labels()
        with ExitStack() as stack:
            streams = {
                part: stack.enter_context(path.open("x", encoding="utf-8", newline="\n"))
                for part, path in parts.items()
            }
            for number, part in self.articles:
                article = self.corpus.article(number)
                zones = self.corpus.zones(article.uid)
                projected = projection.project(article, zones, self._layer(article), labels, self.projecting)
                self.format.write(streams[part], projected, self.options.scheme)
                self._account(projected, self.parts[part])
                yield self._step()
            for stream in streams.values():
                stream.flush()
                os.fsync(stream.fileno())

    def _account(self, projected: Projection, part: Part) -> None:
        part.articles += 1
        part.sentences += len(projected.sentences)
        part.tokens += sum(len(sentence.tokens) for sentence in projected.sentences)
        part.spans += len(projected.fates)
        for fate in projected.fates:
            if fate.outcome == WRITTEN:
                part.written += 1
            else:
                self.entries[fate.outcome].append(_entry(projected.article, fate))
                self.moved[fate.span.uid] = fate.stretch

    def _verify(self, parts: dict[str, Path]) -> Iterator[tuple[int, int]]:
        """Compare the files on disk with the corpus. Raises NotVerified."""
        counts = {part: Counter[str]() for part in parts}
        with ExitStack() as stack:
            readers = {
                part: self.format.read_back(stack.enter_context(path.open(encoding="utf-8", newline="\n")))
                for part, path in parts.items()
            }
            for number, part in self.articles:
                sentences = _next(readers[part])
                if sentences is None:
                    raise NotVerified(_("The file lacks article {number}.").format(number=number))
                self._compare(self.corpus.article(number), sentences)
                counts[part].update(articles=1, sentences=len(sentences), tokens=sum(map(len, sentences)))
                yield self._step()
            for part, reader in readers.items():
                told = self.parts[part]
                right = Counter(articles=told.articles, sentences=told.sentences, tokens=told.tokens)
                if _next(reader) is not None or counts[part] != right:
                    raise NotVerified(_("The file does not hold what was written."))

    def _compare(self, article: Article, sentences: Sequence[Rows]) -> None:
        zones = projection.segments(article, self.corpus.zones(article.uid), self.projecting.zones)
        found = verifying.spans(article.text, zones, sentences, self.options.scheme)
        expected = []
        for span in self._layer(article):
            stretch = self.moved.get(span.uid, Stretch(span.start, span.end))
            if stretch is not None:
                expected.append((*stretch, span.label))
        if found != sorted(expected):
            start, end, label = min(set(found) ^ set(expected), default=found[0])
            reason = _("Article {number}: the file and the corpus differ in “{text}” ({label}) at {start}.")
            text = article.text[start:end]
            raise NotVerified(reason.format(number=article.id, text=text, label=label, start=start))

    def _report(self) -> Report:
        options, total = self.options, self.parts.values()
        return Report(
            format=options.format,
            scheme=options.scheme,
            articles=sum(part.articles for part in total),
            sentences=sum(part.sentences for part in total),
            tokens=sum(part.tokens for part in total),
            spans=sum(part.spans for part in total),
            written=sum(part.written for part in total),
            **self.entries,
            verified=True,
            annotator=self.annotator,
            state=options.state,
            zones=None if options.zones is None else [kind for kind in ZONE_KINDS if kind in options.zones],
            flatten=options.flatten,
            boundary=options.boundary,
            program=f"annotator {__version__}",
            parts=None if options.split is None else self.parts,
            seed=None if options.split is None else options.seed,
        )


def _entry(article: Article, fate: Fate) -> Entry:
    span = fate.span
    text = article.text[span.start : span.end]
    return Entry(article.id, span.uid, span.start, span.end, span.label, text, fate.reason, fate.became)


def _next(reader: Iterator[list[Rows]]) -> list[Rows] | None:
    """The next article of a file that is read back; None at its end. Raises NotVerified where it does not read."""
    try:
        return next(reader, None)
    except ValueError as error:  # Malformed, or not UTF-8
        raise NotVerified(_("The file does not read back: {error}").format(error=error)) from error
