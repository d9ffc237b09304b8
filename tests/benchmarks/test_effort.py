"""That the stories are counted, and what the issue asks of a span of three words."""

from pathlib import Path

import pytest
from benchmarks import effort


def test_what_a_span_costs(qapp: object, tmp_path: Path) -> None:
    keyboard, three, mouse, dragged = effort.efforts(tmp_path)
    assert keyboard.spans == mouse.spans == 37
    assert three.spans == dragged.spans == 8
    assert keyboard.each("clicks") == keyboard.each("drags") == mouse.each("keys") == 0
    assert keyboard.each("keys") <= 4
    assert three.each("keys") <= 4
    assert three.seconds() == pytest.approx(0.28 * three.each("keys"))
    assert three.each("keys and modifiers") > three.each("keys")
    assert mouse.each("drags") + mouse.each("double clicks") == 1
    assert dragged.seconds() == pytest.approx(2.4)


def test_the_table_has_the_peers(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "efforts", lambda _folder: [effort.Effort("keyboard", 2, effort.Counter(keys=7))])
    lines = [*effort.table(tmp_path)]
    assert lines[1].split() == ["keyboard", "(2)", "3.50", "0.00", "0.00", "0.00", "0.00", "0.98"]
    assert [line.split()[0] for line in lines[-5:]] == ["Label", "brat", "doccano", "INCEpTION", "SLATE"]
