"""What goes to a peer and should come back: articles, their spans by text, and corrections of them."""

import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from builders import label_words
from consumers.reading import LABELS, NAMES, WHO, build_samples, build_tricky_articles
from msgspec.structs import replace

from annotator.generators import finish
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.imports.importer import ImportOptions, ImportResult, import_paths
from annotator.jobs.imports.replacement import LayerReplacement
from annotator.model.article_builder import build_article
from annotator.model.records import DONE, AnnotatedArticle, Span, Status, new_uid
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list
from annotator.text.tokenizer import tokenize

Place = tuple[int, int, str]
"""Start, end and label of a span."""
Layers = dict[str, list[Place]]
"""The spans of each text, sorted."""
MARSUM = Path("data") / "articles" / "marsum.jsonl"


def build_articles(shared: Path | None) -> Iterator[AnnotatedArticle]:
    """Yield tricky articles, the samples, and the real ones if there are any; some have no spans or metadata."""
    yield from build_tricky_articles()
    emoji = "قبل 💉💉 الوزارةِ «الصحة»\u200f و\u200eSNRT\u200e 👨\u200d👩\u200d👧\u200d👦\t"
    text = f'{emoji}12 ماي\u00a02014 🇲🇦 <b>&amp; \\n "خطة" 2030.'
    words = (("الوزارةِ", "INSTITUTION"), ("SNRT", "INSTITUTION"), ("12 ماي\u00a02014", "DATE"), ("2030", "DATE"))
    spans = [
        replace(span, value="2014-05-12" if span.label == "DATE" else None, note="؟ 😀" if index % 2 else None)
        for index, span in enumerate(label_words(text, words, WHO))
    ]
    yield build_article(text, title="عنوان 😀", source="مصدر", spans=spans, states=[Status("", WHO, DONE)])
    yield from build_samples()
    if shared:
        dice = random.Random(11)
        for line in (shared / MARSUM).read_bytes().splitlines():
            fields = msgspec.json.decode(line)
            item = build_article(fields["text"], title=fields["title"], states=[Status("", WHO, DONE)])
            yield replace(item, spans=tuple(_draw_spans(item, dice)))


def _draw_spans(item: AnnotatedArticle, dice: random.Random) -> Iterator[Span]:
    words = list(tokenize(item.article.text))
    places = set()
    for _ in range(min(8, len(words))):
        first = dice.randrange(len(words))
        last = min(first + dice.choice((0, 1, 3)), len(words) - 1)
        places.add((words[first].start, words[last].end, dice.choice(NAMES)))
    yield from (Span(new_uid(), item.article.uid, WHO, label, start, end) for start, end, label in sorted(places))


def create_corpus(path: Path, articles: Iterable[AnnotatedArticle]) -> Corpus:
    """Create a corpus of these articles."""
    corpus = Corpus.create(path, LABELS)
    for item in articles:
        corpus.add(item)
    return corpus


def export_all(corpus: Corpus, path: Path, format_: str, **options: Any) -> None:
    """Export all layers and articles."""
    finish(export(corpus, path, ExportOptions(format=format_, state=ALL, **options)))


def import_back(folder: Path, paths: Iterable[Path]) -> tuple[Corpus, ImportResult]:
    """Import files into a fresh corpus in `folder`, as `WHO` where they name nobody."""
    corpus = Corpus.create(folder / f"{new_uid()}.corpus", LABELS)
    result = finish(import_paths(corpus, paths, ImportOptions(annotator=WHO)))
    return corpus, result


def replace_layer(corpus: Corpus, paths: Iterable[Path], theirs: str | None) -> ImportResult:
    """Make the layer of `WHO` what files say that name the annotator `theirs`, or nobody."""
    names = {theirs: WHO} if theirs else {}
    options = ImportOptions(annotator=WHO, annotator_names=names, replacement=LayerReplacement(WHO))
    return finish(import_paths(corpus, paths, options))


def load_articles(corpus: Corpus) -> list[AnnotatedArticle]:
    """Return all articles with all layers."""
    return [corpus.load_article(summary.id) for summary in article_list.load_all_summaries(corpus)]


def places_by_text(articles: Iterable[AnnotatedArticle]) -> Layers:
    """Return the spans of each text."""
    return {item.article.text: sorted((span.start, span.end, span.label) for span in item.spans) for item in articles}


class Correction(NamedTuple):
    """What somebody does to the spans of one text: a span moved, one relabelled, one deleted, one added."""

    moved: tuple[Place, Place]
    relabelled: tuple[Place, Place]
    deleted: Place
    added: Place


def plan_corrections(layers: Layers, count: int) -> dict[str, Correction]:
    """Plan corrections of the first texts with enough spans; those with emoji come first."""
    able = [text for text, places in layers.items() if len({place[:2] for place in places}) >= 3]
    able.sort(key=lambda text: max(text) <= "\uffff")
    return {text: _plan(text, layers[text]) for text in able[:count]}


def _plan(text: str, places: list[Place]) -> Correction:
    # From the end, behind the emoji.
    unique = [place for place in reversed(places) if [other[:2] for other in places].count(place[:2]) == 1]
    moved, relabelled, deleted = unique[:3]
    words = [(word.start, word.end) for word in tokenize(text)]
    free = [word for word in words if word not in {place[:2] for place in places}]
    start, end = free[-1]
    other_start, other_end = free[-2]
    label = NAMES[(NAMES.index(relabelled[2]) + 1) % len(NAMES)]
    return Correction(
        (moved, (other_start, other_end, moved[2])),
        (relabelled, (*relabelled[:2], label)),
        deleted,
        (start, end, NAMES[0]),
    )


def corrected(layers: Layers, corrections: dict[str, Correction]) -> Layers:
    """Return what the spans should be after the corrections."""
    result = {text: list(places) for text, places in layers.items()}
    for text, correction in corrections.items():
        for place in (correction.moved[0], correction.relabelled[0], correction.deleted):
            result[text].remove(place)
        result[text] = sorted([*result[text], correction.moved[1], correction.relabelled[1], correction.added])
    return result


def convert_places(places: Iterable[Place], convert: Callable[[int], int | None]) -> list[Place]:
    """Return places in another unit of offsets; fail for one that the unit cuts."""
    result = []
    for start, end, label in places:
        first, last = convert(start), convert(end)
        assert first is not None
        assert last is not None
        result.append((first, last, label))
    return result
