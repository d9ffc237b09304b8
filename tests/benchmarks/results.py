"""Format the figures as a table for the terminal, as tables of docs/figures/performance.md, and as JSON."""

import json
import os
import platform
import sqlite3
import statistics
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from growth import LINEAR, Series
from measuring import MEDIAN, RATIO, Figure, Wanted
from PySide6 import QtCore

from annotator import __version__

ROOT: Final = Path(__file__).resolve().parents[2]
PLACES: Final = ("machine", "figures", "growth by articles", "growth by spans an article")
"""What a page has a place for, between markers."""
_HEADS: Final = ("figure", "ours", "99 %", "reference", "ratio", "wanted", "met")
_MET: Final = {True: "yes", False: "NO", None: ""}
_BEGIN: Final = "<!-- {name}: made by dev.py bench --page -->"
_END: Final = "<!-- end of {name} -->"


def make_tables(figures: Iterable[Figure], growths: Iterable[Series]) -> dict[str, list[tuple[str, ...]]]:
    """Return the tables by their names on the page: all figures, and a table for each kind of growth."""
    some = list(growths)
    by_size = {
        f"growth by {by}": list(make_growth_rows(some, by)) for by in dict.fromkeys(series.by for series in some)
    }
    return {"figures": list(make_rows(figures)), **by_size}


def make_rows(figures: Iterable[Figure]) -> Iterator[tuple[str, ...]]:
    """Yield the heads and a row of texts for each figure.

    Figures of a growth have one where a bound is wanted, and the one of the most where they have a reference.
    """
    some = list(figures)
    most = {figure.what: figure.size.count for figure in sorted(some, key=_count_of) if figure.size}
    yield _HEADS
    for figure in some:
        is_compared = bool(figure.reference) and _count_of(figure) == most.get(figure.what)
        if figure.size is None or figure.wanted or figure.why or is_compared:
            yield _make_row(figure)


def _count_of(figure: Figure) -> int:
    return figure.size.count if figure.size else 0


def _make_row(figure: Figure) -> tuple[str, ...]:
    what = f"{figure.what} ({figure.size.count:,} {figure.size.by})" if figure.size else figure.what
    if not figure.own:
        return what, f"not measured: {figure.why}", "", figure.against, "", _format_wanted(figure), ""
    many = len(figure.own) > 1
    reference = (
        f"{figure.against}: {format_value(statistics.median(figure.reference), figure.unit)}"
        if figure.reference
        else figure.against
    )
    ratio = figure.ratio()
    return (
        what,
        format_value(figure.median(), figure.unit),
        format_value(figure.percentile("99 %"), figure.unit) if many else "",
        reference,
        "" if ratio is None else f"{ratio:.2f}",
        _format_wanted(figure),
        _MET[figure.is_met()],
    )


def _format_wanted(figure: Figure) -> str:
    if not figure.wanted:
        return ""
    of, bound, issue = figure.wanted
    sign = "at least" if figure.more else "at most"
    value = f"{bound:.3g}" if of == RATIO else format_value(bound, figure.unit)
    subject = {MEDIAN: "", RATIO: "ratio "}.get(of, f"{of} ")
    if of not in (MEDIAN, RATIO, "99 %") and figure.own:
        subject = f"{of} ({format_value(figure.percentile(of), figure.unit)}) "
    return f"{subject}{sign} {value} (issue {issue})"


def format_value(value: float, unit: str) -> str:
    """Return a value with its unit, in as many digits as are significant."""
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
    return f"{value:,.{digits}f}{'' if unit in ('', '%') else ' '}{unit}"


def make_growth_rows(growths: Iterable[Series], by: str) -> Iterator[tuple[str, ...]]:
    """Yield a row for each series by articles, or by spans: medians, exponents, and whether it is superlinear."""
    some = [series for series in growths if series.by == by]
    sizes = sorted({count for series in some for count, _ in series.points})
    yield ("figure", *(f"{count:,} {by}" for count in sizes), "exponent", "last step", f"above {LINEAR}")
    for series in some:
        values = dict(series.points)
        measured = (format_value(values[count], series.unit) if count in values else "" for count in sizes)
        yield (
            series.what,
            *measured,
            f"{series.exponent():.2f}",
            f"{series.last_exponent():.2f}",
            "YES" if series.is_superlinear() else "",
        )


def align(table: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table for a terminal, with aligned columns."""
    lines = list(table)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for row in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def format_markdown(table: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table for a page, with failures in bold."""
    for number, row in enumerate(table):
        cells = (f"**{cell.lower()}**" if cell in ("NO", "YES") else cell.replace("|", "\\|") for cell in row)
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield f"|{' --- |' * len(row)}"


def describe_machine() -> dict[str, Any]:
    """Return what the figures were taken with and on, without anything that identifies the machine."""
    return {
        "program": __version__,
        "commit": _read_commit(),
        "processor": _read_processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "qt": QtCore.qVersion(),
        "sqlite": sqlite3.sqlite_version,
    }


def format_facts(facts: dict[str, Any]) -> Iterator[str]:
    """Yield the facts of `describe_machine`, and the load where it is known, in a line for each kind."""
    yield f"Version {facts['program']}, commit {facts['commit'] or 'unknown'}."
    parts = (f"Python {facts['python']}", f"Qt {facts['qt']}", f"SQLite {facts['sqlite']}")
    yield f"{facts['processor']}, {facts['cores']} cores, {facts['system']}, {', '.join(parts)}."
    if facts.get("load_before") is not None:
        yield (
            f"Load (programs that wanted a core) before: {facts['load_before']}, after: {facts['load_after']}; "
            "the bench itself is one."
        )


def read_load() -> float | None:
    """Return the average number of programs that wanted a core in the last minute, or None where that is unknown."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def _read_commit() -> str | None:
    try:
        completed = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=ROOT, capture_output=True, text=True
        )
    except OSError:
        return None
    return completed.stdout.strip() or None


def _read_processor() -> str:
    about = Path("/proc/cpuinfo")
    lines = about.read_text(encoding="utf-8").splitlines() if about.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor())


def format_json(figures: Sequence[Figure], growths: Sequence[Series], facts: dict[str, Any]) -> str:
    """Return everything that was measured as JSON, for other programs."""
    data = {
        "machine": facts,
        "figures": [_figure_fields(figure) for figure in figures],
        "growth": [
            {
                **{"figure": series.what, "unit": series.unit, "by": series.by, "each": series.each},
                "points": [list(point) for point in series.points],
                **{
                    "exponent": series.exponent(),
                    "last_step": series.last_exponent(),
                    "worse_than_linear": series.is_superlinear(),
                },
            }
            for series in growths
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _figure_fields(figure: Figure) -> dict[str, Any]:
    reference = {"name": figure.against, "median": statistics.median(figure.reference)} if figure.reference else None
    return {
        **{"figure": figure.what, "unit": figure.unit, "runs": len(figure.own), "not_measured": figure.why or None},
        "median": figure.median() if figure.own else None,
        "p95": figure.percentile("95 %") if figure.own else None,
        "p99": figure.percentile("99 %") if figure.own else None,
        **{
            "reference": reference,
            "ratio": figure.ratio(),
            "wanted": _wanted_fields(figure.wanted, figure.more),
            "met": figure.is_met(),
        },
        "size": figure.size and {"by": figure.size.by, "count": figure.size.count},
    }


def _wanted_fields(wanted: Wanted | None, more: bool) -> dict[str, Any] | None:
    if wanted is None:
        return None
    return {"of": wanted.of, "at": "least" if more else "most", "bound": wanted.bound, "issue": wanted.issue}


def fill_page(page: str, parts: dict[str, Iterable[str]]) -> str:
    """Return the page with these lines between the markers of each part. Raises ValueError for a missing marker."""
    for name, lines in parts.items():
        begin, end = _BEGIN.format(name=name), _END.format(name=name)
        before, marker, remainder = page.partition(begin)
        _, also, after = remainder.partition(end)
        if not marker or not also:
            raise ValueError(f"the page has no “{begin}” with “{end}” after it")
        page = "\n".join((before + begin, "", *lines, "", end + after))
    return page
