"""Any changes of labels and joins of people in three copies, between any work and merges, come to the same."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from builders import apply_edits, build_label_set, build_plain_article, create_corpus
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from strategies import examples

from annotator.generators import finish
from annotator.model import operations
from annotator.model.history import build_stacks, reverse_step
from annotator.model.label_changes import REMOVE, LabelChange
from annotator.model.labels import LabelSet
from annotator.model.records import Edit, Suggestion, article_uid
from annotator.store.annotator_merging import build_join
from annotator.store.changesets import read_changeset, read_people
from annotator.store.corpus import Corpus
from annotator.store.errors import Conflict
from annotator.store.label_rows import read_label_edits, read_label_uids
from annotator.store.label_set import add_labels, change_labels, count_spans
from annotator.store.merging import merge
from annotator.store.recovery.integrity import check_integrity

TEXT: Final = "أعلنت وزارة الصحة 😀 عن خطة 2024"
ARTICLE: Final = article_uid(TEXT)
NAMES: Final = "ABCDE"
WORK: Final = ("tag", "tag", "tag", "relabel", "describe", "remove", "reject", "undo")
LABEL_CHANGES: Final = ("rename", "swap", "add", "replace", "remove label")


class Move(Struct, frozen=True):
    """What is done in a copy; the numbers choose to what."""

    copy: int
    verb: str
    first: int
    second: int


MOVES: Final = st.builds(
    Move,
    st.integers(0, 2),
    st.sampled_from((*WORK, *LABEL_CHANGES, "merge", "merge", "join")),
    st.integers(0, 5),
    st.integers(0, 5),
)


def work(corpus: Corpus, annotator: str, move: Move) -> None:
    article, layer = corpus.article(ARTICLE), corpus.spans(ARTICLE, annotator)
    labels = [label.name for label in corpus.labels().labels]
    label, start = labels[move.first % len(labels)], 4 * (move.second % 4)
    if move.verb == "undo":
        if undo := build_stacks(corpus.history(ARTICLE, annotator))[0]:
            step = corpus.step(undo[-1].uid)
            with suppress(Conflict):  # of two equal steps of people who were joined, one changed nothing
                apply_edits(corpus, reverse_step(step), annotator, step.uid)
        return
    edits: list[Edit] = []
    if move.verb == "tag":
        edits = operations.add_span(article, layer, annotator, label, start, start + 4)
    elif move.verb == "reject":
        edits = operations.reject(article, annotator, Suggestion(start, start + 4, label, "memory", 0.9))
    elif layer:
        span = layer[move.second % len(layer)]
        if move.verb == "relabel":
            edits = operations.relabel(article, layer, span, label)
        elif move.verb == "describe":
            edits = operations.describe_span(span, "", str(move.first))
        else:
            edits = operations.remove_span(span)
    if edits:
        apply_edits(corpus, edits, annotator)


def move_labels(corpus: Corpus, move: Move) -> None:
    before = corpus.labels()
    names = [label.name for label in before.labels]
    name, other = names[move.first % len(names)], names[move.second % len(names)]
    new_names, replacements = {name_: name_ for name_ in names}, dict[str, str]()
    free_names = [free_name for free_name in NAMES if free_name not in names]
    if move.verb == "add":
        if free_names:
            add_labels(corpus, free_names[move.first % len(free_names)])
        return
    if move.verb == "rename" and free_names:
        new_names[name] = free_names[move.second % len(free_names)]
    elif move.verb == "swap":
        new_names[name], new_names[other] = other, name
    elif move.verb in ("replace", "remove label") and name != other:
        del new_names[name]
        if count_spans(corpus).get(name):
            replacements[name] = other if move.verb == "replace" else REMOVE
    labels = (replace(label, name=new_names[label.name]) for label in before.labels if label.name in new_names)
    finish(change_labels(corpus, LabelChange(before, LabelSet(tuple(labels)), new_names, replacements)))


def join(corpus: Corpus, move: Move) -> None:
    """Say that two annotators are one person."""
    names = corpus.annotators()
    name, other = names[move.first % len(names)], names[move.second % len(names)]
    if name != other:
        finish(merge(corpus, build_join(corpus, name, other)))


def send(source: Corpus, target: Corpus) -> None:
    finish(merge(target, read_changeset(source)))
    assert list(check_integrity(target)) == []


def describe(corpus: Corpus) -> tuple[object, ...]:
    """Return all that must be the same; steps that complete a deletion depend on the order of merges."""
    people = {person.name: person.uids for person in read_people(corpus)}  # who may have other names elsewhere
    return (
        corpus.labels(),
        read_label_uids(corpus),
        read_label_edits(corpus),
        set(people.values()),
        [replace(span, annotator=people[span.annotator][0]) for span in corpus.spans(ARTICLE)],
        corpus.fetch_tuples("SELECT step, reason FROM conflict ORDER BY step"),
        corpus.fetch_tuples('SELECT uid, label, start, "end" FROM rejection ORDER BY uid'),
    )


@contextmanager
def open_copies(folder: Path) -> Iterator[list[Corpus]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Corpus.open(path)) for path in sorted(folder.iterdir()) if path.suffix == ".corpus"]


def create_copies(folder: Path, annotators: Sequence[str]) -> None:
    first = folder / "0.corpus"
    with create_corpus(first, build_plain_article(TEXT), labels=build_label_set("A", "B", "C")) as corpus:
        for annotator in set(annotators):  # who have one identity in all copies
            apply_edits(
                corpus, operations.set_state(None, corpus.article(ARTICLE), annotator, "in_progress"), annotator
            )
    for number in (1, 2):
        shutil.copyfile(first, folder / f"{number}.corpus")


@pytest.mark.slow
@examples(25)
@given(
    st.lists(MOVES, min_size=4, max_size=24),
    st.sampled_from([("سناء", "عمر", "سلمى"), ("سناء", "سناء", "سلمى")]),
    st.sampled_from(list(permutations(range(3)))),
)
def test_order_and_grouping_of_merges_do_not_matter(
    moves: list[Move], annotators: tuple[str, str, str], order: tuple[int, int, int]
) -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "copies"
        folder.mkdir()
        create_copies(folder, annotators)
        with open_copies(folder) as copies:
            uids = {person.name: person.uids[0] for person in read_people(copies[0])}
            for move in moves:
                corpus = copies[move.copy]
                [annotator] = [p.name for p in read_people(corpus) if uids[annotators[move.copy]] in p.uids]
                with suppress(operations.InvalidEdit):
                    if move.verb == "merge":
                        send(copies[move.first % 3], corpus)
                    elif move.verb in LABEL_CHANGES:
                        move_labels(corpus, move)
                    elif move.verb == "join":
                        join(corpus, move)
                    else:
                        work(corpus, annotator, move)
                assert list(check_integrity(corpus)) == []
        shutil.copytree(folder, Path(temporary) / "other copies")
        with open_copies(folder) as (first, second, third):
            send(second, first)
            send(third, first)
            expected = describe(first)
            send(first, second)
            send(second, first)
            assert describe(first) == describe(second) == expected
            # Whatever labels and people are called: no edit looks like one that is missing (see `model.step_parts`).
            assert finish(merge(second, read_changeset(first))).steps == 0
        with open_copies(Path(temporary) / "other copies") as others:
            first, second, third = (others[number] for number in order)
            send(first, second)
            send(second, third)
            assert describe(third) == expected
