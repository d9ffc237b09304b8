"""That the stories are counted, and what the issue asks of a span of three words."""

from collections import Counter
from pathlib import Path

import effort
import pytest


def test_what_a_span_costs(qapp: object, tmp_path: Path) -> None:
    keyboard, three, mouse, dragged, at_bar = effort.measure_efforts(tmp_path)
    assert keyboard.spans == mouse.spans == 37
    assert three.spans == dragged.spans == 8
    assert keyboard.each("clicks") == keyboard.each("drags") == mouse.each("keys") == 0
    assert keyboard.each("keys") <= 4
    assert three.each("keys") <= 4
    assert three.seconds() == pytest.approx(0.28 * three.each("keys"))
    assert three.each("keys and modifiers") > three.each("keys")
    assert mouse.each("drags") + mouse.each("double clicks") == 1
    assert at_bar.spans == 37
    assert at_bar.each("keys") < 0.2  # Shift, where an edge is wrong
    assert at_bar.seconds() <= 1.9 < mouse.seconds()
    assert dragged.seconds() == pytest.approx(2.4)


def test_each_story_has_its_figures_beside_the_peers(
    qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = effort.Effort("keyboard, those of three words", 2, Counter(keys=7))
    monkeypatch.setattr(effort, "measure_efforts", lambda _folder: [three, effort.Effort("mouse", 2, Counter(drags=2))])
    keys, *peers, drags, mouse = effort.measure(tmp_path)
    assert (keys.median(), keys.wanted and keys.wanted.bound, keys.is_met()) == (3.5, 4, True)
    assert [figure.reference[0] for figure in peers] == [*effort.PEERS.values()]
    assert all(figure.median() == pytest.approx(0.98) for figure in peers)
    assert (drags.median(), drags.wanted, mouse.median()) == (1, None, 2.4)
