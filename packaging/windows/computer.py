"""Act as a person at a Windows computer, under Wine, with a profile, a registry, a screen and a keyboard of its own."""

# Standard library only, as in dev.py.

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

import wine

LANGUAGE: Final = "ar_MA"
PREFIX: Final = "/root/.wine-installed"
PROFILE: Final = r"C:\users\root"
PROGRAM: Final = "annotator.exe"
T = TypeVar("T")

PATIENCE: Final = 60.0  # seconds to wait for anything
CROP: Final = "1900x1060+0+0"  # for `view_hash`: the whole screen but for its edges


class Unexpected(wine.Unusable):
    """Something that the program did not do as it should."""


class Computer:
    """A fresh Windows that speaks Arabic, in a Wine prefix of its own, on the X server of `DISPLAY`."""

    def __init__(self, windows: wine.Windows) -> None:
        self._windows = windows
        self.drive_c = windows.root / PREFIX[1:] / "drive_c"
        self.home = self.drive_c / "users" / "root"
        self._environment = {
            "WINEPREFIX": PREFIX,
            "LANG": f"{LANGUAGE}.UTF-8",
            "LC_ALL": f"{LANGUAGE}.UTF-8",
            "QT_QPA_PLATFORM": "windows",
            "XDG_RUNTIME_DIR": "/tmp",
        }

    def install(self) -> None:
        """Create a new profile in place of an earlier one. Raises dev.CannotGoOn."""
        self._make_locale()
        shutil.rmtree(self.drive_c.parent, ignore_errors=True)
        # In Arabic, Wine fails to set itself up where there is a screen: "could not load kernel32.dll".
        self.run_linux(["wineboot", "--init"], "Setting Windows up", {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"})
        self.run_linux(["wineserver", "--wait"], "Setting Windows up")
        library = Path("windows", "system32", "icuuc.dll")  # see wine.install_wine
        shutil.copyfile(self._windows.drive_c / library, self.drive_c / library)
        self.set_value(r"HKCU\Software\Wine\WineDbg", "ShowCrashDialog", 0)

    def _make_locale(self) -> None:
        """Add the language to the C library: Wine takes its language and the encoding of file names from there."""
        windows = self._windows
        if f"{LANGUAGE}.utf8" in windows.run_linux(["locale", "-a"], quiet=True).stdout.split():
            return
        install = ["apt-get", "--quiet", "install", "--yes", "--no-install-recommends", "locales"]
        windows.run_required("apt-get", ["apt-get", "--quiet", "update"])
        windows.run_required("apt-get", install)
        windows.run_required("localedef", ["localedef", "-i", LANGUAGE, "-f", "UTF-8", f"{LANGUAGE}.UTF-8"])

    # Programs

    def run_linux(
        self, command: list[str], doing: str, environment: Mapping[str, str] | None = None, exit_code: int = 0
    ) -> str:
        """Run a program of the Debian around Windows and return its output.

        Raises Unexpected if it ends with another exit code, or not within five minutes.
        """
        every = {**self._environment, **(environment or {})}
        try:
            done = self._windows.run_linux(command, environment=every, timeout=300, quiet=True)
        except subprocess.TimeoutExpired as error:
            raise Unexpected(f"{doing}: it does not end.") from error
        if done.returncode != exit_code:
            raise Unexpected(f"{doing}: exit code {done.returncode} in place of {exit_code}.\n{done.stdout}")
        return done.stdout

    def run(
        self, command: list[str], doing: str, environment: Mapping[str, str] | None = None, exit_code: int = 0
    ) -> str:
        """Run a program of Windows, as `run_linux` does."""
        return self.run_linux(["wine", *command], doing, environment, exit_code)

    def open(self, path: str, environment: Mapping[str, str] | None = None) -> None:
        """Open a file of Windows, or a link in its menu, as a double click does; the program goes on."""
        # Not by `run_linux`: the program inherits the standard output of its parent, and keeps it open.
        started = self.start(["wine", "start", path], environment)
        if started.wait(PATIENCE):
            raise Unexpected(f"Opening {path}: exit code {started.returncode}.")

    def start(self, command: list[str], environment: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
        """Start a program of the Debian, which goes on."""
        every = {**self._environment, **(environment or {})}
        return self._windows.start(command, environment=every, output=subprocess.DEVNULL)

    def find_processes(self) -> list[int]:
        """Return the ids of the processes that have a window of the program, without those that train a model."""
        script = (
            r"""for p in /proc/[0-9]*; do printf '%s\t' "${p#/proc/}"; tr '\0' '\t' <"$p/cmdline"; echo; done; true"""
        )
        printed = self._windows.run_linux(["sh", "-c", f"({script}) 2>/dev/null"], quiet=True).stdout
        commands = [line.split("\t") for line in printed.splitlines()]
        return [int(words[0]) for words in commands if is_window(words[1:])]

    def kill(self) -> None:
        """Kill the program as the system does when memory runs out, without time for anything."""
        for number in self.find_processes():
            self.run_linux(["sh", "-c", f"kill -KILL {number}"], "kill")
        wait_until(lambda: not self.find_processes(), "the killed program is gone")

    def restart(self) -> None:
        """End Windows and everything that runs there, so that it reads its settings again."""
        self.run_linux(["wineserver", "-k"], "Ending Windows")
        self.run_linux(["wineserver", "-w"], "Ending Windows")

    # The registry

    def read_registry(self, key: str) -> dict[str, dict[str, str]]:
        """Return the values below a key, such as `HKCU\\Software`, by key and name; `` is the default value's name."""
        self.run(["reg", "export", key, r"Z:\win\registry.reg", "/y"], f"reg export {key}")
        return parse_registry((self._windows.share / "registry.reg").read_text(encoding="utf-16"))

    def merge_classes(self) -> None:
        """Copy the file types of the user's part of the registry to the computer's part.

        Windows itself shows both parts as one, HKEY_CLASSES_ROOT; Wine 10 shows the computer's part alone.
        """
        classes = r"Software\Classes"
        self.read_registry(rf"HKCU\{classes}")
        path = self._windows.share / "registry.reg"
        text = path.read_text(encoding="utf-16")
        merged = text.replace(rf"[HKEY_CURRENT_USER\{classes}", rf"[HKEY_LOCAL_MACHINE\{classes}")
        path.write_text(merged, encoding="utf-16", newline="\n")
        self.run(["reg", "import", r"Z:\win\registry.reg"], "reg import")

    def set_value(self, key: str, name: str, value: int | str) -> None:
        """Set a value in the registry."""
        kind = "REG_DWORD" if isinstance(value, int) else "REG_SZ"
        self.run(["reg", "add", key, "/v", name, "/t", kind, "/d", str(value), "/f"], f"reg add {key}")

    def list_files(self) -> set[str]:
        """Return the paths of all files and links below C:, without those of Windows itself."""
        paths = (path.relative_to(self.drive_c) for path in self.drive_c.rglob("*") if not path.is_dir())
        return {path.as_posix() for path in paths if path.parts[0] != "windows"}

    # The screen and the keyboard

    def find_windows(self) -> dict[int, str]:
        """Return the titles of the program's windows on the screen by their ids."""
        search = ["sh", "-c", f"xdotool search --onlyvisible --class {PROGRAM} 2>/dev/null; true"]
        titles = {}
        for line in self.run_linux(search, "Looking for windows").split():
            name = self.run_linux(["sh", "-c", f"xdotool getwindowname {line} 2>/dev/null; true"], "Reading a title")
            if name.strip():
                titles[int(line)] = name.strip()
        return titles

    def wait_for_window(self, stem: str) -> int:
        """Wait until a window has the corpus of this name open and return its id. Raises Unexpected."""
        return wait_until(
            lambda: next((number for number, title in self.find_windows().items() if title.startswith(f"{stem} –")), 0),
            f"a window has “{stem}” open",
        )

    def press(self, keys: str, delay: int = 150) -> None:
        """Press keys one after the other, named as X does, with blanks between: `Left shift+Left 2`."""
        self.run_linux(["xdotool", "key", "--delay", str(delay), *keys.split()], f"Pressing {keys}")

    def find_front_window(self) -> int:
        """Return the id of the topmost window at the middle of the screen."""
        output = self.run_linux(["xdotool", "mousemove", "600", "400", "getmouselocation", "--shell"], "xdotool")
        return int(re.findall(r"^WINDOW=(\d+)$", output, re.MULTILINE)[-1])

    def view_hash(self) -> str:
        """Return a checksum of what the screen shows."""
        command = f"import -window root -crop {CROP} -depth 8 rgb:- | md5sum"
        return self.run_linux(["sh", "-c", command], "Looking at the screen")

    def wait_for_rest(self, before: str = "") -> str:
        """Wait until the screen differs from `before` and no longer changes, and return its checksum.

        Raises Unexpected.
        """
        last = ""

        def settled() -> str:
            nonlocal last
            previous, last = last, self.view_hash()
            return last if last == previous and last != before else ""

        return wait_until(settled, "the screen changes and comes to rest")

    def take_picture(self, target: Path) -> None:
        """Write what the screen shows to a PNG file."""
        self.run_linux(["import", "-window", "root", "/win/picture.png"], "Taking a picture")
        shutil.copyfile(self._windows.share / "picture.png", target)


def is_window(command: list[str]) -> bool:
    """Whether this command line is that of the program with a window."""
    return bool(command) and command[0].lower().endswith(rf"\{PROGRAM}") and "learn" not in command


def parse_registry(text: str) -> dict[str, dict[str, str]]:
    """Parse what `reg export` writes. Values are as they are written there but for strings, which are unquoted."""
    keys: dict[str, dict[str, str]] = {}
    values: dict[str, str] = {}
    for line in text.replace("\\\n", "").splitlines():
        if line.startswith("["):
            values = keys.setdefault(line[1:-1], {})
        elif match := re.fullmatch(r'(@|"((?:\\.|[^"\\])*)")=(.*)', line):
            value = match[3]
            if value.startswith('"'):
                value = re.sub(r"\\(.)", r"\1", value[1:-1])
            values[re.sub(r"\\(.)", r"\1", match[2] or "")] = value
    return keys


def wait_until(condition: "Callable[[], T]", what: str, seconds: float = PATIENCE) -> T:
    """Call `condition` until it returns something true, and return that. Raises Unexpected, with `what`, at the end."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise Unexpected(f"Never seen in {seconds:.0f} seconds: {what}.")
        time.sleep(0.2)
    return result
