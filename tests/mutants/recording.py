"""A plugin of pytest that notes how long each test takes and which lines of the program it runs.

    python -m pytest -p mutants.recording --record-lines FOLDER TESTS

For each file of tests, FOLDER then has a JSON file: {test: {"seconds": s, "lines": {module: [line, ...]}}}, with paths
below the folder in which pytest was started. Tests that did not pass are left out. What other processes do is not seen.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--record-lines", type=Path, metavar="FOLDER")


def pytest_configure(config: pytest.Config) -> None:
    """Start to record where it is asked for."""
    if folder := config.getoption("--record-lines"):
        config.pluginmanager.register(_Recorder(folder))


class _Recorder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._passed: dict[str, bool] = {}
        self._seconds: dict[str, float] = {}
        self._coverage = coverage.Coverage(data_file=None, include=["annotator/*"])
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._coverage.switch_context(item.nodeid)
        start = time.perf_counter()
        try:
            return (yield)
        finally:
            self._seconds[item.nodeid] = time.perf_counter() - start
            self._coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._passed[report.nodeid] = self._passed.get(report.nodeid, True) and report.passed

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        data = self._coverage.get_data()
        lines: defaultdict[str, dict[str, list[int]]] = defaultdict(dict)
        for path in data.measured_files():
            module = Path(path).relative_to(Path.cwd()).as_posix()
            for line, tests in data.contexts_by_lineno(path).items():
                for test in tests:
                    lines[test].setdefault(module, []).append(line)
        files: defaultdict[str, dict[str, object]] = defaultdict(dict)
        for test, passed in self._passed.items():
            if passed:
                files[test.partition("::")[0]][test] = {"seconds": self._seconds[test], "lines": lines[test]}
        self._folder.mkdir(parents=True, exist_ok=True)
        for file, tests in files.items():
            path = self._folder / (file.replace("/", ".") + ".json")
            path.write_text(json.dumps(tests, ensure_ascii=False), encoding="utf-8")
