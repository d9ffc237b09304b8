"""Spools of values on disk."""

import pytest

from annotator.formats import spooling
from annotator.formats.report import Entry
from annotator.formats.spooling import Spool
from annotator.model.reasons import Code


def entry(number: int) -> Entry:
    return Entry(number, f"s{number}", 0, 5, "DATE", "أمس\n", "سبب", Code.INSIDE_SPAN, None)


@pytest.mark.parametrize("room", [0, 200, 1 << 20])
def test_a_spool_yields_its_values_in_order(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spooling, "_MAX_MEMORY", room or 1)
    spool = Spool(Entry)
    assert (len(spool), list(spool)) == (0, [])
    for number in range(50):
        spool.append(entry(number))
    assert len(spool) == 50
    assert list(spool) == list(spool) == [entry(number) for number in range(50)]


def test_readers_of_a_spool_do_not_disturb_each_other() -> None:
    spool = Spool(Entry)
    first = iter(spool)
    for number in range(3):
        spool.append(entry(number))
    parts = iter(spool)
    assert next(first) == entry(0)
    assert [next(parts), next(parts)] == [entry(0), entry(1)]
    spool.append(entry(3))
    assert [next(first), next(first), next(parts)] == [entry(1), entry(2), entry(2)]
