"""Try the installed program under Wine: the end of `dev.py test --with windows --all`; `--installed` runs it alone.

It freezes the program, makes the installer, and does what a person does: installs it, starts it from the menu, imports,
opens a corpus by a double click, labels by keys, exports, loses the program while tagging, goes on, updates, removes
it. Pictures of the window in two languages, sizes and themes are for people to look at.
"""

# Standard library only, as in dev.py.

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import check_installed
import dev
import package
import windows_packages
import wine
from bundle import read_version, source_date_epoch
from computer import PROFILE, Computer, Unexpected, wait_until

OUTPUT: Final = dev.ROOT / "build" / "windows-installed"
FROZEN_FROM: Final = (
    *("annotator", "resources", "pyproject.toml", "packaging/constraints.txt", "packaging/annotator.spec"),
    *("packaging/freezing.py", "packaging/licences.py", "packaging/icons.py", "packaging/catalogues.py"),
    "packaging/windows/version_resource.py",
)
"""What the bundle is made from, besides the packages."""
OLD_VERSION: Final = "0.0.1"
FOLDER: Final = rf"{PROFILE}\AppData\Local\Programs\ArabicNewsAnnotator"
COMMANDS: Final = rf"{FOLDER}\annotator-commands.exe"
MENU: Final = rf"{PROFILE}\AppData\Roaming\Microsoft\Windows\Start Menu\Programs"
SHORTCUT: Final = "أداة وسم الأخبار.lnk"
CORPUS: Final = rf"{PROFILE}\Documents\مدوّنات\أخبار يونيو.corpus"
OTHER: Final = rf"{PROFILE}\Documents\مدوّنات\أخرى.corpus"
NEWS: Final = rf"{PROFILE}\Documents\مقالات"
ARTICLES: Final = {
    "أخبار الصباح.txt": "وزارة الصحة تطلق حملة\n\n"
    "أعلنت وزارة الصحة، أمس الثلاثاء، عن انطلاق الخطة الوطنية للتلقيح في فاس ومكناس.\n",
    "سوق الجملة.txt": "أسعار الخضر تتراجع\n\n"
    "أفادت المندوبية السامية للتخطيط، يوم الجمعة 12 أبريل 2024، بأن أسعار الخضر تراجعت.\n",
}
KEYS: Final = (
    *("Left Left Left Left Left shift+Left 2", "Left shift+Left 1"),
    *("Left Left Left shift+Left shift+Left 3", "ctrl+Return"),
)
SPANS: Final = [("INSTITUTION", "وزارة الصحة"), ("DATE", "أمس الثلاثاء"), ("PLAN", "الخطة الوطنية للتلقيح")]
"""What KEYS label in the first article."""
THEMES: Final = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
ARABIC_KEYS: Final = "113 113 10 113 11 113 12"
"""Left twice, 1, Left, 2, Left and 3 by their places on the keyboard, which X numbers, whatever the layout writes.

A key in a suggestion would accept all of it, so they begin behind the institution.
"""
ARABIC_SPANS: Final = [("DATE", "تطلق"), ("INSTITUTION", "حملة"), ("PLAN", "أعلنت")]
FORMATS: Final = ("conll2003", "conll2002", "nested", "conllu", "jsonl")


def main(is_whole: bool = True) -> int:
    """Run the story, or the part until the first window, and return 0.

    Raises dev.CannotGoOn where Wine is not available or a step fails.
    """
    wine.check_system()
    dev.prepare_system(with_xvfb=True)
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    with (
        dev.virtual_screen() as screen,
        wine.prepare_windows(environment={"DISPLAY": screen["DISPLAY"]}) as windows,
        tempfile.TemporaryDirectory() as linux,
    ):
        freeze(windows)
        numbers = (OLD_VERSION, read_version()) if is_whole else (read_version(),)
        installers = {number: make_installer(windows, number) for number in numbers}
        dev.say("Setting up a Windows …")
        computer = Computer(windows)
        computer.install()
        story = Story(computer, installers, Path(linux))
        try:
            if is_whole:
                story.run()
            else:
                story.start_once()
        except dev.CannotGoOn:
            computer.take_picture(OUTPUT / "failure.png")
            dev.say(f"What the screen shows: {OUTPUT / 'failure.png'}")
            raise
    shown = "the story of the installed program is" if is_whole else "the first start of the installed program is"
    print(f"On Wine: {shown} as it should be. Its pictures are in {OUTPUT}.")
    return 0


# What is installed


def freeze(windows: wine.Windows) -> None:
    """Freeze the program as `dev.py package` does, with Windows' Python, unless that was done with the same files."""
    stamp, target = windows.share / "frozen.stamp", windows.share / "frozen"
    digest = hashlib.sha256((windows.share / "packages.stamp").read_bytes())
    for name in FROZEN_FROM:
        path = windows.checkout / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix not in {".mo", ".pyc"}:
                digest.update(f"{file.relative_to(windows.checkout)}\0".encode() + file.read_bytes())
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest.hexdigest():
        return
    stamp.unlink(missing_ok=True)
    dev.say("Freezing the program (some minutes) …")
    start = time.monotonic()
    environment = {**package.freezing_variables(source_date_epoch()), "PYTHONPATH": r"Z:\win\checkout\packaging"}
    for doing, command in package.FREEZING:
        done = windows.run_python(*command, environment=environment, timeout=1800, quiet=True)
        if done.returncode:
            dev.say(done.stdout)
            raise Unexpected(f"{doing} failed: the lines above say why.")
    work = windows.checkout / package.WORK.relative_to(dev.ROOT)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(work / "frozen", target)
    shutil.copytree(work / "icons", target / "icons")
    shutil.copyfile(work / "LICENCES.txt", target / "annotator" / "LICENCES.txt")
    stamp.write_text(digest.hexdigest(), encoding="ascii", newline="\n")
    report("frozen", start, format_megabytes(target / "annotator"))


def make_installer(windows: wine.Windows, number: str) -> str:
    """Make the installer of a version and return its path. The older one has a file that the newer one lacks."""
    start = time.monotonic()
    payload = windows.share / "frozen" / "annotator"
    leftover = payload / "_internal" / "of-an-older-version.txt"
    leftover.unlink(missing_ok=True)
    if number == OLD_VERSION:
        leftover.touch()
    script = f"/win/checkout/packaging/windows/{windows_packages.SCRIPT.name}"
    folder = "old" if number == OLD_VERSION else "dist"
    shutil.rmtree(windows.share / folder, ignore_errors=True)
    (windows.share / folder).mkdir()
    target = Path(f"/win/{folder}/annotator-{number}.exe")  # a program called setup.exe, NSIS warns of
    command = windows_packages.build_command(
        number, Path("/win/frozen/annotator"), Path("/win/frozen/icons/annotator.ico"), target
    )
    windows.run_required("makensis", [*command[:-1], script], exit_code=1)
    leftover.unlink(missing_ok=True)
    report(f"installer {number}", start, format_megabytes(windows.share / folder / target.name))
    return rf"Z:\win\{folder}\{target.name}"


# The story


class Story:
    """The steps that a person takes with the program, and what must then be seen."""

    def __init__(self, computer: Computer, installers: Mapping[str, str], linux: Path) -> None:
        self._computer = computer
        self._installers = installers
        """The paths of the installers by their versions."""
        self._linux = linux
        """A folder for what is compared on Linux."""
        self._corpora = computer.home / "Documents" / "مدوّنات"
        self._settings = computer.home / "AppData" / "Local" / "annotator"

    def run(self) -> None:
        """Take all the steps. Raises Unexpected where something is not as it should be."""
        computer = self._computer
        computer.set_value(THEMES, "AppsUseLightTheme", 1)
        files, keys = computer.list_files(), set(computer.read_registry(r"HKCU\Software"))
        self.install(OLD_VERSION)
        self.start_from_menu()
        self.import_articles()
        self.label_by_keys()
        self.export()
        self.start_again()
        self.label_on_arabic_keyboard()
        self.lose_program()
        self.update()
        self.take_pictures()
        self.remove(files, keys)
        self.check_as_on_windows()

    def start_once(self) -> None:
        """Install the program, start it, and remove it. Raises Unexpected where something is not as it should be."""
        files, keys = self._computer.list_files(), set(self._computer.read_registry(r"HKCU\Software"))
        self.install(read_version())
        self.start_from_menu()
        self.remove(files, keys)

    def install(self, number: str) -> None:
        """Install a version without a question, and check what Windows then knows of it."""
        start = time.monotonic()
        self._computer.run([self._installers[number], "/S"], "Installing")
        report("installed", start)
        self._check_installation(number)
        self._computer.merge_classes()
        expect(read_version() in (output := self._run_commands("--version")), f"the version is printed, not {output!r}")

    def _check_installation(self, number: str) -> None:
        values = self._computer.read_registry(r"HKCU\Software")
        classes = r"HKEY_CURRENT_USER\Software\Classes"
        expect(values[rf"{classes}\.corpus"][""] == "ArabicNewsAnnotator.Corpus", "the kind of a corpus")
        command = values[rf"{classes}\ArabicNewsAnnotator.Corpus\shell\open\command"][""]
        expect(command == rf'"{FOLDER}\annotator.exe" "%1"', f"what opens a corpus, not {command}")
        scheme = rf"HKEY_CURRENT_USER\{check_installed.SCHEME}"
        expect(values[scheme]["URL Protocol"] == "", "the scheme of links")
        expect(values[rf"{scheme}\shell\open\command"][""] == command, "what opens a link")
        entry = values[r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Uninstall\ArabicNewsAnnotator"]
        expect(entry["DisplayVersion"] == number, f"{number} in the list of programs, not {entry['DisplayVersion']}")
        links = {path.name for path in self._linux_path(MENU).glob("*.lnk")}
        expect(links == {SHORTCUT}, f"the menu has {SHORTCUT}, not {links}")

    def start_from_menu(self) -> None:
        """Start the program from the menu, leave the welcome page by Enter, and end the program by Ctrl+Q."""
        computer = self._computer
        start = time.monotonic()
        computer.open(rf"{MENU}\{SHORTCUT}")
        computer.wait_for_window("samples")
        report("first start, with the sample articles", start)
        welcome = computer.wait_for_rest()
        computer.take_picture(OUTPUT / "first-start.png")
        computer.press("Return")
        computer.wait_for_rest(before=welcome)
        computer.take_picture(OUTPUT / "samples.png")
        self._quit()
        settings = json.loads((self._settings / "settings.json").read_bytes())
        expect(settings["last_corpus"].endswith("samples.corpus"), "the last corpus is remembered")

    def import_articles(self) -> None:
        """Import files as Notepad writes them (a byte order mark, CRLF), with Arabic names."""
        folder = self._linux_path(NEWS)
        for target in (folder, self._linux / "مقالات"):
            target.mkdir(parents=True)
            for name, text in ARTICLES.items():
                (target / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
        self._corpora.mkdir(parents=True)
        result = json.loads(self._run_commands("import", CORPUS, NEWS, "--json"))
        expect(result["added"] == len(ARTICLES) and not result["skipped"], f"all articles are imported: {result}")
        self._run_commands("import", OTHER, NEWS, "--json")
        self._run_on_linux("import", "there.corpus", "مقالات", "--json")
        windows_articles = json.loads(self._run_commands("list", CORPUS, "--json"))
        linux_articles = json.loads(self._run_on_linux("list", "there.corpus", "--json"))
        same = [[article[key] for key in ("id", "title", "published", "source")] for article in windows_articles]
        expect(
            same == [[article[key] for key in ("id", "title", "published", "source")] for article in linux_articles],
            "the articles are those that Linux imports",
        )

    def label_by_keys(self) -> None:
        """Open the corpus by a double click and label its first article by keys alone."""
        computer = self._computer
        start = time.monotonic()
        computer.open(CORPUS)
        computer.wait_for_window(Path(CORPUS.replace("\\", "/")).stem)
        report("opened by a double click", start)
        question = computer.wait_for_rest()
        computer.press("Return")  # the name that is offered
        computer.wait_for_rest(before=question)
        for keys in KEYS:
            computer.press(keys)
        computer.wait_for_rest()
        computer.take_picture(OUTPUT / "labelled.png")
        stored = wait_until(
            lambda: spans if len(spans := self._read_spans(1)) == len(SPANS) else [],
            f"{len(SPANS)} spans are stored",
            20,
        )
        expect(stored == SPANS, f"the spans are {SPANS}, not {stored}")

    def export(self) -> None:
        """Export while the window is open, and compare with what Linux exports of the same file."""
        copy = self._copy_corpus("exported.corpus")
        for name in FORMATS:
            self._run_commands("export", CORPUS, rf"{PROFILE}\Documents\train.{name}", "--format", name, "--json")
            self._run_on_linux("export", copy.name, f"train.{name}", "--format", name, "--json")
            for suffix in (name, f"{name}.report.json"):
                windows_bytes = (self._linux_path(PROFILE) / "Documents" / f"train.{suffix}").read_bytes()
                linux_bytes = (self._linux / f"train.{suffix}").read_bytes()
                expect(windows_bytes == linux_bytes, f"train.{suffix} is the same on Windows and Linux")
                expect(b"\r" not in windows_bytes, f"train.{suffix} has the line ends of training sets")
        dev.say(f"exported: {', '.join(FORMATS)}, as on Linux byte for byte")

    def start_again(self) -> None:
        """Open the corpus again, and check that its window comes to the front and no third one opens."""
        computer = self._computer
        first = computer.wait_for_window("أخبار يونيو")
        computer.open(OTHER)
        second = computer.wait_for_window("أخرى")
        wait_until(lambda: computer.find_front_window() == second, "the other window is before the first")
        processes = sorted(computer.find_processes())
        expect(len(processes) == 2, f"two windows are two processes, not {processes}")
        start = time.monotonic()
        computer.open(CORPUS)
        wait_until(lambda: computer.find_front_window() == first, "the window with the corpus comes forward")
        report("brought forward", start)
        wait_until(lambda: sorted(computer.find_processes()) == processes, "the second start has ended", 20)
        computer.press("ctrl+q")
        wait_until(lambda: len(computer.find_processes()) == 1, "the first window is closed by its key")
        self._quit()

    def label_on_arabic_keyboard(self) -> None:
        """Press the same keys while the layout is Arabic and the digit row writes ١٢٣."""
        computer = self._computer
        computer.run_linux(["setxkbmap", "-layout", "ara", "-variant", "digits"], "Choosing the Arabic layout")
        computer.open(OTHER)
        computer.wait_for_window("أخرى")
        computer.wait_for_rest()
        computer.press(ARABIC_KEYS, delay=400)
        computer.wait_for_rest()
        computer.run_linux(["setxkbmap", "-layout", "us"], "Choosing the US layout")
        self._quit()
        stored = self._read_spans(1, OTHER)
        expect(stored == ARABIC_SPANS, f"the spans by an Arabic keyboard are {ARABIC_SPANS}, not {stored}")
        dev.say("labelled on an Arabic keyboard")

    def lose_program(self) -> None:
        """Kill the program while tagging, and check that all that was on the screen is there at the next start."""
        computer = self._computer
        computer.open(CORPUS)
        computer.wait_for_window("أخبار يونيو")
        seen = computer.wait_for_rest()
        count = 0
        for key in ("1", "2", "3", "1"):
            computer.press(key)
            seen = computer.wait_for_rest(before=seen)
            count += 1
            computer.press("Left")
            seen = computer.wait_for_rest(before=seen)
        burst = computer.start(["xdotool", "key", "--delay", "40", "2", "Left", "3", "Left", "1", "Left"])
        time.sleep(0.15)
        computer.kill()
        burst.wait()
        copy = self._copy_corpus("killed.corpus")
        with sqlite3.connect(copy) as connection:
            [(answer,)] = connection.execute("PRAGMA integrity_check").fetchall()
        connection.close()
        expect(answer == "ok", f"the file of the killed program is whole, not {answer}")
        computer.open(CORPUS)
        computer.wait_for_window("أخبار يونيو")
        computer.wait_for_rest()
        computer.take_picture(OUTPUT / "after-kill.png")
        stored = self._read_spans(2)
        expect(len(stored) >= count, f"all {count} spans that were shown are there, not {len(stored)}")
        expect(self._read_spans(1) == SPANS, "the spans of the article that was done are there")
        dev.say(f"killed while tagging: {count} spans were shown, {len(stored)} are there")

    def update(self) -> None:
        """Install a newer version, which fails while a window is open, and check that settings and corpora stay."""
        computer = self._computer
        newer = self._installers[read_version()]
        computer.run([newer, "/S"], "Installing over an open program", exit_code=2)
        self._check_installation(OLD_VERSION)
        self._quit()
        extra = self._linux_path(FOLDER) / "_internal" / "of-an-older-version.txt"
        expect(extra.exists(), "the older version is there")
        before = self._hash_own_files()
        start = time.monotonic()
        computer.run([newer, "/S"], "Updating")
        report("updated", start)
        expect(self._hash_own_files() == before, "settings and corpora are those of before")
        expect(not extra.exists(), "nothing of the older version is left")
        self._check_installation(read_version())

    def take_pictures(self) -> None:
        """Take pictures of the window in two languages, sizes and themes."""
        computer = self._computer
        for size in (96, 144):
            computer.set_value(r"HKCU\Control Panel\Desktop", "LogPixels", size)
            for light in (1, 0):
                computer.set_value(THEMES, "AppsUseLightTheme", light)
                computer.restart()
                self._take_in_languages(f"{size * 100 // 96}-{'light' if light else 'dark'}")

    def _take_in_languages(self, name: str) -> None:
        computer = self._computer
        for language in ("ar", "en"):
            computer.open(CORPUS, {"ANNOTATOR_LANGUAGE": language})
            computer.wait_for_window("أخبار يونيو")
            rest = computer.wait_for_rest()
            computer.take_picture(OUTPUT / f"{language}-{name}.png")
            computer.press("F1")
            rest = computer.wait_for_rest(before=rest)
            computer.take_picture(OUTPUT / f"{language}-{name}-keys.png")
            computer.press("Escape")
            computer.wait_for_rest(before=rest)
            self._quit()

    def remove(self, files: set[str], keys: set[str]) -> None:
        """Remove the program, and check that nothing but the user's own files is left."""
        computer = self._computer
        before = self._hash_own_files()
        computer.run([rf"{FOLDER}\uninstall.exe", "/S"], "Removing")
        wait_until(lambda: not self._linux_path(FOLDER).exists(), "the folder of the program is gone")
        wait_until(lambda: not list(self._linux_path(MENU).glob("*.lnk")), "the menu is as before")
        expect(self._hash_own_files() == before, "settings and corpora are left")
        # NSIS has Windows delete the copy of the uninstaller that runs in Temp at the next start.
        own = ("users/root/Documents/", "users/root/AppData/Local/annotator/", "users/root/AppData/Local/Temp/~nsu")
        leftovers = {name for name in computer.list_files() - files if not name.startswith(own)}
        expect(not leftovers, f"nothing but the person's own is left, not {sorted(leftovers)}")
        leftovers = {key for key in set(computer.read_registry(r"HKCU\Software")) - keys if not is_wines_own(key)}
        expect(not leftovers, f"nothing is left in the registry, not {sorted(leftovers)}")
        dev.say("removed: settings and corpora are left, and nothing else")

    def check_as_on_windows(self) -> None:
        """Run the check for Windows itself here, so that it does not fail there for a fault of its own."""
        script = rf"Z:\win\checkout\packaging\windows\{check_installed.__name__}.py"
        printed = self._computer.run([wine.PYTHON, script, r"Z:\win\dist"], "check_installed.py")
        expect("all is well" in printed, "check_installed.py finds all well")

    def _quit(self) -> None:
        self._computer.press("ctrl+q")
        wait_until(lambda: not self._computer.find_processes(), "Ctrl+Q ends the program")

    def _run_commands(self, *arguments: str) -> str:
        return self._computer.run([COMMANDS, *arguments], f"annotator-commands {arguments[0]}")

    def _run_on_linux(self, *arguments: str) -> str:
        """Run a command of the checkout on Linux, in the folder for comparisons. Raises Unexpected."""
        command = [str(dev.PYTHON), "-m", "annotator", *arguments]
        done = subprocess.run(command, cwd=self._linux, capture_output=True, text=True, encoding="utf-8")
        if done.returncode:
            raise Unexpected(f"{arguments[0]} on Linux: exit code {done.returncode}.\n{done.stderr}")
        return done.stdout

    def _linux_path(self, path: str) -> Path:
        """Return the path on Linux of a path of C:."""
        return self._computer.drive_c.joinpath(*path.split("\\")[1:])

    def _copy_corpus(self, name: str) -> Path:
        """Copy the corpus, and what is not yet in its file, to Linux.

        Linux must not open it in its place: it does not see Wine's locks.
        """
        for suffix in ("", "-wal"):
            source = self._linux_path(CORPUS + suffix)
            if source.exists():
                shutil.copyfile(source, self._linux / f"{name}{suffix}")
        return self._linux / name

    def _read_spans(self, article: int, corpus: str = CORPUS) -> list[tuple[str, str]]:
        """Return the labels and words of an article's spans, as the installed command shows them."""
        record: dict[str, Any] = json.loads(self._run_commands("show", corpus, str(article), "--json"))
        return [(span["label"], span["text"]) for span in record["spans"]]

    def _hash_own_files(self) -> dict[str, str]:
        """Return the checksums of settings and corpora by their paths, without the log."""
        paths = [*self._settings.rglob("*"), *self._corpora.rglob("*")]
        files = [path for path in paths if path.suffix in {".json", ".corpus"}]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def is_wines_own(key: str) -> bool:
    """Whether a key of the registry is Wine's own, or one that every Windows has and Wine adds later."""
    path = key.removeprefix("HKEY_CURRENT_USER\\Software\\")
    windows = r"Microsoft\Windows\CurrentVersion"
    return path.startswith("Wine") or path in {"Classes", rf"{windows}\Uninstall", rf"{windows}\Explorer\Accent"}


def expect(condition: bool, what: str) -> None:
    """Raise Unexpected, with `what`, unless `condition` holds."""
    if not condition:
        raise Unexpected(f"Not seen: {what}.")


def report(what: str, start: float, size: str = "") -> None:
    """Print how long something took since `start`, and its size if it has one."""
    dev.say(f"{what}: {time.monotonic() - start:.1f} s{size and ', ' + size}")


def format_megabytes(path: Path) -> str:
    """Return the size of a file or folder in megabytes, as text."""
    files = path.rglob("*") if path.is_dir() else [path]
    return f"{sum(file.stat().st_size for file in files if file.is_file()) / 1e6:.1f} MB"


if __name__ == "__main__":
    sys.exit(main())
