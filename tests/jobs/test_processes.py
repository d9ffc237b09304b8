"""Chunks of a job in several processes: in order, few at a time, and ended with this one.

Processes import what they run, so these tests let them evaluate texts.
"""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cli.test_module_path import plant

from annotator import i18n
from annotator.jobs.processes import map_in_processes

PID = "__import__('os').getpid()"
WAIT_FOR_ANOTHER = """[
    open(__import__('os').path.join({folder!r}, str(__import__('os').getpid())), 'w').close(),
    any(len(__import__('os').listdir({folder!r})) > 1 or __import__('time').sleep(0.01) for _ in range(3000)),
]"""
"""Waits until a second process does the same in this folder, half a minute at most."""


def test_results_come_in_order_from_several_processes(tmp_path: Path) -> None:
    wait = WAIT_FOR_ANOTHER.format(folder=str(tmp_path))
    chunks = [f"{wait} and __import__('time').sleep({number % 3 / 20}) or ({number}, {PID})" for number in range(9)]
    results = list(map_in_processes(eval, chunks, 3))
    assert [number for number, _pid in results] == list(range(9))
    assert 1 < len({pid for _number, pid in results} - {os.getpid()}) <= 3


def test_one_job_is_this_process() -> None:
    assert list(map_in_processes(eval, [PID, "2 * 3"], 1)) == [os.getpid(), 6]


def test_a_closed_generator_has_read_few_chunks_and_leaves_no_process() -> None:
    read = []

    def chunks() -> Iterator[str]:
        for number in range(1000):
            read.append(number)
            yield str(number)

    results = map_in_processes(eval, chunks(), 2)
    assert [next(results), next(results)] == [0, 1]
    assert len(read) < 8
    results.close()
    assert len(read) < 8
    assert multiprocessing.active_children() == []


def test_errors_are_raised_as_they_are_in_the_language_of_this_process() -> None:
    i18n.set_language("fr")
    results = map_in_processes(eval, ["__import__('annotator.i18n').i18n.current_language()", "1 / 0", "3"], 2)
    assert next(results) == "fr"
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert multiprocessing.active_children() == []


def test_modules_in_the_working_directory_are_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = plant(tmp_path, "multiprocessing", "concurrent", "threading", "pickle", "msgspec", "gettext")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    assert list(map_in_processes(eval, ["1", "2"], 2)) == [1, 2]
    assert not trace.exists()
    assert not os.environ.get("PYTHONSAFEPATH")


def test_a_script_is_not_run_again_in_each_process(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from annotator.jobs.processes import map_in_processes\n"
        "print('begins', flush=True)\n"
        "for number in range(2):\n"
        "    print(list(map_in_processes(eval, ['1', '2', '3'], 2)), __file__, flush=True)\n",
        encoding="utf-8",
    )
    lines = f"[1, 2, 3] {script}\n"
    result = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (result.stdout, result.stderr) == (f"begins\n{lines}{lines}", "")


def test_maps_of_several_threads_leave_the_process_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    main = dict(vars(sys.modules["__main__"]))
    with ThreadPoolExecutor(3) as threads:
        results = list(threads.map(lambda _: list(map_in_processes(eval, ["1", "2"], 2)), range(3)))
    assert results == [[1, 2]] * 3
    assert not os.environ.get("PYTHONSAFEPATH")
    assert vars(sys.modules["__main__"])["__spec__"] is main["__spec__"]


@pytest.mark.posix_only("Windows has no such signal")
def test_processes_end_with_a_killed_parent() -> None:
    code = (
        "from annotator.jobs.processes import map_in_processes\n"
        f"for pid in map_in_processes(eval, [{PID!r}] * 2 + ['__import__(\"time\").sleep(60)'], 2):\n"
        "    print(pid, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        pids = {int(process.stdout.readline()) for _ in range(2)}
        process.kill()
    import psutil  # not there on Windows

    def is_running(pid: int) -> bool:
        try:
            return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    deadline = time.monotonic() + 20
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.01)
