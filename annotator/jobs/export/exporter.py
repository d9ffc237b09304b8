"""Exporting a corpus as a training set, with an account of every span, read back before it is there."""

import hashlib
import logging
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from annotator import __version__
from annotator.formats.conll import conll2002, conll2003, conllu, germeval, wojood
from annotator.formats.datasets import docbin, huggingface
from annotator.formats.json import doccano, jsonl, labelstudio, prodigy
from annotator.formats.report import Entry, LeftOut, Part, Report
from annotator.formats.report import write as write_report
from annotator.formats.spooling import Spool
from annotator.formats.standoff import brat, webanno, xmi
from annotator.i18n import _
from annotator.jobs.export.combined_writer import Twofold, TwofoldFormat
from annotator.jobs.export.dataset_splitter import Division, sketch
from annotator.jobs.export.document_writer import ArticleFormat, Whole
from annotator.jobs.export.existing_output import CannotExport, file_digest, folder_digest
from annotator.jobs.export.expected_outcomes import Expected
from annotator.jobs.export.file_output import WHOLE, FileDestination, check_split, file_destination
from annotator.jobs.export.file_per_article import ArticleFiles, FileFormat
from annotator.jobs.export.flat_writer import Flat, TaggedFormat
from annotator.jobs.export.folder_output import FolderDestination, folder_destination
from annotator.jobs.export.nested_writer import Nested, NestedFormat
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.reported_outcomes import ReportedOutcomes
from annotator.jobs.export.writer import Writer
from annotator.model.operations import Rejected
from annotator.model.records import BODY, DONE, HEADLINE, ZONE_KINDS, Article, Draft
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list
from annotator.store.queries.annotated_articles import drafts
from annotator.store.queries.article_list import Choice
from annotator.tagging import flat, schemes
from annotator.tagging.flat import FLATTENED, OUTCOMES, OUTSIDE_ZONES, REFUSED, WRITTEN, Fate

TAGGED: Final[tuple[TaggedFormat, ...]] = (conll2003, conll2002)
"""The formats of tokens and tags."""
NESTED: Final[tuple[NestedFormat, ...]] = (germeval, wojood)
"""The formats of tokens with several tags."""
TWOFOLD: Final[tuple[TwofoldFormat, ...]] = (docbin, huggingface)
"""The formats of tokens with flat tags and, beside them, every span; each needs a package that may be missing."""
WHOLE_ARTICLES: Final[tuple[ArticleFormat, ...]] = (jsonl, conllu, doccano, prodigy, labelstudio)
"""The formats of whole articles."""
FILES: Final[tuple[FileFormat, ...]] = (brat, webanno, xmi)
"""The formats with a file an article: what they are exported to is a folder."""
FORMATS: Final[tuple[TaggedFormat | NestedFormat | TwofoldFormat | ArticleFormat | FileFormat, ...]] = (
    *TAGGED,
    *NESTED,
    *TWOFOLD,
    *WHOLE_ARTICLES,
    *FILES,
)
"""The formats that an export can write, in the order in which they are offered."""

ALL: Final = "all"
STATES: Final = (DONE, ALL)
_log = logging.getLogger(__name__)
_KNOWN: Final = frozenset(
    {"annotator", "value", "note", "zones", "states", "notes", "title", "published", "source", "url"}
)
_NEWS: Final = frozenset((HEADLINE, BODY))  # what is compared of articles: the page around them is the same


class Options(Struct, frozen=True):
    """What to export, and how (see `tagging.flat.Options` for scheme, flatten, boundary and zones).

    `format` is the NAME of a format. `annotator` says whose layer; None for the only one there is. `state`: DONE for
    the articles that this annotator is done with, ALL for all. `split`: weights by part, such as {"train": 80,
    "dev": 10, "test": 10}; the same `seed` gives the same parts (see jobs.export.dataset_splitter).
    """

    format: str = conll2003.NAME
    scheme: str = schemes.IOB2
    flatten: str = flat.OUTERMOST
    boundary: str = flat.WIDEN
    zones: frozenset[str] | None = flat.Options().zones
    annotator: str | None = None
    state: str = DONE
    split: Mapping[str, int] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for what is no option."""
        if self.state not in STATES:
            raise ValueError(self.state)
        self.projecting()

    def projecting(self) -> flat.Options:
        """The options of one article's projection."""
        return flat.Options(self.scheme, self.flatten, self.boundary, self.zones)


class NothingToExport(CannotExport):
    """No article would be in the files. `report` is that of the export, with what was left out."""

    def __init__(self, report: Report) -> None:
        super().__init__(nothing_to_export(report))
        self.report = report


def nothing_to_export(report: Report) -> str:
    """Say why an export is empty, in a sentence for a person."""
    if report.left_out:
        return _("There is nothing to export: the format can hold none of these articles.")
    if report.state == ALL:
        return _("There is nothing to export: the corpus has no articles.")
    return _("There is nothing to export: mark articles as done first, or export all.")


def export(
    corpus: Corpus, path: Path, options: Options, *, force: bool = False
) -> Generator[tuple[int, int], None, Report]:
    """Write the training set to `path` and its report beside; yields steps done, of how many. Whether `path` is a file
    or a folder, `makes_folder` says. What is there is replaced if it is an export that nobody changed since, or by
    `force` (see existing_output).

    A failed, cancelled (closed), empty or unverified export leaves what was there. The generator reads one state of the
    corpus from its beginning to its end, so nothing else may be done with that connection meanwhile. Raises
    CannotExport at once, KeyError for an unknown format; later NothingToExport, WouldReplace, NotVerified, CorpusError
    and OSError.
    """
    writer = _writer(corpus, options)
    if options.split is not None:
        check_split(options.split)
    files: FileDestination | FolderDestination
    if options.split is not None or writer.in_folder:
        parts = {part: writer.named(part) for part in options.split or (WHOLE,)}
        files = folder_destination(path, corpus.files(), parts, force=force)
    else:
        files = file_destination(path, corpus.files(), force=force)
    return _Export(corpus, writer, _layers(corpus, writer, options), options).run(files)


def makes_folder(corpus: Corpus, options: Options) -> bool:
    """Whether what an export with these options makes is a folder. Raises as `export` does at once."""
    return options.split is not None or _writer(corpus, options).in_folder


def account(corpus: Corpus, options: Options) -> Generator[tuple[int, int], None, Report]:
    """The report of an export with these options, `verified` aside: nothing is written. Yields and raises as `export`
    does."""
    writer = _writer(corpus, options)
    return _Export(corpus, writer, _layers(corpus, writer, options), options).account()


def _writer(corpus: Corpus, options: Options) -> Writer:
    """What writes the format of the options. Raises KeyError for an unknown one, CannotExport for one that needs what
    is not installed."""
    for tagged in TAGGED:
        if options.format == tagged.NAME:
            return Flat(tagged, corpus.labels(), options.projecting())
    for deep in NESTED:
        if options.format == deep.NAME:
            return Nested(deep, corpus.labels(), options.projecting())
    for twofold in TWOFOLD:
        if options.format == twofold.NAME:
            return Twofold(twofold, corpus.labels(), options.projecting())
    for whole in WHOLE_ARTICLES:
        if options.format == whole.NAME:
            return Whole(whole)
    for filed in FILES:
        if options.format == filed.NAME:
            return ArticleFiles(filed, corpus.labels())
    raise KeyError(options.format)


def _layers(corpus: Corpus, writer: Writer, options: Options) -> str | None:
    """Whose layers to export: of a format with room for all of them, None means all. Raises CannotExport."""
    return None if writer.layered and options.annotator is None else _annotator(corpus, options.annotator)


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


class _Export:
    """One export under way: what it reads, and the account so far. Of `annotator` None every layer is written that the
    writer has room for, and none where it has room for one."""

    def __init__(self, corpus: Corpus, writer: Writer, annotator: str | None, options: Options) -> None:
        self.corpus = corpus
        self.writer = writer
        self.annotator = annotator
        self.options = options
        self.numbers: list[int] = []
        self.part_of: list[str] = []
        self.done = 0
        self.left_out: list[LeftOut] = []
        self.digest = hashlib.sha256()
        self.parts = {part: Part() for part in options.split or (WHOLE,)}
        self.entries = {outcome: Spool(Entry) for outcome in OUTCOMES if outcome != WRITTEN}

    def run(self, files: FileDestination | FolderDestination) -> Generator[tuple[int, int], None, Report]:
        """Write, read back, and put the files in their places."""
        with self.corpus.snapshot(), files.published() as drafts:
            yield from self._choose()
            yield self._step(0)
            yield from self._look()
            yield from self._write(drafts.parts)
            if not any(part.articles for part in self.parts.values()):
                raise NothingToExport(self._report(verified=False))
            yield from self._verify(drafts.parts)
            report = self._report()
            if drafts.folder:
                for name, content in self.writer.companions(report).items():
                    (drafts.folder / name).write_bytes(content)
                report.files = folder_digest(drafts.folder)
            else:
                report.files = file_digest(drafts.parts[WHOLE])
            with drafts.report.open("xb") as stream:
                write_report(report, stream)
        _log.info("exported %d articles of %s as %s", report.articles, self.corpus.path, report.format)
        return report

    def account(self) -> Generator[tuple[int, int], None, Report]:
        """As `run` would, without a file."""
        with self.corpus.snapshot():
            yield from self._choose()
            yield from self._look()
            with self.writer.opened(None) as nowhere:
                for item, part in self._items():
                    self._add(nowhere, self.parts[part], item)
                    yield self._step(2)
        return self._report(verified=False)

    def _choose(self) -> Iterator[tuple[int, int]]:
        """Find the number and the part of each article that is exported, in the corpus' order."""
        if self.options.state == ALL:
            self.numbers = article_list.numbers(self.corpus, "", Choice())
        else:
            self.numbers = article_list.done(self.corpus, self.annotator)
        self.part_of = [WHOLE] * len(self.numbers)
        if self.options.split is None:
            return
        division = Division(self.options.split, self.options.seed)
        for item, _part in self._items():
            text, zones = item.article.text, flat.segments(item.article, item.zones, _NEWS)
            words = " ".join(text[zone.start : zone.end] for zone in zones) or text
            division.add(item.article.uid, Counter(span.label for span in item.spans), sketch(words))
            yield self._step()
        self.part_of = division.parts()

    def _step(self, by: int = 1) -> tuple[int, int]:
        self.done += by
        return self.done, (2 + (self.options.split is not None) + self.writer.looks) * len(self.numbers)

    def _items(self) -> Iterator[tuple[Draft, str]]:
        """The articles, read from the corpus, with their parts."""
        found = drafts(self.corpus, self.numbers, self.annotator)
        for item, part in zip(found, self.part_of, strict=True):
            yield item if self.annotator is not None or self.writer.layered else replace(item, spans=()), part

    def _look(self) -> Iterator[tuple[int, int]]:
        for item, _part in self._items() if self.writer.looks else ():
            self.writer.look(item)
            yield self._step()

    def _write(self, parts: Mapping[str, Path]) -> Iterator[tuple[int, int]]:
        with ExitStack() as stack:
            streams = {part: stack.enter_context(self.writer.opened(path)) for part, path in parts.items()}
            for stream in streams.values():
                self.writer.begin(stream)
            for item, part in self._items():
                self._add(streams[part], self.parts[part], item)
                yield self._step()
            for stream in streams.values():
                self.writer.end(stream)

    def _add(self, stream: Any, part: Part, item: Draft) -> None:
        """Write an article, and account for it."""
        try:
            fates, sentences, tokens = self.writer.write(stream, item)
            part.articles += 1
        except Rejected as rejected:
            self.left_out.append(LeftOut(item.article.id, str(rejected)))
            fates, sentences, tokens = [Fate(span, REFUSED, str(rejected)) for span in item.spans], 0, 0
        self._account(item.article, part, fates, sentences, tokens)

    def _account(self, article: Article, part: Part, fates: list[Fate], sentences: int, tokens: int) -> None:
        part.sentences += sentences
        part.tokens += tokens
        part.spans += len(fates)
        self.digest.update(article.uid.encode())
        for fate in fates:
            span = fate.span
            said = (span.annotator, span.label, span.start, span.end, span.value, span.note)
            self.digest.update(repr(said).encode("utf-8", "surrogatepass"))
            if fate.outcome not in (REFUSED, FLATTENED, OUTSIDE_ZONES):
                part.labels[span.label] = part.labels.get(span.label, 0) + 1
            if fate.outcome == WRITTEN:
                part.written += 1
            else:
                self.entries[fate.outcome].append(_entry(article, fate))

    def _verify(self, parts: Mapping[str, Path]) -> Iterator[tuple[int, int]]:
        """Compare the files on disk, and what is to be reported, with the corpus. Raises NotVerified."""
        counts = {part: Counter[str]() for part in parts}
        reported = ReportedOutcomes(self.entries, keeps_flattened=self.writer.keeps_flattened)
        readers = {part: self.writer.read_back(path) for part, path in parts.items()}
        left_out = {entry.article for entry in self.left_out}
        try:
            for item, part in self._items():
                if item.article.id in left_out and self.writer.may_leave_out(item):
                    expected = {span.uid: Expected(REFUSED, None, None) for span in item.spans}
                else:
                    expected = self.writer.expect(item)
                    found = _next(readers[part])
                    if found is None:
                        raise NotVerified(_("The file lacks article {number}.").format(number=item.article.id))
                    sentences, tokens = self.writer.compare(item, found, expected)
                    counts[part].update(articles=1, sentences=sentences, tokens=tokens)
                written = reported.check(item, expected)
                counts[part].update(spans=len(item.spans), written=written)
                yield self._step()
            reported.check_end()
            for part, reader in readers.items():
                told = self.parts[part]
                right = Counter(
                    articles=told.articles,
                    sentences=told.sentences,
                    tokens=told.tokens,
                    spans=told.spans,
                    written=told.written,
                )
                if _next(reader) is not None or counts[part] != right:
                    raise NotVerified(_("The file does not hold what was written."))
        finally:
            for reader in readers.values():
                reader.close()

    def _report(self, *, verified: bool = True) -> Report:
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
            verified=verified,
            labels=dict(sum((Counter(part.labels) for part in total), Counter())),
            digest=self.digest.hexdigest(),
            not_held=sorted(_KNOWN - self.writer.holds),
            annotator=self.annotator,
            state=options.state,
            zones=[kind for kind in ZONE_KINDS if kind in options.zones]
            if self.writer.zoned and options.zones is not None
            else None,
            flatten=options.flatten,
            boundary=options.boundary,
            program=f"annotator {__version__}",
            left_out=self.left_out,
            files=None,
            parts=None if options.split is None else self.parts,
            seed=None if options.split is None else options.seed,
        )


def _entry(article: Article, fate: Fate) -> Entry:
    span = fate.span
    text = article.text[span.start : span.end]
    return Entry(article.id, span.uid, span.start, span.end, span.label, text, fate.reason, fate.became)


def _next(reader: Iterator[Any]) -> Any:
    """The next article of a file that is read back; None at its end. Raises NotVerified where it does not read."""
    try:
        return next(reader, None)
    except ValueError as error:  # Malformed, or not UTF-8
        raise NotVerified(_("The file does not read back: {error}").format(error=error)) from error
