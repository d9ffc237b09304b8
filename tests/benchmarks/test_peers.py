"""That a peer converts the same articles in a process of its own, and that one which cannot is said to be absent."""

import sys
from pathlib import Path

import dev
import peers
import pytest
import transfer_speed
from consumers.reading import consumer
from running import raising


def no_python() -> Path:
    raise peers.Absent("there is no network")


def test_what_cannot_be_measured_is_in_the_table_with_the_reason(tmp_path: Path) -> None:
    figures = list(transfer_speed.measure(tmp_path, 1, 2, no_python))
    absent = [figure for figure in figures if not figure.own]
    assert [figure.against for figure in absent] == [*peers.PEERS.values()]
    assert {figure.why for figure in absent} == {"there is no network"}
    assert all(figure.wanted and figure.wanted.bound == 5 for figure in absent)


def test_an_environment_without_the_peer_is_an_absent_peer(tmp_path: Path) -> None:
    with (
        pytest.raises(peers.Absent, match="does not run"),
        peers.start_peer("no such peer", Path(sys.executable), tmp_path),
    ):
        pass


def test_without_a_network_there_is_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "make_peer_environment", raising(dev.CannotGoOn("Installing the peers failed")))
    with pytest.raises(peers.Absent, match="cannot be installed"):
        peers.make_environment()


@pytest.mark.parametrize(("name", "module"), [("label_studio", "label_studio_sdk.converter"), ("spacy", "spacy")])
def test_a_peer_converts_all_articles_each_time(name: str, module: str, tmp_path: Path) -> None:
    consumer(module)
    figures = list(transfer_speed.measure(tmp_path, 2, 3, lambda: Path(sys.executable)))
    [figure] = [figure for figure in figures if figure.against == peers.PEERS[name]]
    assert len(figure.own) == len(figure.reference) == 2
    assert all(rate > 0 for rate in (*figure.own, *figure.reference))
    if name == "label_studio":
        assert (tmp_path / "label-studio" / "result.conll").read_text("utf-8").count("-DOCSTART-") >= 1
