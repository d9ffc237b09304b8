"""Measure every figure that an issue asks for: ours, a named reference in the same run, and their ratio.

`python3 packaging/dev.py bench` measures all of it, `bench suggest effort` these parts (see PARTS), `bench --labelled
FILE` the suggestions on labelled texts of one's own. Seconds differ from machine to machine; the ratio to a known
reference differs less. Each ratio is that of the medians of many runs, taken by turns with the reference.
"""

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import adjudication_effort
import article_growth
import corpus_growth
import dates_accuracy
import effort
import growth
import install_size
import labelled_corpora
import model_accuracy
import page_speed
import peers
import plot
import results
import server_speed
import suggestion_accuracy
import suggestion_effort
import suggestion_speed
import sync_keys
import team_speed
import transfer_speed
import window_speed
from measuring import RUNS, Figure, not_measured

from annotator import i18n
from annotator.ui import app

Part: TypeAlias = Callable[[Path], Iterator[Figure | str]]
"""What yields figures, and lines that tell more about them; the folder is for the files that it takes."""
_PRESSES: Final = 200
_ARTICLES: Final = 200
_SAMPLES: Final = results.ROOT.parent / "shared" / "data"
_JSON: Final = results.ROOT / "build" / "bench.json"


def measure_speed(
    folder: Path,
    runs: int = RUNS,
    presses: int = _PRESSES,
    articles: int = _ARTICLES,
    python: Callable[[], Path] = peers.make_environment,
) -> Iterator[Figure]:
    """How fast the window answers, and a corpus is exported and imported."""
    app.create_application()
    yield from window_speed.measure(folder, runs, presses)
    yield from page_speed.measure(runs)
    yield from transfer_speed.measure(folder, max(1, runs // 3), articles, python)


def measure_growth(
    folder: Path,
    articles: Sequence[int] = corpus_growth.SIZES,
    spans: Sequence[int] = article_growth.SIZES,
    runs: int = RUNS,
) -> Iterator[Figure]:
    """How all of it grows."""
    app.create_application()
    yield from article_growth.measure(folder, spans, runs)
    yield from corpus_growth.measure(folder, articles, runs)


def _measure_effort(folder: Path) -> Iterator[Figure | str]:
    yield from effort.measure(folder)
    yield from adjudication_effort.measure(folder)
    yield from _measure_samples(_SAMPLES, "what a span costs with suggestions", _measure_helped_effort, folder)


def _measure_helped_effort(samples: Path, folder: Path) -> Iterator[Figure]:
    """Measure what a span costs with suggestions, on the sample that they were tuned to and on news."""
    names = model_accuracy.TWO
    work = suggestion_effort.load_gold_articles(samples / "ner" / "wojood-sample-train.txt", folder, names)
    yield from suggestion_effort.measure("Wojood", work, names, folder)
    articles = samples / "articles" / "marsum.jsonl"
    for what, labels in (("news", labelled_corpora.NEWS_LABELS), ("seen news", labelled_corpora.SEEN_NEWS_LABELS)):
        news = labelled_corpora.load_news(articles, labels)
        yield from suggestion_effort.measure(what, news, labelled_corpora.NEWS, folder)


def _measure_suggestions(folder: Path) -> Iterator[Figure | str]:
    yield from _measure_samples(_SAMPLES / "dates", "dates that are found", dates_accuracy.measure)
    yield from _measure_samples(_SAMPLES / "ner", "how good the model is", model_accuracy.measure)
    yield from _measure_samples(_SAMPLES, "how good the suggestions are", suggestion_accuracy.measure, folder)
    yield from suggestion_speed.measure()


def _measure_team(folder: Path) -> Iterator[Figure | str]:
    yield from team_speed.measure(folder)
    yield from server_speed.measure(folder)
    yield from sync_keys.measure(folder)


def _measure_labelled(paths: Iterable[Path], labels: Collection[str], folder: Path) -> Iterator[Figure | str]:
    corpora = (labelled_corpora.load_column_file(path, only=labels) for path in paths)
    yield from suggestion_accuracy.measure_all(corpora, folder)


def _measure_samples(
    samples: Path, what: str, measure: Callable[..., Iterator[Figure | str]], *rest: Path
) -> Iterator[Figure | str]:
    """Measure on the real texts beside the checkout, or yield that they are not there."""
    if samples.exists():
        yield from measure(samples, *rest)
    else:
        yield not_measured(what, f"the real texts ({_SAMPLES.parent.name}/) are not beside this checkout")


PARTS: Final[dict[str, Part]] = {
    "speed": measure_speed,
    "effort": _measure_effort,
    "suggest": _measure_suggestions,
    "size": install_size.measure,
    "team": _measure_team,
    "growth": measure_growth,
}
"""What can be measured by itself."""


def main(arguments: Sequence[str]) -> int:
    """Measure these parts, or all: the table, the JSON, and on request the page."""
    i18n.set_language("en")
    parser = argparse.ArgumentParser("dev.py bench", description="Measure the main job against other programs.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; without one, all of them")
    parser.add_argument(
        "--labelled",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="labelled column files on which suggestions are measured, instead of any part",
    )
    parser.add_argument("--labels", nargs="+", default=(), help="labels of these files; else all frequent ones")
    parser.add_argument("--json", type=Path, default=_JSON, help="where the figures are written; else build/bench.json")
    parser.add_argument("--page", type=Path, help="a page whose tables, and the picture beside it, are made anew")
    options = parser.parse_args(arguments)
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        print(f"bench: no part {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    page = ""
    if options.page:
        try:
            page = options.page.read_text(encoding="utf-8")
            results.fill_page(page, dict.fromkeys(results.PLACES, ()))
        except (OSError, ValueError) as error:  # sooner than half an hour later
            parser.error(str(error))
        if options.parts or options.labelled:
            parser.error("a page is about all parts: name none")
    if options.labelled and options.parts:
        parser.error("name parts or labelled files")
    parts = {"labelled": partial(_measure_labelled, options.labelled, options.labels)} if options.labelled else PARTS
    facts = results.describe_machine() | {"load_before": results.read_load()}
    figures, failed = list[Figure](), False
    for part, measure in parts.items():
        if not options.parts or part in options.parts:
            try:
                for figure in _measure_part(part, measure):
                    figures.append(figure)
            except Exception as error:  # the others are still worth their while
                traceback.print_exc()
                figures.append(not_measured(f"the part {part}", f"{type(error).__name__}: {error}"))
                failed = True
    facts["load_after"] = results.read_load()
    growths = list(growth.group_series(figures))
    tables = results.make_tables(figures, growths)
    for table in tables.values():
        print("", *results.align(table), sep="\n")
    print("", *results.format_facts(facts), sep="\n")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(results.format_json(figures, growths, facts), encoding="utf-8")
    if options.page:
        lines = {name: results.format_markdown(table) for name, table in tables.items()} | {
            "machine": results.format_facts(facts)
        }
        filled = results.fill_page(page, {name: lines.get(name, ()) for name in results.PLACES})
        options.page.write_text(filled, encoding="utf-8")
        picture = options.page.parent / "growth.svg"
        picture.write_text(plot.draw_svg(growths), encoding="utf-8")
    return int(failed)


def _measure_part(part: str, measure: Part) -> Iterator[Figure]:
    """Yield the figures of a part; print its lines, and how long it took, at once."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        os.environ["ANNOTATOR_HOME"] = str(Path(name) / "home")
        for item in measure(Path(name)):
            if isinstance(item, Figure):
                print(".", end="", file=sys.stderr, flush=True)
                yield item
            else:
                print(item, flush=True)
    print(f" {part}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
