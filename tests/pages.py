"""The pages of the documentation as the tests read them: links, headings, code, and commands with what they print.

In a block of `console` a line that begins with `$ ` is typed, and the lines below it are what that prints. There `…`
stands for anything in its line and, alone in a line, for any lines. A block of `python` whose first line is a comment
with a file's name is that file.
"""

import os
import re
import shlex
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"
PAGES: Final = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CONTEXT.md", "CHANGELOG.md", "packaging/README.md")),
    *sorted(DOCS.rglob("*.md")),
)

_FENCED: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\]\(([^()\s]+)\)|(?:href|src)=\"([^\"]+)\"")
_HEADING: Final = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_NAMED: Final = re.compile(r"# (\w+\.py)\n")
KEY: Final = re.compile(r"<kbd>[^<]+</kbd>(?:\+<kbd>[^<]+</kbd>)*")
"""A key, each part of it marked."""
_DECIMAL: Final = re.compile(r"\d+\.\d+")


def text(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


def blocks(page: Path, kind: str) -> list[str]:
    """Return the code of this kind on a page."""
    return [code for language, code in _FENCED.findall(text(page)) if language == kind]


def keys(written: str) -> list[str]:
    """Return the keys that are marked as such, as `Ctrl+Enter`."""
    marked = KEY.findall(" ".join(written.split()))
    return ["+".join(re.findall(r"<kbd>([^<]+)</kbd>", key)) for key in marked]


def links(page: Path) -> list[str]:
    """Where the links and the pictures of a page lead."""
    prose = re.sub(r"`[^`\n]+`", "", _FENCED.sub("", text(page)))
    return [markdown or html for markdown, html in _LINK.findall(prose)]


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, as GitHub makes them."""
    names: set[str] = set()
    times: Counter[str] = Counter()
    for heading in _HEADING.findall(_FENCED.sub("", text(page))):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)|[*`]", r"\1", heading).strip().lower()
        name = "".join(letter for letter in plain if _in_anchor(letter)).replace(" ", "-")
        names.add(f"{name}-{times[name]}" if times[name] else name)
        times[name] += 1
    return names


def _in_anchor(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return letter in " -" or kind[0] in "LM" or kind in ("Nd", "Pc")


def commands(page: Path) -> list[tuple[str, str]]:
    """Return what is typed on a page, in its order, each with its output."""
    steps = [step for block in blocks(page, "console") for step in re.split(r"^\$ ", block, flags=re.MULTILINE) if step]
    return [(line, printed) for line, _newline, printed in (step.partition("\n") for step in steps)]


def follow(page: Path, folder: Path, **environment: str) -> Iterator[tuple[str, str, str]]:
    """Do in `folder` what a page says: save its files, type its commands.

    Yields each command, its output on the page, and what it prints, of errors too; fails where one does not end with 0.
    """
    for code in blocks(page, "python"):
        if match := _NAMED.match(code):
            (folder / match[1]).write_text(code, encoding="utf-8")
    own = {"ANNOTATOR_LANGUAGE": "en", "ANNOTATOR_HOME": str(folder / "home"), "LOGNAME": "sanae", "COLUMNS": "100"}
    for line, printed in commands(page):
        completed = subprocess.run(
            _typed(line),
            cwd=folder,
            env={**os.environ, **own, "PYTHONUTF8": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert completed.returncode == 0, f"{line}\n{completed.stdout}"
        yield line, printed, completed.stdout


def _typed(line: str) -> list[str]:
    """Return the words of a command, with the paths of the checkout made absolute."""
    program, *words = shlex.split(line)
    words = [str(ROOT / word) if word.startswith("resources/") else word for word in words]
    return [sys.executable, *{"annotator": ["-m", "annotator"], "python": []}[program], *words]


def prints(pattern: str, output: str, *, roughly: bool = False) -> bool:
    """Whether what was printed is what a page shows; `roughly` takes one decimal number for another.

    How well a tiny model trains differs from processor to processor, and a score of one digit is padded with a blank.
    """
    if roughly:
        rounded = (re.sub(" +", " ", _DECIMAL.sub("0.0", text)) for text in (pattern, output))
        pattern, output = (text.replace(" \n", "\n") for text in rounded)
    lines = ("(?:.*\n)*?" if line == "…" else _line(line) for line in pattern.splitlines())
    return re.fullmatch("".join(lines), output) is not None


def _line(pattern: str) -> str:
    return ".*?".join(map(re.escape, pattern.split("…"))) + "\n"
