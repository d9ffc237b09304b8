"""The figures as a table for the terminal, as tables of docs/figures/performance.md, and as JSON."""

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


def tables(figures: Iterable[Figure], found: Iterable[Series]) -> dict[str, list[tuple[str, ...]]]:
    """The tables by the name that they have on the page: all figures, and for what each growth is by a table."""
    some = list(found)
    by_size = {f"growth by {by}": list(growth_rows(some, by)) for by in dict.fromkeys(one.by for one in some)}
    return {"figures": list(rows(figures)), **by_size}


def rows(figures: Iterable[Figure]) -> Iterator[tuple[str, ...]]:
    """A row of texts for each figure, beneath the heads: those of a growth only where something is wanted of them."""
    yield _HEADS
    for one in figures:
        if one.size is None or one.wanted or one.why:
            yield _row(one)


def _row(one: Figure) -> tuple[str, ...]:
    what = f"{one.what} ({one.size.count:,} {one.size.by})" if one.size else one.what
    if not one.own:
        return what, f"not measured: {one.why}", "", one.against, "", _wanted(one), ""
    many = len(one.own) > 1
    reference = f"{one.against}: {said(statistics.median(one.reference), one.unit)}" if one.reference else one.against
    ratio = one.ratio()
    return (
        what,
        said(one.median(), one.unit),
        said(one.within("99 %"), one.unit) if many else "",
        reference,
        "" if ratio is None else f"{ratio:.2f}",
        _wanted(one),
        _MET[one.met()],
    )


def _wanted(one: Figure) -> str:
    if not one.wanted:
        return ""
    of, bound, issue = one.wanted
    sign = "at least" if one.more else "at most"
    value = f"{bound:.3g}" if of == RATIO else said(bound, one.unit)
    subject = {MEDIAN: "", RATIO: "ratio "}.get(of, f"{of} ")
    if of not in (MEDIAN, RATIO, "99 %") and one.own:
        subject = f"{of} ({said(one.within(of), one.unit)}) "
    return f"{subject}{sign} {value} (issue {issue})"


def said(value: float, unit: str) -> str:
    """A value with its unit, in as many digits as tell something."""
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
    return f"{value:,.{digits}f}{'' if unit in ('', '%') else ' '}{unit}"


def growth_rows(found: Iterable[Series], by: str) -> Iterator[tuple[str, ...]]:
    """A row for each series by articles, or by spans: its medians, the exponents, and whether that is more than
    linear."""
    some = [one for one in found if one.by == by]
    sizes = sorted({count for one in some for count, _ in one.points})
    yield ("figure", *(f"{count:,} {by}" for count in sizes), "exponent", "last step", f"above {LINEAR}")
    for one in some:
        values = dict(one.points)
        measured = (said(values[count], one.unit) if count in values else "" for count in sizes)
        yield one.what, *measured, f"{one.exponent():.2f}", f"{one.at_last():.2f}", "YES" if one.worse() else ""


def aligned(table: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table for a terminal: the first column to the left, so the rest."""
    found = list(table)
    widths = [max(map(len, column)) for column in zip(*found, strict=True)]
    for row in found:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def markdown(table: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table of a page; what is not as wanted stands out."""
    for at, row in enumerate(table):
        cells = (f"**{cell.lower()}**" if cell in ("NO", "YES") else cell.replace("|", "\\|") for cell in row)
        yield f"| {' | '.join(cells)} |"
        if at == 0:
            yield f"|{' --- |' * len(row)}"


def machine() -> dict[str, Any]:
    """What the figures were taken with and on, and nothing that names the machine or a folder of it."""
    return {
        "program": __version__,
        "commit": _commit(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "qt": QtCore.qVersion(),
        "sqlite": sqlite3.sqlite_version,
    }


def told(facts: dict[str, Any]) -> Iterator[str]:
    """The facts of `machine`, and the load where it is known, in a line for each kind."""
    yield f"Version {facts['program']}, commit {facts['commit'] or 'unknown'}."
    parts = (f"Python {facts['python']}", f"Qt {facts['qt']}", f"SQLite {facts['sqlite']}")
    yield f"{facts['processor']}, {facts['cores']} cores, {facts['system']}, {', '.join(parts)}."
    if facts.get("load_before") is not None:
        yield (
            f"Load (programs that wanted a core) before: {facts['load_before']}, after: {facts['load_after']}; "
            "the bench itself is one."
        )


def load() -> float | None:
    """How many programs wanted to work in the last minute, on average; None where the system does not tell."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def _commit() -> str | None:
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=ROOT, capture_output=True, text=True
        )
    except OSError:
        return None
    return done.stdout.strip() or None


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    lines = about.read_text(encoding="utf-8").splitlines() if about.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def as_json(figures: Sequence[Figure], found: Sequence[Series], facts: dict[str, Any]) -> str:
    """Everything that was measured, as JSON for other programs."""
    data = {
        "machine": facts,
        "figures": [_figure(one) for one in figures],
        "growth": [
            {
                **{"figure": one.what, "unit": one.unit, "by": one.by, "each": one.each},
                "points": [list(point) for point in one.points],
                **{"exponent": one.exponent(), "last_step": one.at_last(), "worse_than_linear": one.worse()},
            }
            for one in found
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _figure(one: Figure) -> dict[str, Any]:
    reference = {"name": one.against, "median": statistics.median(one.reference)} if one.reference else None
    return {
        **{"figure": one.what, "unit": one.unit, "runs": len(one.own), "not_measured": one.why or None},
        "median": one.median() if one.own else None,
        "p95": one.within("95 %") if one.own else None,
        "p99": one.within("99 %") if one.own else None,
        **{"reference": reference, "ratio": one.ratio(), "wanted": _asked(one.wanted, one.more), "met": one.met()},
        "size": one.size and {"by": one.size.by, "count": one.size.count},
    }


def _asked(wanted: Wanted | None, more: bool) -> dict[str, Any] | None:
    if wanted is None:
        return None
    return {"of": wanted.of, "at": "least" if more else "most", "bound": wanted.bound, "issue": wanted.issue}


def put_in(page: str, parts: dict[str, Iterable[str]]) -> str:
    """The page with these lines between the markers of each part. Raises ValueError where a marker is missing."""
    for name, lines in parts.items():
        begin, end = _BEGIN.format(name=name), _END.format(name=name)
        before, there, rest = page.partition(begin)
        _, also, after = rest.partition(end)
        if not there or not also:
            raise ValueError(f"the page has no “{begin}” with “{end}” after it")
        page = "\n".join((before + begin, "", *lines, "", end + after))
    return page
