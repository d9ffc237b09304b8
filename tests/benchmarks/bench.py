"""Every figure that an issue asks for, in one table: ours, a named reference in the same run, their ratio, what is
wanted.

`python3 packaging/dev.py bench` measures all of it, `bench suggest effort` these parts (see PARTS). Seconds differ from
machine to machine; how many times as long as a known thing something takes differs less. Each ratio is that of the
medians of many runs, taken by turns with the reference.
"""

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import article_growth
import corpus_growth
import dates_accuracy
import desk_speed
import effort
import growth
import install_size
import model_accuracy
import page_speed
import peers
import plot
import results
import suggestion_effort
import suggestion_speed
import transfer_speed
from measuring import RUNS, Figure, not_measured

from annotator import i18n
from annotator.ui import app

Part: TypeAlias = Callable[[Path], Iterator[Figure | str]]
"""What yields figures, and lines that tell more about them; the folder is for the files that it takes."""
_PRESSES: Final = 200
_ARTICLES: Final = 200
_SAMPLES: Final = results.ROOT.parent / "shared" / "data"
_WOJOOD: Final = "wojood-sample-train.txt"
_JSON: Final = results.ROOT / "build" / "bench.json"


def speed(
    folder: Path,
    runs: int = RUNS,
    presses: int = _PRESSES,
    articles: int = _ARTICLES,
    python: Callable[[], Path] = peers.environment,
) -> Iterator[Figure]:
    """How fast the desk answers, and a corpus is exported and imported."""
    app.create_application()
    yield from desk_speed.figures(folder, runs, presses)
    yield from page_speed.figures(runs)
    yield from transfer_speed.figures(folder, max(1, runs // 3), articles, python)


def grown(
    folder: Path,
    articles: Sequence[int] = corpus_growth.SIZES,
    spans: Sequence[int] = article_growth.SIZES,
    runs: int = RUNS,
) -> Iterator[Figure]:
    """How all of it grows."""
    app.create_application()
    yield from article_growth.figures(folder, spans, runs)
    yield from corpus_growth.figures(folder, articles, runs)


def _effort(folder: Path) -> Iterator[Figure | str]:
    yield from effort.figures(folder)
    yield from _on(_SAMPLES / "ner" / _WOJOOD, "what a span costs with suggestions", suggestion_effort.figures, folder)


def _suggest(_folder: Path) -> Iterator[Figure | str]:
    yield from _on(_SAMPLES / "dates", "dates that are found", dates_accuracy.figures)
    yield from _on(_SAMPLES / "ner", "how good the model is", model_accuracy.figures)
    yield suggestion_speed.figure()


def _on(
    samples: Path, what: str, measure: Callable[..., Iterator[Figure | str]], *rest: Path
) -> Iterator[Figure | str]:
    """What is measured on the real texts beside the checkout, or that they are not there."""
    if samples.exists():
        yield from measure(samples, *rest)
    else:
        yield not_measured(what, f"the real texts ({_SAMPLES.parent.name}/) are not beside this checkout")


PARTS: Final[dict[str, Part]] = {
    "speed": speed,
    "effort": _effort,
    "suggest": _suggest,
    "size": install_size.figures,
    "growth": grown,
}
"""What can be measured by itself."""


def main(arguments: Sequence[str]) -> int:
    """Measure these parts, or all: the table, the JSON, and on request the page."""
    i18n.set_language("en")
    parser = argparse.ArgumentParser("dev.py bench", description="Measure the main job against known things.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; without one, all of them")
    parser.add_argument("--json", type=Path, default=_JSON, help="where the figures are written; else build/bench.json")
    parser.add_argument("--page", type=Path, help="a page whose tables, and the picture beside it, are made anew")
    asked = parser.parse_args(arguments)
    unknown = [part for part in asked.parts if part not in PARTS]
    if unknown:
        print(f"bench: no part {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    page = ""
    if asked.page:
        try:
            page = asked.page.read_text(encoding="utf-8")
            results.put_in(page, dict.fromkeys(results.PLACES, ()))
        except (OSError, ValueError) as error:  # sooner than half an hour later
            parser.error(str(error))
        if asked.parts:
            parser.error("a page is about all parts: name none")
    facts = results.machine() | {"load_before": results.load()}
    figures, failed = list[Figure](), False
    for part in PARTS:
        if not asked.parts or part in asked.parts:
            try:
                for figure in _measured(part):
                    figures.append(figure)
            except Exception as error:  # the others are still worth their while
                traceback.print_exc()
                figures.append(not_measured(f"the part {part}", f"{type(error).__name__}: {error}"))
                failed = True
    facts["load_after"] = results.load()
    found = list(growth.series(figures))
    tables = results.tables(figures, found)
    for table in tables.values():
        print("", *results.aligned(table), sep="\n")
    print("", *results.told(facts), sep="\n")
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(results.as_json(figures, found, facts), encoding="utf-8")
    if asked.page:
        lines = {name: results.markdown(table) for name, table in tables.items()} | {"machine": results.told(facts)}
        made = results.put_in(page, {name: lines.get(name, ()) for name in results.PLACES})
        asked.page.write_text(made, encoding="utf-8")
        picture = asked.page.parent / "growth.svg"
        picture.write_text(plot.svg(found), encoding="utf-8")
    return int(failed)


def _measured(part: str) -> Iterator[Figure]:
    """The figures of a part; what is told of them beside, and how long it took, is printed at once."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        os.environ["ANNOTATOR_HOME"] = str(Path(name) / "home")
        for one in PARTS[part](Path(name)):
            if isinstance(one, Figure):
                print(".", end="", file=sys.stderr, flush=True)
                yield one
            else:
                print(one, flush=True)
    print(f" {part}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
