"""What the pages of the documentation link to is there, and what they show of commands and keys is so."""

import re
from pathlib import Path
from urllib.parse import unquote

import click
import pages
import pytest
from pages import DOCS, PAGES, ROOT
from ui.inspection import strip_isolates

from annotator.cli.root import root
from annotator.formats import registry
from annotator.model.reasons import Code
from annotator.settings import SETTING_TYPES, WINDOW_STATE
from annotator.ui.commands.table import ACTIONS
from annotator.ui.widgets.bidi_text import format_keys

ELSEWHERE = {DOCS / "training.md", DOCS / "recipes.md", DOCS / "team-server.md"}
"""Their commands need large programs, a copy of this one, or a Debian to throw away.

See tests/consumers/test_training.py, tests/test_recipes.py and packaging/linux/server_page.py.
"""
OTHERS = {
    *(
        "--with",
        "--all",
        "--slow",
        "--pictures",
        "--update",
        "--labelled",
        "--labels",
        "--page",
        "--count",
        "--seconds",
        "--seed",
    ),  # our own scripts
    *("--installed", "--newer-glibc"),
    *("--converter", "--task", "--model", "--lang", "--pipeline", "--upgrade"),  # spaCy's, optimum's and pip's
}
"""Options of other programs that pages name."""


def _called(page: Path) -> str:
    return str(page.relative_to(ROOT))


TYPED = [page for page in PAGES if page not in ELSEWHERE and pages.commands(page)]

every_page = pytest.mark.parametrize("page", PAGES, ids=_called)


def options() -> dict[str, set[str]]:
    """Return the options of each command, also of those of a group such as `team sync`, without --help."""
    commands = {name: root.load_command(name) for name in root.list_commands(click.Context(root))}
    for name, group in [*commands.items()]:
        if isinstance(group, click.Group):
            commands |= {f"{name} {member}": command for member, command in group.commands.items()}
    options_of = {}
    for name, command in commands.items():
        options_of[name] = {
            option
            for parameter in command.params
            if isinstance(parameter, click.Option)
            for option in (*parameter.opts, *parameter.secondary_opts)
            if option.startswith("--")
        }
    return options_of


# --- Links


@every_page
def test_a_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in pages.links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _hash, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in pages.anchors(target)):
            lost.append(link)
    assert lost == []


def test_headings_are_called_in_links_as_github_calls_them(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    headings = ("What `dev.py` does?", "تغيير المفاتيح", "أنجِز، ثم", "A [b](c.md) *d*", "A b d")
    page.write_text("".join(f"## {heading}\n" for heading in headings) + "```\n# no\n```\n", encoding="utf-8")
    assert pages.anchors(page) == {"what-devpy-does", "تغيير-المفاتيح", "أنجِز-ثم", "a-b-d", "a-b-d-1"}


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page.suffix == ".md" and page.is_file() and page not in reached:
            reached.add(page)
            waiting += [(page.parent / unquote(link).partition("#")[0]).resolve() for link in pages.links(page)]
    decisions = set((DOCS / "adr").glob("*.md"))
    assert set(PAGES) - decisions <= reached
    assert decisions <= reached


FILE = re.compile(r"`((?:[\w-]+/)+[\w.-]+\.(?:py|toml|sh|spec|yml|plist|po))`(?!:\n\n```(?:python|po))")
"""A file that is named; one whose content follows is yet to be made."""


@every_page
def test_a_file_that_is_named_is_there(page: Path) -> None:
    places = (ROOT, ROOT / "annotator", ROOT / "packaging")
    files = set(FILE.findall(pages.text(page)))
    assert {name for name in files if not any((place / name).exists() for place in places)} == set()


# --- Commands


@pytest.mark.slow
@pytest.mark.parametrize("page", TYPED, ids=_called)
def test_a_command_prints_what_a_page_shows(page: Path, tmp_path: Path) -> None:
    for line, expected, printed in pages.follow(page, tmp_path):
        assert pages.prints(expected, printed), f"$ {line}\n{printed}"


def test_what_is_shown_is_told_from_what_is_not() -> None:
    assert pages.prints("a\n…\nb … c\n", "a\n1\n2\nb 3 c\n")
    assert pages.prints("…\nb\n", "b\n")
    assert not pages.prints("a\n", "a\nb\n")
    assert not pages.prints("a … c\n", "a\nc\n")
    assert not pages.prints("0.5\n", "0.25\n")
    assert pages.prints("F 0.5  x\n", "F 12.25 x\n", roughly=True)
    assert not pages.prints("F 0.5 1\n", "F 0.5 2\n", roughly=True)


@every_page
def test_a_command_and_its_options_are_ones(page: Path) -> None:
    commands = options()
    wrong = []
    for line in re.findall(r"(?<![\w/.-])annotator (?:--language \w+ )?([a-z]+ [^`\n#]*)", pages.text(page)):
        words = line.split(" ")
        names = (" ".join(words[:count]) for count in (2, 1))
        name = next((name for name in names if name in commands), None)
        if name:
            remainder = line.removeprefix(name)
            wrong += [
                (name, option) for option in re.findall(r"--[a-z][a-z-]*", remainder) if option not in commands[name]
            ]
    mentioned = set(re.findall(r"`(?:annotator )?(--[a-z][a-z-]*)", pages.text(page)))
    wrong += [
        ("", option)
        for option in mentioned
        - OTHERS
        - {"--language", "--new-window", "--at", "--help", "--version"}.union(*commands.values())
    ]
    assert wrong == []


@every_page
def test_what_is_typed_is_a_command(page: Path) -> None:
    words = re.findall(r"`annotator ([a-z]+)(?![\w.])", pages.text(page))
    assert set(words) <= {*options(), "help"}


# --- The engineer's page


ENGINEERS = DOCS / "engineers.md"


def rows(page: Path, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading."""
    table = pages.text(page).partition(f"# {heading}\n")[2].partition("\n|")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def test_the_table_of_commands_has_every_command_with_its_options() -> None:
    table = {}
    for command, _does, takes in [*rows(ENGINEERS, "Commands"), *rows(ENGINEERS, "A team")]:
        (name,) = re.findall(r"`annotator ((?:team )?[a-z]+)", command.replace("team COMMAND", "team"))
        table[name] = set(re.findall(r"--[a-z-]+", takes))
    assert table == {name: taken - {"--json"} for name, taken in options().items()}


def test_the_table_of_formats_has_every_format() -> None:
    read, written = set(), set()
    for name, reads, writes, *_more in rows(ENGINEERS, "Formats"):
        read |= set(re.findall(r"`([\w-]+)`", name)) if reads else set()
        written |= set(re.findall(r"`([\w-]+)`", name)) if writes else set()
    assert read == {format_.name for format_ in registry.READ_FORMATS}
    assert written == {format_.name for format_ in registry.WRITTEN_FORMATS}


# --- Codes of reasons


def test_the_table_of_settings_has_every_key_that_people_set() -> None:
    keys = [row[0].strip("`") for row in rows(DOCS / "engineers.md", "Settings")]
    assert sorted(keys) == sorted(SETTING_TYPES.keys() - WINDOW_STATE)


def test_the_table_of_codes_has_every_code_with_its_meaning() -> None:
    assert rows(DOCS / "codes.md", "Codes") == [[f"`{code}`", code.meaning] for code in Code]


def test_every_code_is_a_word_and_is_given_somewhere() -> None:
    assert [code for code in Code if code != code.name.lower() or not re.fullmatch(r"[a-z]+(_[a-z]+)*", code)] == []
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "annotator").rglob("*.py"))
    assert {code.name for code in Code} - set(re.findall(r"\bCode\.([A-Z_]+)", source)) == set()


# --- Keys


@every_page
def test_a_key_is_somebodys(page: Path) -> None:
    shortcuts = {strip_isolates(format_keys([key])) for action in ACTIONS for key in action.default_keys()}
    text = re.sub(r"^\+.*\n", "", pages.text(page), flags=re.MULTILINE)  # what a recipe adds
    marked = {key for key in pages.keys(text) if "+" in key.rstrip("+") or re.fullmatch(r"F\d+", key)}
    plain = re.findall(r"(?:(?:Ctrl|Alt|Shift)\+)+(?:[A-Z]\b|F\d+|Enter|Delete|[←→↑↓])", text)
    no_actions = {"Shift+Enter", "Shift+F10"}  # of the line that finds in an article, and of every context menu
    assert marked.union(plain) - shortcuts <= no_actions


# --- The README


def test_the_two_commands_of_the_readme_are_those_that_everything_relies_on() -> None:
    (block,) = [code for code in pages.blocks(ROOT / "README.md", "") if "dev.py" in code]
    lines = [line.partition("#")[0].strip() for line in block.splitlines()]
    assert lines == ["python3 packaging/dev.py run", "python3 packaging/dev.py test"]


def test_nothing_is_installed_from_an_index_under_the_name_of_the_program() -> None:
    """As long as it is not published there, anybody may publish something else under its name."""
    name = re.search(r'^name = "(.+)"$', (pages.ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert name
    command = re.compile(rf"\b(?:pip|pipx|uvx?)\b[^`\n]*\b{re.escape(name[1])}\b")
    sources = [*pages.PAGES, *(pages.ROOT / "annotator").rglob("*.py")]
    assert [str(path) for path in sources if command.search(pages.text(path))] == []
