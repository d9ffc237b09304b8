"""An open corpus: articles, spans and measures to read, and edits that are recorded as those of the window are."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from operator import index
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Self, SupportsIndex, Unpack

from msgspec import UNSET

from annotator.checks.all_checks import KINDS
from annotator.formats.reading import describe_invalid_date, is_iso_time
from annotator.formats.registry import WRITTEN_FORMATS
from annotator.formats.report import Report
from annotator.generators import finish
from annotator.i18n import _
from annotator.jobs.adjudication import adjudicate
from annotator.jobs.agreement import AgreementReport, report_agreement
from annotator.jobs.checking import check_corpus, find_damage
from annotator.jobs.export.exporter import export
from annotator.jobs.imports.importer import ImportResult, import_paths
from annotator.jobs.learning import LearningResult, learn
from annotator.jobs.merge_report import MergeReport, build_report, check_same
from annotator.jobs.merging import build_joins, merge_sources, read_sources
from annotator.jobs.suggesting import BatchSuggester, suggest_in_batches
from annotator.jobs.undo import undo_step
from annotator.library.arguments import (
    AgreementChoices,
    ExportChoices,
    Identity,
    ImportChoices,
    build_agreement_options,
    build_export_options,
    build_import_options,
    check_label,
    check_optional,
    find_files,
    list_identities,
    list_suggestions,
    read_number,
)
from annotator.library.edits import Editor, OptionalText, build_dismissals, build_fixes, describe, first, reject
from annotator.library.values import (
    Article,
    Disagreement,
    Issue,
    Match,
    Span,
    Suggestion,
    check_kind,
    from_suggestion,
    to_article,
    to_disagreement,
    to_issue,
    to_suggestion,
)
from annotator.model import history, operations, records
from annotator.model.annotator_names import explain_gold_name
from annotator.model.article_builder import build_article
from annotator.model.choices import check_choice
from annotator.model.links import build_link
from annotator.model.places import Place
from annotator.model.records import STATES, AnnotatedArticle, Edit
from annotator.paths import extend_path
from annotator.store.corpus import Corpus as StoredCorpus
from annotator.store.errors import CorpusError, NoSuchArticle
from annotator.store.label_set import add_labels
from annotator.store.queries.article_ids import find_article_number
from annotator.store.queries.article_list import (
    ArticleFilter,
    count_articles,
    list_article_numbers,
    list_unfinished_articles,
)
from annotator.store.queries.gold import find_gold
from annotator.store.queries.search import search
from annotator.store.recovery.integrity import Damage
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.span_values import fill_values

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict
    from pandas import DataFrame
    from spacy.tokens import Doc
    from spacy.vocab import Vocab


class Corpus:
    """An open corpus file: see `annotator.open`.

    An `Identity` is an article, its number, its uid or the beginning of that.

    It belongs to one thread. Its methods raise CorpusError, with one sentence for a person, if the file cannot be used,
    and InvalidEdit for an edit that is impossible; then nothing was changed. `ANNOTATOR_LANGUAGE` sets the language of
    these sentences, as for the commands.
    """

    def __init__(self, stored: StoredCorpus, annotator: str | None = None) -> None:
        if not isinstance(stored, StoredCorpus):
            raise TypeError("annotator.open opens a corpus, and annotator.create makes one")
        self._stored = stored
        self._editor = Editor(stored, annotator)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. All that was changed is in it already."""
        self._stored.close()

    # Reading

    @property
    def path(self) -> Path:
        """The corpus file."""
        return self._stored.path

    @property
    def annotator(self) -> str | None:
        """Who makes the edits; None if the corpus is open for reading."""
        return self._editor.annotator

    @property
    def annotators(self) -> tuple[str, ...]:
        """The names of all annotators, in the order in which they began; the gold layer's owner is among them."""
        return tuple(self._stored.annotators())

    @property
    def gold(self) -> str | None:
        """The name of the gold layer's owner, which its spans have; None before anything was adjudicated."""
        return find_gold(self._stored)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels, in their order."""
        return tuple(label.name for label in self._stored.labels().labels)

    def __len__(self) -> int:
        """Return the number of articles, without removed ones."""
        return count_articles(self._stored)

    def __iter__(self) -> Iterator[Article]:
        return self.articles()

    def __contains__(self, article: object) -> bool:
        """Return whether the corpus has this article, number or uid, and it was not removed."""
        if not isinstance(article, Article | SupportsIndex | str):
            return False
        try:
            record = self._stored.article(self._find_number(article))
        except NoSuchArticle:
            return False
        return self._stored.removal(record.uid) is None

    def __repr__(self) -> str:
        return f"<annotator.Corpus {str(self.path)!r}>"

    def article(self, identity: Identity) -> Article:
        """Return the article with this number or uid, or this article as it is now; also a removed one.

        The beginning of a uid is enough if no other begins so. Raises CorpusError if there is none, or several.
        """
        return to_article(self._stored.load_article(self._find_number(identity)))

    def _find_number(self, article: Identity) -> int | str:
        """Return the number or uid of an article."""
        if isinstance(article, Article):
            return article.uid
        if isinstance(article, str):
            return find_article_number(self._stored, article)
        number = read_number(article)
        if number is None:
            raise NoSuchArticle(_("“{path}” has no article {identity}.").format(path=self.path, identity=article))
        return number

    def articles(
        self, *, annotator: str | None = None, state: str | None = None, gold: bool = False
    ) -> Iterator[Article]:
        """Yield the articles in the order of their numbers, without removed ones.

        With `annotator` they have the spans, states and notes of this annotator alone, with `gold` those of the gold
        layer. With `state` (`new`, `in_progress`, `done`, `skipped` or `flagged`) they are those in this state for the
        annotator, or for anybody. A hundred articles are read at once: edits made meanwhile may not be in them. Raises
        ValueError for an unknown state, or an annotator beside `gold`; CorpusError for an unknown annotator, and for
        `gold` before anything was adjudicated.
        """
        check_optional("state", state, STATES)
        annotator = self._find_layer(annotator, gold=gold)
        numbers = self._list_articles(annotator, state)
        return map(to_article, self._stored.load_articles(numbers, annotator))

    def _list_articles(self, annotator: str | None, state: str | None) -> list[int]:
        names = [""] if state is None else [annotator] if annotator else self._stored.annotators() or [""]
        article_filter = ArticleFilter(state=state)
        return sorted({number for name in names for number in list_article_numbers(self._stored, name, article_filter)})

    def spans(self, *, annotator: str | None = None, label: str | None = None, gold: bool = False) -> Iterator[Span]:
        """Yield the spans of all articles, or those of one annotator, of gold or of a label, by article and start."""
        if label is not None:
            check_label(label, self.labels)
        articles = self.articles(annotator=annotator, gold=gold)
        return (span for article in articles for span in article.spans if label in (None, span.label))

    def search(self, words: str) -> Iterator[Match]:
        """Yield the articles that contain these words in any Arabic spelling, each with the first place.

        The last word may be the beginning of one.
        """
        for result in list(search(self._stored, words)):
            article = self.article(result.article.uid)
            yield Match(article, result.start, result.end, article.text[result.start : result.end])

    def link(self, item: Span | Suggestion | Issue | Disagreement) -> str | None:
        """Return the address that opens the window at this place of the corpus, where the program is installed.

        It is None for a corpus on a network path such as `//server/news.corpus`, which no link may open.
        """
        check_kind(item, Span, Suggestion, Issue, Disagreement)
        return build_link(self._stored.path, Place(item.article, item.start, item.end))

    def agreement(self, annotators: Iterable[str] = (), **choices: Unpack[AgreementChoices]) -> AgreementReport:
        """Measure how far annotators, by default all people, agree in the articles that two or more have done.

        The choices are those of `annotator agreement`: see `AgreementChoices`. The figures come with `warnings` that
        say where they cannot be trusted. Raises ValueError for one annotator alone; ValueError or TypeError for other
        choices, CorpusError for an annotator whom the corpus does not have.
        """
        return finish(report_agreement(self._stored, build_agreement_options(annotators, choices)))

    def disagreements(self) -> Iterator[Disagreement]:
        """Yield the places that adjudication still has to decide, as `annotator adjudicate --list` does.

        They are in articles that two or more people have done, without what the gold layer has decided already.
        """
        return map(to_disagreement, finish(adjudicate(self._stored, "")).disagreements)

    def issues(
        self, *, annotator: str | None = None, state: str | None = None, kind: str | None = None, jobs: int = 1
    ) -> Iterator[Issue]:
        """Yield what the checks doubt in the layers, as `annotator check` does, by article and start.

        `annotator`, `state` and `kind` are as there: the layers of one annotator, in one state of this annotator, and
        issues of one kind. Those that were dismissed are left out. `jobs` processes check the articles. Raises
        ValueError for an unknown state or kind, CorpusError for an unknown annotator.
        """
        check_optional("state", state, STATES)
        check_optional("kind", kind, KINDS)
        self._check_annotator(annotator)
        with self._stored.snapshot():
            result = finish(check_corpus(self._stored, annotator, state, jobs))
        issues = (item for item in result.issues if kind in (None, item.issue.kind))
        return (
            to_issue(item, self._stored.article(item.article).text if item.issue.members else "") for item in issues
        )

    def damage(self) -> list[Damage]:
        """Check the whole file and return its faults, which `annotator check` lists as `damaged`.

        A fault has its `kind`, the `table` and `row`, and a `message`. It takes about as long as a full export.
        """
        with self._stored.snapshot():
            return list(find_damage(self._stored))

    def suggestions(
        self,
        articles: Iterable[Identity] | Identity | None = None,
        *,
        annotator: str | None = None,
        source: str | None = None,
        jobs: int = 1,
    ) -> Iterator[Suggestion]:
        """Yield what the suggesters propose for an annotator, without what they have labelled or rejected.

        The annotator is by default who makes the edits. `articles` are several or one, by default all that the
        annotator has neither done nor skipped. `source` asks one suggester alone: `dates`, `names`, `memory`, `model`,
        or an external one. Each call reads what the corpus has to teach, so ask for many articles at once. `jobs`
        processes work at them. What an external suggester fails at is left out, with a warning. Raises ValueError
        without an annotator, and for an unknown source; CorpusError for an unknown annotator.
        """
        self._check_annotator(annotator)
        name = annotator or self._editor.annotator
        if name is None:
            raise ValueError("an annotator is needed: suggestions are what one has not decided yet")
        if articles is None:
            numbers = list_unfinished_articles(self._stored, name)
        else:
            numbers = [self._stored.article(self._find_number(each)).id for each in list_identities(articles)]
        suggester = BatchSuggester.from_corpus(self._stored, name, source=source)
        check_optional("source", source, dict.fromkeys((*suggester.suggester.pool.names, CrfSuggester.name)))
        batches = suggest_in_batches(suggester, self._stored.load_articles(numbers, name), warnings.warn, jobs)
        return (
            to_suggestion(result.article, suggestion)
            for batch in batches
            for result in batch
            for suggestion in result.suggestions
        )

    def _find_layer(self, annotator: str | None, *, gold: bool) -> str | None:
        """Return the name of whose layer is meant; None for all. Raises ValueError, CorpusError."""
        if not gold:
            self._check_annotator(annotator)
            return annotator
        if annotator is not None:
            raise ValueError(f"gold is not the layer of {annotator!r}")
        name = self.gold
        if name is None:
            raise CorpusError(_("The corpus has no gold layer: nothing was adjudicated yet."))
        return name

    def _check_annotator(self, name: str | None) -> None:
        """Raise CorpusError unless the corpus has this annotator, or it is who makes the edits."""
        if name not in (None, self._editor.annotator, *self._stored.annotators()):
            raise CorpusError(_("The corpus has no annotator “{name}”.").format(name=name))

    # Edits: each is one step, which the window can undo

    def add_span(
        self,
        article: Identity,
        label: str,
        start: SupportsIndex,
        end: SupportsIndex,
        *,
        value: str | None = None,
        note: str | None = None,
    ) -> Span:
        """Label `article.text[start:end]` in the annotator's layer, and return the span.

        Without a `value` it has that which its words say: the day of a date, the years of a plan. Raises InvalidEdit if
        the range is not within the text, blank, or labelled so already; CorpusError for an unknown label.
        """
        owner = self._editor.require_annotator()
        check_label(label, self.labels)
        edges = index(start), index(end)

        def add(annotated: AnnotatedArticle) -> list[Edit]:
            added = operations.add_span(annotated.article, annotated.spans, owner, label, *edges)
            edits = fill_values(annotated.article, added)
            (span,) = (edit.after for edit in edits if isinstance(edit.after, records.Span))
            described = describe(span, UNSET if value is None else value, note)
            return [Edit(None, described[-1].after)] if described else edits  # a step edits no record twice

        return self._editor.edit_span(self._find_number(article), "tag", add)

    def relabel_span(self, span: Span, label: str) -> Span:
        """Give a span another label, and return it as it is now.

        It then counts as the annotator's own. Raises InvalidEdit if the range has the label already, CorpusError for an
        unknown label.
        """
        check_label(label, self.labels)
        record = self._editor.own(span)
        return self._editor.edit_span(
            span.article,
            "relabel",
            lambda annotated: fill_values(
                annotated.article, operations.relabel(annotated.article, annotated.spans, record, label)
            ),
            record,
        )

    def resize_span(self, span: Span, start: SupportsIndex, end: SupportsIndex) -> Span:
        """Move the edges of a span, and return it as it is now; see `relabel_span`."""
        record = self._editor.own(span)
        edges = index(start), index(end)
        return self._editor.edit_span(
            span.article,
            "resize",
            lambda annotated: fill_values(
                annotated.article,
                operations.resize(annotated.article, annotated.spans, record, *edges),
            ),
            record,
        )

    def describe_span(self, span: Span, *, value: OptionalText = UNSET, note: OptionalText = UNSET) -> Span:
        """Set the value or the note of a span, or both, and return it as it is now.

        None or a blank text clears it; what is not given stays.
        """
        record = self._editor.own(span)
        return self._editor.edit_span(
            span.article, "describe", lambda _annotated: describe(record, value, note), record
        )

    def delete_span(self, span: Span) -> None:
        """Delete a span; if it was an accepted suggestion, that is rejected."""
        record = self._editor.own(span)
        self._editor.edit(span.article, "remove", lambda _annotated: operations.remove_span(record))

    def set_state(self, article: Identity, state: str) -> None:
        """Set the annotator's state of an article (see `articles`). Raises ValueError for an unknown state."""
        check_choice("state", state, STATES)
        self._editor.edit(
            self._find_number(article),
            "state",
            lambda annotated: operations.set_state(
                first(annotated.states), annotated.article, self._editor.require_annotator(), state
            ),
        )

    def set_note(self, article: Identity, text: str) -> None:
        """Set the annotator's note on an article; a blank one removes it."""
        self._editor.write_note(self._find_number(article), text)

    def accept(self, suggestions: Iterable[Suggestion] | Suggestion) -> list[Suggestion]:
        """Label what was suggested, one suggestion or several, one step an article; return what was accepted.

        Left out are those that the annotator's layer has or contradicts by now. Raises CorpusError for a label that the
        corpus does not have.
        """
        return self._editor.accept(list_suggestions(suggestions, self.labels))

    def reject(self, suggestions: Iterable[Suggestion] | Suggestion) -> None:
        """Reject one suggestion or several for good, a step each; raises like `accept`."""
        owner = self._editor.require_annotator()
        for suggestion in list_suggestions(suggestions, self.labels):
            self._editor.edit(
                suggestion.article,
                "reject",
                partial(reject, annotator=owner, suggestion=from_suggestion(suggestion)),
            )

    def apply_fix(self, issue: Issue) -> bool:
        """Apply the fix of an issue in the annotator's layer, or those of its members, as one step.

        Returns False if there is none, or the span was changed since the check.
        """
        self._editor.check_issue(issue)
        _text, edits = self._editor.edit(issue.article, "put_right", lambda annotated: build_fixes(annotated, issue))
        return bool(edits)

    def dismiss(self, issue: Issue) -> None:
        """Dismiss an issue in the annotator's layer, or its members, for good."""
        self._editor.check_issue(issue)
        self._editor.edit(issue.article, "dismiss", lambda annotated: build_dismissals(annotated, issue))

    def undo(self, article: Identity) -> bool:
        """Undo the annotator's last step in an article; return False if there is none.

        Raises CorpusError if others have changed the same since.
        """
        uid = self._stored.article(self._find_number(article)).uid
        undoable, _redoable = history.build_stacks(self._stored.history(uid, self._editor.require_annotator()))
        if undoable:
            finish(undo_step(self._stored, self._editor.require_annotator(), undoable[-1].uid))
        return bool(undoable)

    # Labels, articles and files

    def add_label(self, name: str) -> None:
        """Add a label with a free colour and key; one that is there already stays as it is. Raises ValueError."""
        self._editor.require_annotator()
        if name not in self.labels:
            add_labels(self._stored, [name])

    def add_article(
        self,
        text: str,
        *,
        title: str | None = None,
        published: str | None = None,
        source: str | None = None,
        url: str | None = None,
    ) -> Article:
        """Store a text with its recognised zones, and return the article; one that is there already stays as it is.

        `published` is ISO 8601. Raises InvalidEdit for a text that no corpus can hold, and for a date that is none.
        """
        self._editor.require_annotator()
        if published and not is_iso_time(published):
            raise operations.InvalidEdit(describe_invalid_date(published))
        annotated = build_article(text, title=title, published=published, source=source, url=url)
        self._stored.add(annotated)
        return self.article(annotated.article.uid)

    def merge(
        self, *paths: str | PathLike[str], same: Mapping[str, str] | None = None, dry_run: bool = False
    ) -> MergeReport:
        """Merge the steps of other corpora and of changesets into this one, as `annotator merge` does.

        `same` has, for annotators of theirs, who they are here; without paths, both are here, and become one. The
        corpus is backed up first if anything is new; a dry run changes nothing. The report has what `annotator merge
        --json` prints: the counts `steps` and `articles`, the `conflicts`, and as `skipped` the files that cannot be
        merged. Raises CorpusError for an annotator in `same` whom the corpus does not have, ValueError if there is
        nothing to do.
        """
        if not (paths or same):
            raise ValueError("there is nothing to merge: name a file, or who is the same as whom")
        own_name, names = self._editor.require_annotator(), dict(same or {})
        check_same(self._stored, names, own_name=own_name, are_all_here=not paths)
        sources, refusals = finish(read_sources([extend_path(Path(path)) for path in paths]))
        if not paths:
            sources, names = build_joins(self._stored, names), {name: name for name in names.values()}
        steps = merge_sources(self._stored, sources, same=names, own_name=own_name, is_dry_run=dry_run)
        return build_report(self._stored, sources, finish(steps), refusals)

    def adjudicate(self, *, majority: bool = False) -> list[Disagreement]:
        """Put what all agree on into the gold layer, as `annotator adjudicate --agreed` does; return what is left.

        With `majority`, each disagreement is decided as more than half of the annotators have it. An article in which
        nothing is left to decide is then done in the gold layer.
        """
        steps = adjudicate(self._stored, self._editor.require_annotator(), agreed=True, majority=majority)
        return [to_disagreement(item) for item in finish(steps).disagreements]

    def import_files(
        self,
        *paths: str | PathLike[str],
        **choices: Unpack[ImportChoices],
    ) -> ImportResult:
        """Import files, and all files in folders, as `annotator import` does; spans without an annotator become own.

        The choices are those of the command: see `ImportChoices`. The result has the counts `added`, `duplicates`,
        `spans`, `changed` and `removed`, and the remarks `skipped`, `repaired` and `noticed`. Raises FileNotFoundError
        for a path where nothing is; ValueError or TypeError for other choices, and for what is no name of an annotator;
        CorpusError for that of the gold layer.
        """
        options = build_import_options(self._editor.require_annotator(), self._stored.annotators(), choices)
        if self.gold is not None and self.gold in options.annotator_names.values():
            raise CorpusError(explain_gold_name(self.gold))
        return finish(import_paths(self._stored, find_files(paths), options))

    def export(
        self,
        path: str | PathLike[str],
        format: str,  # noqa: A002 - as the command calls it
        *,
        force: bool = False,
        jobs: int = 1,
        **choices: Unpack[ExportChoices],
    ) -> Report:
        """Write a training set to `path` and its report beside it, as `annotator export` does, and return the report.

        The choices are those of the command, such as `state="all"`, `split={"train": 80, "test": 20}` or
        `scheme="iobes"`: see `ExportChoices`. The files are read back and compared before they are there. Raises
        CorpusError if nothing can be exported, or if `path` is there and no unchanged export, unless `force`;
        ValueError or TypeError for an unknown format or choice, OSError.
        """
        check_choice("format", format, (format_.name for format_ in WRITTEN_FORMATS))
        export_options = build_export_options(format, choices)
        return finish(export(self._stored, extend_path(Path(path)), export_options, force=force, jobs=jobs))

    # Other libraries

    def to_pandas(self, table: str = "spans") -> "DataFrame":
        """Return a DataFrame of all `spans` or all `articles`.

        The column `article` of spans is `uid` of articles, which are without zones, spans, states and notes. Raises
        ImportError, with what installs it, without pandas; ValueError for another table.
        """
        from annotator.library import conversions

        return conversions.to_pandas(self.articles(), table)

    def to_datasets(self, table: str = "sentences", **choices: Unpack[ExportChoices]) -> "Dataset | DatasetDict":
        """Return a Dataset of `sentences` or `articles` as in an export as `huggingface`.

        With `split` or `folds` it is a DatasetDict. The choices are those of `export`; by default it has the articles
        that are done. It is in memory, so none is ever out of date. Raises ImportError, with what installs it, without
        `datasets`; CorpusError if no annotator is selected, and if there is nothing in it or in a part; ValueError or
        TypeError for another table or choice.
        """
        from annotator.library import conversions

        return conversions.to_datasets(self._stored, table, choices)

    def to_spacy(
        self, vocab: "Vocab | None" = None, *, part: str | None = None, **choices: Unpack[ExportChoices]
    ) -> "Iterator[Doc]":
        """Yield a Doc of spaCy for each article as in an export as `spacy`, with this vocabulary or one of their own.

        `doc.ents` has the flat spans, `doc.spans["sc"]` all. The choices are those of `export`; with `split` or `folds`
        only the articles of this `part` are yielded. Raises ImportError, with what installs it, without spaCy;
        ValueError for a part that does not exist; the rest as `to_datasets`.
        """
        from annotator.library import conversions

        return conversions.to_spacy(self._stored, vocab, part, choices)

    def learn(self) -> LearningResult:
        """Train the suggester `model` on the articles that are done, and store it in the corpus.

        The result has the counts `articles` and `spans`. Takes half a minute for 300 articles. Raises OSError if
        this computer has no key to sign the model and cannot make one.
        """
        self._editor.require_annotator()
        return finish(learn(self._stored))
