"""The immutable state of a session, and how it is read from the corpus."""

from contextlib import suppress
from functools import partial
from typing import Final, Generic, Protocol, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from annotator.i18n import _
from annotator.model import history
from annotator.model.labels import LabelSet
from annotator.model.records import (
    NEW,
    STATES,
    Article,
    Decision,
    Dismissal,
    Edit,
    Note,
    Publication,
    Rejection,
    Removal,
    Resolution,
    Span,
    Status,
    Step,
    StepInfo,
    Title,
    Zone,
)
from annotator.store.content_version import ContentVersion
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, NoSuchArticle
from annotator.store.queries.article_list import (
    ArticleFilter,
    ArticleSummary,
    LazyArticleList,
    count_articles,
    count_by_state,
    find_first_open,
)
from annotator.store.queries.assignments import has_queue, is_hidden
from annotator.store.queries.conflicts import list_conflicts
from annotator.store.queries.gold import load_decisions
from annotator.store.queries.recorded_edits import has_later_edits
from annotator.store.queries.removals import count_removed_articles
from annotator.store.queries.training_data import list_uncertain_articles
from annotator.suggest.span_values import fill_values
from annotator.text.proclitics import skip_known_proclitics
from annotator.ui.session.sync_state import SyncState
from annotator.ui.widgets.bidi_text import isolate

T = TypeVar("T")
DESCRIBE: Final = "describe"
REJECT: Final = "reject"
DISMISS: Final = "dismiss"
TITLE: Final = "title"
PUBLISHED: Final = "published"
ARTICLE_STEPS: Final = (TITLE, PUBLISHED, history.REMOVE_ARTICLE_STEP, history.RESTORE_ARTICLE_STEP)
"""Names of steps about an article itself."""
SELECTION_KEEPING_STEPS: Final = frozenset(
    [DESCRIBE, PUBLISHED, history.ACCEPT_STEP, REJECT, DISMISS, history.AGREED_STEP, history.DECIDE_STEP]
)
"""Names of steps that leave the selection unchanged."""
_APPLICABLE: Final = (Span, Rejection, Dismissal, Status, Note, Decision)
"""The kinds of records whose edits are applied to the state without reading them."""
_LISTED_KINDS: Final = (Status, Zone, Title, Publication)
"""The kinds of records of which the list of articles shows something."""
UNREAD_VERSION: Final = -1
"""In place of the version if a change could not be read; SQLite counts versions from 1."""


class SessionState(Struct, frozen=True):
    """What a session has read last; nothing in it but `pending_step` is unsaved.

    All methods that read raise CorpusError.
    """

    annotator: str
    """Whose layers are shown."""
    reader: str = ""
    """Who looks at these without working on them; "" if the annotator does work here."""
    adjudicator: str = ""
    """Who edits the gold layer, which is the one shown then; "" if it is not."""
    corpus: Corpus | None = None
    labels: LabelSet = field(default_factory=lambda: LabelSet(()))
    articles: LazyArticleList = field(default_factory=LazyArticleList)
    """The list of articles that match `article_filter`."""
    article_filter: ArticleFilter = field(default_factory=ArticleFilter)
    disagreements: dict[int, int] = {}
    """The number of disagreements to decide by article, as far as it is known, while the gold layer is edited."""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    """The annotator's number of articles by state, of those assigned to them if there are any."""
    has_queue: bool = False
    """Whether articles are assigned to the annotator."""
    article_count: int = 0
    """The number of all articles, without removed ones."""
    removed_count: int = 0
    """The number of removed articles."""
    conflict_count: int = 0
    """The number of conflicts that wait for whoever works here (see model.conflict_resolution)."""
    revision: int = 0
    """Counts the changes that may concern any article of the list, not only the open one."""
    version: int = 0
    """Of the file when the article was read; others may have written since if it has changed. See UNREAD_VERSION."""
    content: ContentVersion | None = None
    """Of the corpus when the article was read; others have written since if it has changed. None if it is unread."""
    own_step: Step | None = None
    """The step written here after which this was read; None if it was read after others wrote, or opened."""
    unread_steps: tuple[str, ...] = ()
    """The steps (uids) written here since others have written, none of which is in `content`: see `after`."""
    is_learning: bool = False
    sync: SyncState | None = None
    """How the corpus stands with its team; None without one."""
    pending_step: Step | None = None
    """A change that is not on disk yet."""
    save_error: str = ""
    """Why the file cannot be written, in a sentence; "" if no error is known."""
    is_finished: bool = False
    """Whether no article is open because none of the list is left to do."""
    last_article: int = 0
    """The number of the article that was open last, while none is; 0 if there was none."""
    article: Article | None = None
    zones: list[Zone] = []
    spans: list[Span] = []
    status: Status | None = None
    note: Note | None = None
    removal: Removal | None = None
    is_hidden: bool = False
    """Whether the reader labels the article blind: the annotator's layer is not read."""
    decisions: list[Decision] = []
    """Those about disagreements in the article, while the gold layer is edited."""
    undoable: list[StepInfo] = []
    redoable: list[StepInfo] = []
    selection: Span | None = None

    @property
    def user(self) -> str:
        """Who works here."""
        return self.reader or self.adjudicator or self.annotator

    @property
    def read_only_reason(self) -> str:
        """Why the layer cannot be changed, in a sentence; "" if it can."""
        if not self.reader:
            return ""
        text = _("You are looking at the work of {annotator}, which you cannot change.")
        return text.format(annotator=isolate(self.annotator))

    @property
    def article_state(self) -> str:
        """The annotator's state of the article."""
        return self.status.state if self.status else NEW

    @property
    def title(self) -> Title | None:
        """The title that an annotator gave the article."""
        custom_title = self.article.custom_title if self.article else None
        return Title(self.article.uid, custom_title) if self.article and custom_title else None

    @property
    def article_number(self) -> int:
        """The number of the article; 0 for none."""
        return self.article.id if self.article else 0

    def default_filter(self) -> ArticleFilter:
        """Return the filter of the annotator's queue, or of all articles without one."""
        return ArticleFilter(is_mine=self.has_queue)

    def state_of(self, summary: ArticleSummary) -> str:
        """Return the annotator's state of a listed article."""
        return summary.states.get(self.annotator, NEW)

    def without_article(self, *, is_finished: bool = False) -> "SessionState":
        """Return the state in which no article is open; the list may be finished."""
        empty_state = SessionState(self.annotator)
        names = (
            *("article", "zones", "spans", "status", "note", "removal", "decisions", "is_hidden"),
            *("undoable", "redoable", "selection"),
        )
        closed = replace(self, **{name: getattr(empty_state, name) for name in names})
        return replace(closed, is_finished=is_finished, last_article=self.article_number or self.last_article)

    def with_article(self, identity: int | str) -> "SessionState":
        """Return the state in which the article with this number or uid is read, and the labels."""
        if not self.corpus:
            return self
        with self.corpus.snapshot():  # every span's label is among the labels, whatever others write
            article = self.corpus.article(identity)
            layer = article.uid, self.annotator
            hidden = bool(self.reader) and is_hidden(self.corpus, article.uid, self.reader, self.annotator)
            undoable, redoable = history.build_stacks([] if self.reader else self.corpus.history(*layer))
            content = self.corpus.content_version()
            has_same_labels = self.content is not None and self.content.labels == content.labels
            return replace(
                self,
                version=self.corpus.data_version(),
                content=content,
                own_step=None,
                unread_steps=(),
                labels=self.labels if has_same_labels else self.corpus.labels(),
                is_finished=False,
                article=article,
                zones=self.corpus.zones(article.uid),
                spans=[] if hidden else self.corpus.spans(*layer),
                status=None if hidden else self.corpus.status(*layer),
                note=None if hidden else self.corpus.note(*layer),
                removal=self.corpus.removal(article.uid),
                is_hidden=hidden,
                decisions=load_decisions(self.corpus, [article.uid]).get(article.uid, []) if self.adjudicator else [],
                undoable=undoable,
                redoable=redoable,
            )

    def with_articles(self) -> "SessionState":
        """Return the state in which the list of articles and the counts are read.

        The list of an annotator who gets a queue is the queue, until they choose otherwise. While the gold layer is
        edited, articles with most disagreements come first.
        """
        if not self.corpus:
            return self
        queue = has_queue(self.corpus, self.annotator)
        article_filter = self.article_filter
        if queue != self.has_queue:
            article_filter = replace(article_filter, is_mine=queue)
        articles = LazyArticleList(self.corpus, self.annotator, article_filter, self.reader, self.disagreements)
        state = replace(
            self,
            has_queue=queue,
            article_filter=article_filter,
            articles=articles,
            removed_count=count_removed_articles(self.corpus),
        )
        return state.with_counts().with_conflict_count()

    def after(self, step: Step | None, *, may_keep_article: bool = False) -> "SessionState":
        """Return the state after this step or an unknown change (None) of the corpus.

        What others did elsewhere meanwhile, as in a sync, does not keep a key waiting: it is left for the next unknown
        change, which comes as soon as the file is looked at. Such a one reads the open article again, unless it
        `may_keep_article` and nobody has changed that.
        """
        state = self.with_version(self.content_after(step)) if step else None
        if step and not state and self._can_apply(step) and self._is_unchanged(step.uid):
            state = replace(self, unread_steps=(*self.unread_steps, step.uid))
        if step and state and self._can_apply(step):
            # The same as reading them, but a long article's thousand spans cannot be read within a frame.
            state = state.with_edits(step)
        elif may_keep_article and (unchanged := self._with_new_content()):
            state = unchanged
        elif self.article:
            state = self.with_article(self.article.uid)
        elif self.corpus:
            state = replace(self, labels=self.corpus.labels())
        else:
            state = self
        kinds = {type(edit.before or edit.after) for edit in step.edits} if step else set()
        anything = step is None or not state.is_read_or_left(step, self.content_after(step))
        if Removal in kinds:
            state = state.with_articles()
        elif anything:
            state = state.with_counts()
        elif Status in kinds:
            state = state.with_counts(total=sum(self.counts.values()))
        if anything or Resolution in kinds:
            state = state.with_conflict_count()
        if anything or not kinds.isdisjoint(_LISTED_KINDS):
            only_open = not anything and step and self._is_of_open_article(step)
            self.articles.invalidate(self.article_number if only_open else None)
            state = replace(state, revision=self.revision + (not only_open))
        return replace(state, own_step=step, selection=_selection_after(step, state))

    def with_edits(self, step: Step) -> "SessionState":
        """Return the state with a step's edits applied, which are of the annotator in the open article."""
        undoable, redoable = list(self.undoable), list(self.redoable)
        history.advance_stacks(undoable, redoable, StepInfo(step.uid, step.name, step.undoes))
        spans, status, note = history.apply_edits(self.spans, step.edits), self.status, self.note
        decisions = list(self.decisions)
        for edit in step.edits:
            match edit.before or edit.after:
                case Status():
                    status = edit.after if isinstance(edit.after, Status) else None
                case Note():
                    note = edit.after if isinstance(edit.after, Note) else None
                case Decision():
                    decisions = [decision for decision in decisions if decision != edit.before]
                    decisions += [edit.after] if isinstance(edit.after, Decision) else []
        changes = {"spans": spans, "status": status, "note": note, "decisions": decisions}
        return replace(self, **changes, undoable=undoable, redoable=redoable)

    def content_after(self, step: Step) -> ContentVersion | None:
        """Return the version of the content after this step, if nobody else writes; None if it is unread."""
        return self.content.after_edits(len(step.edits)) if self.content else None

    def has_only(self, content: ContentVersion | None) -> bool:
        """Return whether what was read is this content, which is not None."""
        return content is not None and self.content == content

    def is_read_or_left(self, step: Step, expected: ContentVersion | None) -> bool:
        """Return whether nothing but the step was read, after which the content is as `expected` if nobody else writes.

        What others did is left then.
        """
        return self.has_only(expected) or step.uid in self.unread_steps

    def with_version(self, content: ContentVersion | None) -> "SessionState | None":
        """Return the state with the file's present version if it has this content; None if others have written."""
        if not self.corpus or content is None:
            return None
        version = self.corpus.data_version()  # first: what is written after it changes it again
        if version != self.version and self.corpus.content_version() != content:
            return None
        return replace(self, version=version, content=content)

    def is_article_in(self, corpus: Corpus) -> bool:
        """Return whether the corpus has the article, if any; false after a restored backup, say."""
        try:
            return self.article is None or bool(corpus.article(self.article.uid))
        except NoSuchArticle:
            return False
        except CorpusError:
            return True  # reported when the article is read

    def is_in(self, corpus: Corpus) -> bool:
        """Return whether the corpus holds the open layer, or else the labels."""
        if self.article is None:
            return corpus.labels() == self.labels
        if self.is_hidden:
            return self.is_article_in(corpus)
        return self.is_article_in(corpus) and corpus.spans(self.article.uid, self.annotator) == self.spans

    def refine_selection(self, start: int, end: int) -> tuple[int, int]:
        """Drop a snapped selection's proclitics if the annotator has tagged its word without them."""
        if self.article and self.corpus:
            has_mention = partial(self.corpus.has_mention, annotator=self.annotator)
            with suppress(CorpusError):
                return skip_known_proclitics(self.article.text, start, end, has_mention), end
        return start, end

    def relative_number(self, step: int) -> int:
        """Return the number of the article `step` places further in the list, or the nearest one; 0 for none.

        The end of a finished list is behind the article that was open last.
        """
        numbers = self.articles.numbers
        if self.is_finished:
            return self.last_article if step < 0 else 0
        if not numbers:
            return 0
        index = self.articles.find_index(self.article_number)
        # From an unlisted article, the next one is where it would be inserted.
        target = index + step if index >= 0 else -1 - index - (step < 0)
        return numbers[max(0, min(target, len(numbers) - 1))]

    def describe_end(self, step: int) -> str:
        """Say that there is no article in this direction; "" without any."""
        if self.is_finished:
            return _("This is the end of the list.")
        if not self.relative_number(step):
            return ""
        return _("This is the last article of the list.") if step > 0 else _("This is the first article of the list.")

    def with_values(self, name: str, edits: list[Edit]) -> list[Edit]:
        """Return the edits of a step of this name with the values that follow from the words of spans.

        A version that is chosen in a conflict stays as it is. If the time of publication changes, that adds the edits
        of the layer's values that depend on it.
        """
        if not self.article:
            return edits
        edits = edits if name == history.RESOLVE_STEP else fill_values(self.article, edits)
        if not any(isinstance(edit.after, Publication) for edit in edits):
            return edits
        from annotator.suggest.dates.value_updates import update_values  # slow to load, and rarely needed

        edited = {edit.before for edit in edits}
        return [*edits, *update_values(self.article, [span for span in self.spans if span not in edited], edits)]

    def next_unfinished(self, *, prefers_informative: bool) -> int | None:
        """Return the number of the next unfinished article of the list, wrapping around; None for no other.

        It is the most informative one, if that is preferred and known, but for the gold layer.
        """
        if not self.corpus:
            return None
        current, numbers, number = self.article_number, self.articles.numbers, None
        if prefers_informative and not self.adjudicator:
            ranked = list_uncertain_articles(self.corpus, self.annotator)
            listed = [number for number in ranked if self.articles.find_index(number) >= 0]
            after = listed.index(current) + 1 if current in listed else 0
            number = next((number for number in [*listed[after:], *listed[:after]] if number != current), None)
        if number is None:
            after = self.articles.find_after(current)
            number = find_first_open(self.corpus, self.annotator, [*numbers[after:], *numbers[:after]])
        return number if number != current else None

    def has_same_list(self, other: "SessionState") -> bool:
        """Return whether the list of articles, if read now, has as many articles as `other`, and is a queue or not."""
        sizes = [(state.article_count, sum(state.counts.values())) for state in (self, other)]
        return sizes[0] == sizes[1] and (not self.corpus or has_queue(self.corpus, self.annotator) == self.has_queue)

    def with_counts(self, total: int | None = None) -> "SessionState":
        """Return the state in which the numbers of articles are read; `total` is that of all states, if known."""
        if not self.corpus:
            return self
        counts = count_by_state(self.corpus, self.annotator, only_assigned=self.has_queue, total=total)
        article_count = count_articles(self.corpus) if self.has_queue else sum(counts.values())
        return replace(self, counts=counts, article_count=article_count)

    def with_conflict_count(self) -> "SessionState":
        """Return the state in which the number of conflicts is read."""
        return replace(self, conflict_count=len(list_conflicts(self.corpus, self.user))) if self.corpus else self

    def _can_apply(self, step: Step) -> bool:
        """Return whether the step changed only what is of the annotator in the open article."""
        records = [edit.after or edit.before for edit in step.edits]
        return self._is_of_open_article(step) and all(isinstance(record, _APPLICABLE) for record in records)

    def _is_unchanged(self, *own_steps: str) -> bool:
        """Return whether nobody has changed what was read of the open article, but these steps and the unread ones."""
        if not self.corpus or not self.article or not self.content:
            return False
        content, last_edit = self.corpus.content_version(), self.content.last_edit
        expected = replace(self.content, last_edit=content.last_edit, last_article=content.last_article)
        is_elsewhere = content == expected and content.last_edit >= last_edit
        own_uids = (*self.unread_steps, *own_steps)
        return is_elsewhere and not has_later_edits(self.corpus, self.article.uid, last_edit, own_uids)

    def _with_new_content(self) -> "SessionState | None":
        """Return the state with the present version of the file, if the open article is in it as it was read."""
        if not self.corpus:
            return None
        with self.corpus.snapshot():
            if not self._is_unchanged():
                return None
            version, content = self.corpus.data_version(), self.corpus.content_version()
        return replace(self, version=version, content=content, own_step=None, unread_steps=())

    def _is_of_open_article(self, step: Step) -> bool:
        return self.article is not None and all(edit.article == self.article.uid for edit in step.edits)


class HasState(Protocol):
    """An object with a current state."""

    current: SessionState


class CurrentField(Generic[T]):
    """An attribute of an object with a state: the field or property of its name in the current one."""

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: HasState, _owner: type) -> T:
        value: T = getattr(instance.current, self._name)
        return value

    def __set__(self, _instance: HasState, _value: T) -> None:
        raise AttributeError(self._name)


def _selection_after(step: Step | None, state: SessionState) -> Span | None:
    """Return the step's last remaining span, or the selected one as it is now."""
    uid = state.selection.uid if state.selection else None
    if step and state.article and (step.undoes or step.name not in SELECTION_KEEPING_STEPS):
        article = state.article.uid
        spans = [edit.after for edit in step.edits if isinstance(edit.after, Span) and edit.article == article]
        uid = spans[-1].uid if spans else uid
    return next((span for span in state.spans if span.uid == uid), None)
