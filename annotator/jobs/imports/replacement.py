"""Imports that replace layers: corrections that were made in another program come back as edits."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from annotator.i18n import _
from annotator.jobs.imports.gold_guard import explain_gold_layer
from annotator.model.history import REPLACE_STEP
from annotator.model.layer_replacement import replace_layer
from annotator.model.operations import InvalidEdit, set_note, set_state
from annotator.model.reasons import Code, Reason
from annotator.model.records import (
    AnnotatedArticle,
    Edit,
    FileLayers,
    Note,
    Span,
    Status,
    Step,
    labelled_range,
    new_uid,
)
from annotator.store.corpus import AddResult, Corpus, utc_timestamp
from annotator.store.queries.assignments import list_gold_annotators
from annotator.suggest.span_values import fill_values

_NOTHING: Final = FileLayers()

_Record = TypeVar("_Record", Status, Note)


class LayerReplacement(Struct, frozen=True):
    """Replace layers that files have of articles of the corpus.

    A file may name nobody: an article without a span there is then an empty layer of `annotator`, or with None of
    nobody.
    """

    annotator: str | None = None


class LayerReplacer:
    """Makes the layers that files have of a corpus's articles what they say, each once, and adds other articles.

    For `annotator`, see LayerReplacement.
    """

    def __init__(self, corpus: Corpus, annotator: str | None) -> None:
        self._corpus = corpus
        self._annotator = annotator
        self._gold = list_gold_annotators(corpus)
        self._replaced: set[tuple[str, str]] = set()

    def store(self, articles: Sequence[AnnotatedArticle]) -> list[AddResult]:
        """Add the articles that are new and replace the layers of others, in this order, in one transaction."""
        claimed_uids = (item.layers.uid for item in articles if item.layers and item.layers.uid)
        stored = self._corpus.stored_articles([*claimed_uids, *(item.article.uid for item in articles)])
        results: list[AddResult] = []
        new: list[AnnotatedArticle] = []
        with self._corpus.transaction():
            for item in articles:
                layers = item.layers or _NOTHING
                is_known = item.article.uid in stored
                if not is_known and layers.uid not in stored:
                    stored.add(item.article.uid)
                    new.append(item)
                    continue
                results += self._add(new)
                new.clear()
                results.append(self._replace(item, layers) if is_known else self._refuse_text(layers.uid))
            return results + self._add(new)

    def _add(self, articles: Sequence[AnnotatedArticle]) -> list[AddResult]:
        for item in articles:
            names = self._name_layers(item, item.layers or _NOTHING)
            self._replaced.update((item.article.uid, name) for name in names)
        return self._corpus.add_all(articles) if articles else []

    def _refuse_text(self, uid: str | None) -> AddResult:
        number = self._corpus.article(uid or "").id
        message = _("The text is not that of article {number}, from which it was exported: nothing was changed there.")
        return AddResult(
            is_new=False, spans=0, skip_reasons=(Reason(Code.TEXT_CHANGED, message.format(number=number)),)
        )

    def _name_layers(self, item: AnnotatedArticle, layers: FileLayers) -> list[str]:
        """Return the annotators whose layers the file has of this article."""
        names = dict.fromkeys(span.annotator for span in item.spans)
        names |= dict.fromkeys(name or self._annotator or "" for name in sorted(layers.annotators))
        return [name for name in names if name]

    def _replace(self, item: AnnotatedArticle, layers: FileLayers) -> AddResult:
        """Replace the layers of an article that the corpus has."""
        uid = item.article.uid
        if self._corpus.removal(uid):
            return AddResult(is_new=False, spans=0, is_removed=True)
        if not layers.is_complete:
            message = _("The article’s layers stay as they are, because some of its spans cannot be imported.")
            return AddResult(is_new=False, spans=0, skip_reasons=(Reason(Code.LAYER_INCOMPLETE, message),))
        reasons: list[Reason] = []
        edits_made: list[Edit] = []
        names = self._name_layers(item, layers)
        others = [*(status.annotator for status in item.states), *(note.annotator for note in item.notes)]
        stored = self._corpus.spans(uid)
        used_uids = self._corpus.stored_spans(span.uid for span in item.spans) if item.spans else set()
        for name in dict.fromkeys((*names, *others)):
            layer = [span for span in stored if span.annotator == name]
            try:
                edits = list(self._edit_records(item, name))
                if name in names:
                    used_elsewhere = used_uids - {span.uid for span in layer}
                    edits = [*_replace_spans(item, layers, name, layer, used_elsewhere), *edits]
                if edits:
                    self._check_annotator(uid, name)
            except InvalidEdit as error:
                reasons.append(error.reason)
                continue
            self._replaced.add((uid, name))
            if edits:
                self._corpus.apply(Step(new_uid(), name, utc_timestamp(), REPLACE_STEP, tuple(edits)))
                edits_made += edits
        return AddResult(
            is_new=False,
            spans=sum(edit.before is None and isinstance(edit.after, Span) for edit in edits_made),
            skip_reasons=tuple(reasons),
            changed=sum(
                isinstance(edit.after, Status | Note) or (isinstance(edit.after, Span) and edit.before is not None)
                for edit in edits_made
            ),
            removed=sum(edit.after is None for edit in edits_made),
        )

    def _edit_records(self, item: AnnotatedArticle, name: str) -> Iterator[Edit]:
        """Yield the edits of the annotator's state and note, where the file has them."""
        article = item.article
        for status in _take_first(item.states, name):
            yield from set_state(self._corpus.status(article.uid, name), article, name, status.state)
        for note in _take_first(item.notes, name):
            yield from set_note(self._corpus.note(article.uid, name), article, name, note.text)

    def _check_annotator(self, uid: str, name: str) -> None:
        """Raise InvalidEdit if the annotator's layer cannot be changed by a file now."""
        if name in self._gold:
            raise InvalidEdit(explain_gold_layer(name))
        if (uid, name) in self._replaced:
            message = _("The layer of {annotator} comes twice, and differs: only the first one is imported.")
            raise InvalidEdit(Reason(Code.LAYER_TWICE, message.format(annotator=name)))


def has_corrections(corpus: Corpus, item: AnnotatedArticle) -> bool:
    """Return whether a replacement would change or delete a span of an article that the corpus has."""
    if item.layers is None or not item.layers.is_complete:
        return False
    stored = corpus.spans(item.article.uid)
    for name in {*item.layers.annotators, *(span.annotator for span in item.spans)} - {""}:
        layer = [span for span in stored if span.annotator == name]
        try:
            edits = _replace_spans(item, item.layers, name, layer)
        except InvalidEdit:  # the import reports the reason
            continue
        if any(edit.before is not None for edit in edits):
            return True
    return False


def _replace_spans(
    item: AnnotatedArticle,
    layers: FileLayers,
    name: str,
    layer: Iterable[Span],
    used_uids: Collection[str] = frozenset(),
) -> list[Edit]:
    """Return the edits that make an annotator's `layer` what the file says, with none of the used uids.

    Raises InvalidEdit if two spans of the file contradict.
    """
    spans: dict[tuple[int, int, str], Span] = {}
    for span in item.spans:
        if span.annotator != name:
            continue
        other = spans.setdefault(labelled_range(span), span)
        if (other.value, other.note) != (span.value, span.note):
            message = _("“{text}” ({label}) comes twice, with a different value or note: the layer stays as it is.")
            text = item.article.text[span.start : span.end]
            raise InvalidEdit(Reason(Code.SPAN_DIFFERS, message.format(text=text, label=span.label)))
    uids = {span.uid: new_uid() if span.uid in used_uids else span.uid for span in spans.values()}
    edits = replace_layer(
        item.article,
        layer,
        [replace(span, uid=uids[span.uid]) for span in spans.values()],
        is_exact=layers.is_exact,
        unstated={uids.get(uid, uid) for uid in layers.unstated},
        counts_graphemes=layers.counts_graphemes,
    )
    if layers.is_exact or any(span.value for span in spans.values()):
        return edits
    # The program knows no values: what was read from the words of before is read again, as in the window.
    return [edit if edit.before is None else fill_values(item.article, [edit])[0] for edit in edits]


def _take_first(records: Iterable[_Record], name: str) -> list[_Record]:
    return [record for record in records if record.annotator == name][:1]
