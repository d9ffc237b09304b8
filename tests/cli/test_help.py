"""The help of the commands: complete in every language, with examples that run."""

import json
import re
import shlex
import shutil
import sys
from pathlib import Path
from types import ModuleType

import click
import pages
import pytest
from builders import apply_edits, create_corpus
from cli.sample import Run
from team.changesets import encode

from annotator import i18n, settings
from annotator.cli.command import TerminalCommand
from annotator.cli.root import _COMMANDS, root
from annotator.cli.running import use_language
from annotator.cli.terminal import display_width
from annotator.model.records import Edit, Status
from annotator.store.changesets import read_changeset

NAMES = root.list_commands(click.Context(root))
SAMPLES = pages.ROOT / "resources" / "samples"
COLUMNS = 80
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمن"
SENTENCE = "أعلنت الوزارة الخطة أمس."
DONE = 30
"""The articles that are done before the examples run."""


def command(name: str) -> TerminalCommand:
    command = root.load_command(name)
    assert isinstance(command, TerminalCommand)
    return command


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_list_of_commands_is_not_cut(language: str, run: Run) -> None:
    use_language(language)
    lines = run("--language", language, "--help").text.splitlines()
    width = max(map(len, NAMES))
    listed = lines[lines.index(f"  {'import':<{width}}  {_COMMANDS['import'][1]}") :][: len(NAMES)]
    for name, line in zip(NAMES, listed, strict=True):
        assert line == f"  {name:<{width}}  {_COMMANDS[name][1]}"
        assert len(line) <= COLUMNS


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_help_fits_into_a_terminal(language: str, run: Run) -> None:
    for name in NAMES:
        lines = run("--language", language, name, "--help").text.splitlines()
        assert [line for line in lines if display_width(line) > COLUMNS] == []


@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_has_examples_that_fit_and_a_page_to_read_on(name: str, run: Run) -> None:
    described = command(name) if name else root
    assert isinstance(described, TerminalCommand)
    lines = run(*[name][: len(name)], "--help").text.splitlines()
    assert described.examples
    for sentence, line in described.examples:
        assert lines[lines.index(f"  {sentence}") + 1] == f"    {line}"
        assert len(f"    {line}") <= COLUMNS
    assert lines[-1] == f"Documentation: {described.page}"
    assert (pages.ROOT / described.page).is_file()


def test_help_before_a_command_is_its_help(run: Run) -> None:
    assert run("help").out == run("--help").out == run("help", "help").out == run("help", "--language", "en").out
    assert run("help", "export").out == run("export", "--help").out
    assert run("help", "team", "invite").out == run("team", "invite", "--help").out
    ended = run("help", "nothing")
    assert (ended.code, ended.out) == (2, b"")
    assert "“nothing” is neither a command nor a corpus" in ended.err
    assert run("--language", "fr", "help", "list").out == run("list", "--help", "--language", "fr").out


def test_an_option_that_many_commands_have_is_short_in_all_of_them(run: Run) -> None:
    letters = {"--annotator": "-a", "--format": "-f", "--help": "-h", "--jobs": "-j", "--limit": "-n", "--state": "-s"}
    for name in NAMES:
        context = click.Context(command(name), help_option_names=["-h", "--help"])
        for parameter in command(name).get_params(context):
            short = {option for option in parameter.opts if re.fullmatch("-[a-z]", option)}
            assert short == {letters[option] for option in parameter.opts if option in letters}


def test_the_examples_run(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = ModuleType("annotator.ui.app")
    opened: list[Path] = []
    app.run = lambda path, _place: opened.append(path) or 0  # type: ignore[attr-defined, func-returns-value]
    monkeypatch.setitem(sys.modules, "annotator.ui.app", app)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    make_files(tmp_path)
    assert run("import", "news.corpus", "done.jsonl").code == 0
    for name in NAMES:
        for _sentence, line in command(name).examples:
            program, *arguments = shlex.split(line)
            ended = run(*arguments)
            assert (program, ended.code) == ("annotator", 0), line
            # train says there what it does and that parts are uneven, mark what is open, list that nothing is ranked
            assert not ended.err or name in ("train", "mark", "list"), line
    for _sentence, line in root.examples:
        assert run(*shlex.split(line)[1:]).code == 0
    assert opened == [Path("news.corpus"), Path("news.corpus")]
    assert json.loads(Path("train.conll.report.json").read_bytes())["articles"] == DONE


def make_files(folder: Path) -> None:
    """Make the files that the examples name, and an article that is done."""
    (folder / "articles").mkdir()
    for path in sorted(SAMPLES.glob("0[12]*.txt")):
        shutil.copy(path, folder / "articles")
    (folder / "articles.csv").write_text("headline,body\nخبر,أعلنت الوزارة الخطة أمس.\n", encoding="utf-8")
    (folder / "labelled.conll").write_text("قالت O\nوزارة B-ORG\nالعدل I-ORG\n", encoding="utf-8")
    states = {settings.load().annotator_name: "done", "user": "new", "Salma": "new"}
    (folder / "old.txt").write_bytes("أعلنت الوزارة الخطة الثانية أمس.".encode("cp1256"))
    texts = (f"{' '.join(f'كلمة{number}{letter}' for letter in LETTERS)} {SENTENCE}" for number in range(DONE))
    day = "أمس"  # something to train on
    articles = [  # no two of them alike, to be split
        {
            "text": text,
            "states": states,
            "spans": [{"start": text.rindex(day), "end": text.rindex(day) + len(day), "label": "DATE"}],
        }
        for text in texts
    ]
    (folder / "done.jsonl").write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
    for name in ("Salma", "Youssef"):
        with create_corpus(folder / f"{name.lower()}.corpus", "أعلنت الوزارة الخطة أمس.") as corpus:
            apply_edits(corpus, [Edit(None, Status(corpus.article(1).uid, name, "done"))], name)
            (folder / f"{name.lower()}.changeset").write_bytes(encode(read_changeset(corpus)))
