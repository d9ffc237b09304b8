"""What the layers of an article agree on, and the disagreements that somebody has to decide.

A span that all annotators have, or a quorum of them, is agreed. The others, joined where they overlap, are a
disagreement: its candidates are what each annotator has there, which may be nothing. A span that all have with
different values is a disagreement of its own.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgspec
from msgspec import Struct

from annotator.model.records import Span
from annotator.text.folding import fold
from annotator.text.proclitics import normalise_form

_Key: TypeAlias = tuple[int, int, str]
CandidateKind: TypeAlias = tuple[tuple[int, str, str, str | None], ...]


class CandidateSpan(NamedTuple):
    """What annotators have in common in a span; offsets are code points of the article."""

    start: int
    end: int
    label: str
    value: str | None = None


class AgreedSpan(Struct, frozen=True, gc=False):
    """A span that `votes` annotators have alike."""

    span: CandidateSpan
    votes: int


class Candidate(Struct, frozen=True):
    """What these annotators have in the place of a disagreement: spans in the order of the text, or none."""

    spans: tuple[CandidateSpan, ...]
    annotators: tuple[str, ...]

    @property
    def votes(self) -> int:
        """The number of annotators."""
        return len(self.annotators)


class Disagreement(Struct, frozen=True):
    """A place in which annotators differ; the candidates with most votes come first, of a tie the longest."""

    start: int
    end: int
    candidates: tuple[Candidate, ...]

    @property
    def annotator_count(self) -> int:
        """The number of annotators who have done the article."""
        return sum(candidate.votes for candidate in self.candidates)

    @property
    def majority(self) -> Candidate | None:
        """What more than half of the annotators have; None without a majority."""
        first = self.candidates[0]
        return first if 2 * first.votes > self.annotator_count else None

    @property
    def example(self) -> CandidateSpan:
        """The span that stands for the disagreement: the longest of the first candidate that has any."""
        spans = next(candidate.spans for candidate in self.candidates if candidate.spans)
        return max(spans, key=lambda span: (span.end - span.start, -span.start))


class Comparison(Struct, frozen=True):
    """What the layers of an article agree on, and where they differ, both in the order of the text."""

    annotators: tuple[str, ...]
    agreed: tuple[AgreedSpan, ...]
    disagreements: tuple[Disagreement, ...]


def compare_layers(layers: Mapping[str, Iterable[Span]], quorum: int | None = None) -> Comparison:
    """Compare the layers of an article by annotator.

    `quorum` is the number of annotators who make a span agreed, or make it agreed that there is none; by default all.
    """
    needed = quorum or len(layers)
    values_by_key: defaultdict[_Key, dict[str, str | None]] = defaultdict(dict)
    for annotator, spans in layers.items():
        for span in spans:
            values_by_key[span.start, span.end, span.label][annotator] = span.value
    agreed, contested, disagreements = [], [], []
    for key, values in values_by_key.items():
        if len(values) < needed:
            contested.append(key)
            continue
        [(value, votes)] = Counter(values.values()).most_common(1)
        if votes >= needed:
            agreed.append(AgreedSpan(CandidateSpan(*key, value), votes))
        else:
            disagreements.append(_build_disagreement([key], values_by_key, layers))
    for group in _group_overlapping(contested):
        disagreement = _build_disagreement(group, values_by_key, layers)
        if not any(candidate.votes >= needed for candidate in disagreement.candidates):  # else nothing is agreed there
            disagreements.append(disagreement)
    return Comparison(
        tuple(layers),
        tuple(sorted(agreed, key=lambda agreed_span: _text_order(agreed_span.span))),
        tuple(sorted(disagreements, key=lambda disagreement: (disagreement.start, -disagreement.end))),
    )


def encode_votes(disagreement: Disagreement, label_uids: Mapping[str, str]) -> str:
    """Return the JSON of the candidates with their votes, which differs if anything of them has changed.

    Labels stand in it by their uids, so that a renamed one changes nothing. Annotators do not, who may have other names
    in other files: each candidate is the number of its votes and its spans.
    """
    votes = sorted(
        (
            candidate.votes,
            [
                (span.start, span.end, label_uids.get(span.label, span.label), span.value or "")
                for span in candidate.spans
            ],
        )
        for candidate in disagreement.candidates
    )
    return msgspec.json.encode(votes).decode()


def describe_candidate(disagreement: Disagreement, candidate: Candidate, text: str) -> CandidateKind:
    """Return what the same candidate of the same disagreement in another place has too: see `describe_kind`."""
    return tuple(
        (
            len(fold(text[disagreement.start : span.start])),
            normalise_form(text, span.start, span.end),
            span.label,
            span.value,
        )
        for span in candidate.spans
    )


def describe_kind(disagreement: Disagreement, text: str) -> tuple[str, frozenset[CandidateKind]]:
    """Return what the same disagreement in another place has too: the words, and the candidates, whoever has them.

    Words are compared by their surface form, as the memory compares them.
    """
    candidates = (describe_candidate(disagreement, candidate, text) for candidate in disagreement.candidates)
    return normalise_form(text, disagreement.start, disagreement.end), frozenset(candidates)


def find_candidate(disagreement: Disagreement, text: str, kind: CandidateKind) -> Candidate | None:
    """Return the candidate of this kind (see `describe_candidate`), if there is one."""
    return next(
        (each for each in disagreement.candidates if describe_candidate(disagreement, each, text) == kind), None
    )


def shuffle_annotators(annotators: Iterable[str], article: str, secret: str) -> list[str]:
    """Return the annotators in an order that tells nothing of them, and is another one in each article.

    `article` is its uid, `secret` what only the corpus knows, such as the uid of a blind batch.
    """
    return sorted(annotators, key=lambda name: hashlib.sha256(f"{secret} {article} {name}".encode()).digest())


def _group_overlapping(keys: Iterable[_Key]) -> Iterator[list[_Key]]:
    group: list[_Key] = []
    group_end = 0
    for key in sorted(keys):
        if group and key[0] >= group_end:
            yield group
            group = []
        group.append(key)
        group_end = max(group_end, key[1])
    if group:
        yield group


def _build_disagreement(
    keys: Sequence[_Key], values_by_key: Mapping[_Key, Mapping[str, str | None]], annotators: Iterable[str]
) -> Disagreement:
    by_annotator: dict[str, list[CandidateSpan]] = {annotator: [] for annotator in annotators}
    for key in keys:
        for annotator, value in values_by_key[key].items():
            by_annotator[annotator].append(CandidateSpan(*key, value))
    voters: defaultdict[tuple[CandidateSpan, ...], list[str]] = defaultdict(list)
    for annotator, spans in by_annotator.items():
        voters[tuple(sorted(spans, key=_text_order))].append(annotator)
    candidates = [Candidate(spans, tuple(names)) for spans, names in voters.items()]
    candidates.sort(key=_candidate_order)
    return Disagreement(min(key[0] for key in keys), max(key[1] for key in keys), tuple(candidates))


def _candidate_order(candidate: Candidate) -> tuple[object, ...]:
    """Sort by votes, then length, then the spans, one with a value first; never by who voted."""
    length = sum(span.end - span.start for span in candidate.spans)
    return -candidate.votes, -length, [_text_order(span) for span in candidate.spans]


def _text_order(span: CandidateSpan) -> tuple[int, int, str, bool, str]:
    return span.start, -span.end, span.label, span.value is None, span.value or ""
