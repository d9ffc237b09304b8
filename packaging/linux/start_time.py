"""Measure by turns how long programs take from their start to a window on the screen.

    xvfb-run -a .venv/bin/python packaging/linux/start_time.py TIMES CORPUS PROGRAM...

Each PROGRAM is a command line in one word, and gets the corpus as its last argument. Prints the median of each in
milliseconds, and how many times as long as the first one it takes. The first start of each does not count.
"""

import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Final

from Xlib import X
from Xlib.display import Display

_SMALLEST: Final = 300  # pixels of a real window, and not a helper of the toolkit
_LONGEST: Final = 60  # seconds


def measure_start(display: Display, command: list[str], environment: dict[str, str]) -> float:
    """Return the milliseconds until the program has a window on the screen, and end it then. Raises TimeoutError."""
    root = display.screen().root
    root.change_attributes(event_mask=X.SubstructureNotifyMask)
    display.sync()
    while display.pending_events():
        display.next_event()
    start = time.perf_counter()
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as program:
        try:
            while time.perf_counter() - start < _LONGEST:
                while display.pending_events():
                    event = display.next_event()
                    if event.type == X.MapNotify and event.window.get_geometry().width >= _SMALLEST:
                        return (time.perf_counter() - start) * 1000
                time.sleep(0.002)
            raise TimeoutError(command)
        finally:
            program.terminate()


def measure_starts(times: int, corpus: str, programs: Sequence[str]) -> dict[str, list[float]]:
    """Return the milliseconds of each start of these programs by turns, without the first start of each.

    Raises TimeoutError, and DisplayError of Xlib's where there is no screen.
    """
    display = Display()
    durations: dict[str, list[float]] = {program: [] for program in programs}
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "ANNOTATOR_HOME": home, "QT_QPA_PLATFORM": "xcb"}
        for turn in range(times + 1):
            for program in programs:
                milliseconds = measure_start(display, [*shlex.split(program), corpus], environment)
                if turn:
                    durations[program].append(milliseconds)
    display.close()
    return durations


def main(times: int, corpus: str, programs: list[str]) -> None:
    """Print the median of each program, and how many times as long as the first one it takes."""
    medians = {name: statistics.median(each) for name, each in measure_starts(times, corpus, programs).items()}
    first = medians[programs[0]]
    for program, median in medians.items():
        print(f"{median:6.0f} ms  {median / first:4.2f} times  {program}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
