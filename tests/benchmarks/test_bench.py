"""That the benchmark still measures what it says; how fast anything is, no test asks."""

import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import bench
import corpus_speed
import growth
import install_size
import memory
import peers
import pytest
import results
from measuring import Figure, Size
from test_peers import no_python

on_windows = sys.platform == "win32"


def test_every_figure_of_speed_is_measured(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "home"))
    figures = list(bench.measure_speed(tmp_path, runs=2, presses=2, articles=2, python=no_python))
    assert len({(figure.what, figure.against) for figure in figures}) == len(figures) == 16
    assert [figure.against for figure in figures if not figure.own] == [*peers.PEERS.values()]
    assert all(time > 0 for figure in figures for time in (*figure.own, *figure.reference))


def test_every_figure_of_growth_is_measured_at_each_size(
    qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "home"))
    figures = list(bench.measure_growth(tmp_path, articles=(10, 20), spans=(20, 40), runs=1))
    by_size = list(growth.group_series(figures))
    assert sum(series.by == "spans an article" for series in by_size) == 7
    assert sum(series.by == "articles" for series in by_size) == (15 if on_windows else 17)
    assert all(len(series.points) == 2 for series in by_size)
    assert all(figure.own for figure in figures if figure.size)
    assert not list(tmp_path.glob("[12]0.*"))  # a large one would not leave room for others


def test_what_is_wanted_of_a_large_corpus_is_wanted_of_no_small_one() -> None:
    size = Size(corpus_speed.LARGE, "articles")
    assert corpus_speed._create_target(size, "99 %", 16.7)
    assert corpus_speed._create_target(size._replace(count=10_000), "99 %", 16.7) is None


@pytest.mark.skipif(on_windows, reason="Windows does not tell how much memory a process took")
def test_an_export_tells_its_peak_its_time_and_its_tokens(tmp_path: Path) -> None:
    corpus_speed.create_corpus(tmp_path / "a.corpus", 20)
    took = memory.measure_export(tmp_path / "a.corpus", tmp_path / "out", "conll2002", "split")
    lines = [line for part in (tmp_path / "out").glob("*.conll") for line in part.read_text("utf-8").splitlines()]
    assert took.tokens == sum(bool(line) and not line.startswith("-DOCSTART-") for line in lines)
    assert took.peak > 10
    assert took.seconds > 0


def test_a_plain_installation_is_counted_without_the_extras() -> None:
    packages = install_size.find_dependencies("arabic-news-annotator")
    assert {"arabic-news-annotator", "pyside6-essentials", "shiboken6", "sqlite-utils"} <= packages
    assert not packages & {"pytest", "ruff", "spacy", "label-studio-sdk"}


def test_what_was_not_packaged_is_not_measured_and_what_was_is(tmp_path: Path) -> None:
    figure, *bundle = install_size.measure(tmp_path, tmp_path / "dist", tmp_path / "none")
    assert figure.own[0] > 100
    assert {figure.why for figure in bundle} == {"`dev.py package` has not been run"}
    assert len(bundle) == 5
    (tmp_path / "dist").mkdir()
    (tmp_path / "content").write_bytes(bytes(5_000_000))
    with tarfile.open(tmp_path / "dist" / "annotator-1-linux-x86_64.tar.gz", "w:gz") as package:
        package.add(tmp_path / "content")
    _, *bundle = install_size.measure(tmp_path, tmp_path / "dist", tmp_path / "none")
    download, installed = (figure for figure in bundle if figure.own)
    assert download.what == "the .tar.gz, to download"
    assert download.median() < 1
    assert installed.what == "the .tar.gz, installed"
    assert installed.median() == 5


@pytest.mark.skipif(sys.platform != "linux", reason="a start is seen by its X server")
def test_the_start_of_a_bundle_is_measured_by_turns_with_the_environments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program stands for a bundle here."""
    program = tmp_path / "a program"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m annotator "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(install_size, "RUNS", 3)
    (start,) = [figure for figure in install_size.measure(tmp_path, tmp_path, program) if figure.reference]
    assert len(start.own) == len(start.reference) == 1
    assert all(100 < time < 30_000 for time in (*start.own, *start.reference))


# --- The command


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the parts that were measured, without measuring any."""
    position: list[str] = []

    def part(name: str) -> bench.Part:
        def figures(_folder: Path) -> Iterator[Figure | str]:
            position.append(name)
            yield f"about {name}"
            for size in (10, 100):
                yield Figure(f"the {name}", [float(size)], size=Size(size, "articles"))

        return figures

    monkeypatch.setattr(bench, "PARTS", {"one": part("one"), "two": part("two")})
    monkeypatch.setenv("ANNOTATOR_HOME", "as it was")  # and is again, after the test
    return position


def test_parts_that_are_named_are_measured_and_else_all(parts: list[str], tmp_path: Path) -> None:
    assert bench.main(["two", "--json", str(tmp_path / "a.json")]) == 0
    assert parts == ["two"]
    assert bench.main(["--json", str(tmp_path / "a.json")]) == 0
    assert parts == ["two", "one", "two"]


def test_a_part_that_there_is_not_is_refused_with_those_that_there_are(
    parts: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.main(["one", "three", "--json", str(tmp_path / "a.json")]) == 2
    assert capsys.readouterr().err == "bench: no part three; there are one, two\n"
    assert not parts
    assert not (tmp_path / "a.json").exists()


def test_the_tables_come_last_and_the_json_is_where_it_was_asked_for(
    parts: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.main(["one", "--json", str(tmp_path / "build" / "a.json")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "about one"
    assert lines[2].split() == ["figure", "ours", "99", "%", "reference", "ratio", "wanted", "met"]
    assert any(line.startswith("the one  10.00 ms") for line in lines)
    read = json.loads((tmp_path / "build" / "a.json").read_text("utf-8"))
    assert [figure["figure"] for figure in read["figures"]] == ["the one", "the one"]
    assert read["growth"][0]["exponent"] == pytest.approx(1)
    assert read["machine"].keys() > {"load_before", "load_after"}


def test_a_part_that_fails_leaves_the_others_their_figures(
    parts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_folder: Path) -> Iterator[Figure]:
        yield Figure("before", [1.0])
        raise OSError("no room")

    monkeypatch.setitem(bench.PARTS, "one", fails)
    assert bench.main(["--json", str(tmp_path / "a.json")]) == 1
    read = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert [figure["not_measured"] for figure in read["figures"]] == [None, "OSError: no room", None, None]
    assert read["figures"][1]["figure"] == "the part one"
    assert "no room" in capsys.readouterr().err


PAGE = "".join(f"<!-- {name}: made by dev.py bench --page -->\n<!-- end of {name} -->\n" for name in results.PLACES)


def test_the_page_is_made_anew_with_its_picture(parts: list[str], tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Speed\n{PAGE}kept\n", encoding="utf-8")
    assert bench.main(["--json", str(tmp_path / "a.json"), "--page", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "| the one | 10.00 ms | 100.0 ms | 1.00 | 1.00 |  |" in text
    assert text.startswith("# Speed\n")
    assert text.endswith("kept\n")
    assert (tmp_path / "growth.svg").read_text(encoding="utf-8").startswith("<svg ")


@pytest.mark.parametrize(("text", "selection"), [(PAGE, ["one"]), ("no marker", []), (None, [])])
def test_nothing_is_measured_for_a_page_that_cannot_be_made(
    text: str | None, selection: list[str], parts: list[str], tmp_path: Path
) -> None:
    page = tmp_path / "performance.md"
    if text is not None:
        page.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        bench.main([*selection, "--page", str(page)])
    assert end.value.code == 2
    assert not parts


def test_docs_performance_has_a_place_for_every_table() -> None:
    page = (results.ROOT / "docs" / "figures" / "performance.md").read_text(encoding="utf-8")
    filled = results.fill_page(page, {name: ["here"] for name in results.PLACES})
    assert filled.count("\nhere\n") == len(results.PLACES)
