"""The command as a whole: opening the window, exit codes, errors of one line, and the user's language."""

import errno
import os
import sys
from pathlib import Path
from types import ModuleType

import catalogues
import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from cli.sample import HEADLINE, Run
from running import raising

import annotator
from annotator import cli, i18n, settings
from annotator.cli import list_articles, running, signals
from annotator.cli.root import root
from annotator.diagnostics import crash_reports
from annotator.model.links import build_link
from annotator.model.places import Place
from annotator.settings import Settings

SCREEN = os.environ.get("DISPLAY", "")


@pytest.fixture
def places() -> list[str]:
    """Record the places that the window is opened at."""
    return []


@pytest.fixture
def invalid_links() -> list[str]:
    """Record what is said of links that lead nowhere."""
    return []


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch, places: list[str], invalid_links: list[str]) -> list[Path | None]:
    """Record the corpora that the window is opened on; it closes at once, with exit code 7."""
    opened: list[Path | None] = []
    app = ModuleType("annotator.ui.app")

    def opens(path: Path | None, place: str) -> int:
        opened.append(path)
        places.append(place)
        return 7

    app.run = opens  # type: ignore[attr-defined]
    app.show_invalid_link = lambda error: invalid_links.append(str(error))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "annotator.ui.app", app)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return opened


def test_without_arguments_the_window_opens(run: Run, window: list[Path | None]) -> None:
    assert run().code == 7
    assert window == [None]


def test_a_corpus_as_first_argument_opens_it(run: Run, window: list[Path | None], tmp_path: Path) -> None:
    (tmp_path / "old").touch()
    assert run("new.corpus").code == 7
    assert run(tmp_path / "old").code == 7
    assert run("--language", "fr", "./list.corpus").code == 7
    assert window == [Path("new.corpus"), tmp_path / "old", Path("list.corpus")]
    assert i18n.current_language() == settings.interface_language() == "fr"


def test_a_place_is_handed_to_the_window(run: Run, window: list[Path | None], places: list[str]) -> None:
    assert run("new.corpus", "--at", "12@3-9").code == 7
    assert run("--at", "a1b2c3@0-4").code == 7
    assert run("new.corpus").code == 7
    assert window == [Path("new.corpus"), None, Path("new.corpus")]
    assert places == ["12@3-9", "a1b2c3@0-4", ""]


@pytest.mark.parametrize("place", ["12", "12@3", "12@3-x"])
def test_what_is_no_place_is_wrong_usage(run: Run, window: list[Path | None], place: str) -> None:
    ended = run("new.corpus", "--at", place)
    assert ended.code == 2
    assert "ID@START-END" in ended.err
    assert window == []


@pytest.fixture
def link(tmp_path: Path) -> str:
    """Return a link to a corpus with an Arabic name."""
    path = tmp_path / "أخبار يونيو.corpus"
    path.touch()
    link = build_link(path, Place("a1b2c3", 0, 4))
    assert link
    return link


def test_a_link_opens_its_corpus_at_its_place(
    run: Run, window: list[Path | None], places: list[str], link: str, tmp_path: Path
) -> None:
    assert run(link).code == 7
    assert run("--language", "fr", "--new-window", link.replace("arabic", "Arabic").replace("///", "/")).code == 7
    assert run("--at", "2@5-6", link).code == 7
    assert window == [tmp_path / "أخبار يونيو.corpus"] * 3
    assert places == ["a1b2c3@0-4", "a1b2c3@0-4", "2@5-6"]


@pytest.mark.parametrize("rest", ["--new-window", "--at=1@0-4", "b.corpus", "import b.corpus a.txt", "-- list"])
def test_nothing_may_stand_behind_a_link(run: Run, window: list[Path | None], link: str, rest: str) -> None:
    ended = run(link, *rest.split())
    assert (ended.code, ended.out, window) == (2, b"", [])
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_link_that_leads_nowhere_is_told_in_one_line(
    run: Run, window: list[Path | None], invalid_links: list[str], link: str, language: str
) -> None:
    for text in (link.replace("?at", "?to"), link.replace(":///", "://server/"), link.replace(".corpus", ".other")):
        ended = run("--language", language, text)
        assert (ended.code, ended.out, window) == (2, b"", [])
        assert ended.err == f"annotator: {' '.join(invalid_links[-1].split())}\n"
    assert len(set(invalid_links)) == 3
    assert "أخبار يونيو.other" in ended.err


def test_a_command_name_is_not_taken_for_a_corpus(
    run: Run, window: list[Path | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list").touch()
    assert run("list").code == 2
    assert window == []
    assert run("./list").code == 7
    assert window == [Path("list")]


def test_more_than_one_corpus_is_wrong_usage(run: Run, window: list[Path | None]) -> None:
    assert run("a.corpus", "b.corpus").code == 2
    assert window == []


@pytest.mark.parametrize("screen", ["WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_any_display_variable_is_enough(
    run: Run, window: list[Path | None], screen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setenv(screen, "offscreen")
    assert run().code == 7


@pytest.mark.skipif(not SCREEN, reason="no X server here: packaging/dev.py test brings one")
def test_a_responding_x_server_is_enough(run: Run, window: list[Path | None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setenv("DISPLAY", SCREEN)
    assert run().code == 7


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")
def test_an_unresponsive_x_server_is_reported_in_one_line(
    run: Run, window: list[Path | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setenv("DISPLAY", ":987")
    ended = run()
    assert (ended.code, ended.out, window) == (2, b"", [])
    assert ended.err.count("\n") == 1
    assert "display :987 does not respond" in ended.err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")
def test_a_missing_display_is_reported_in_one_line(
    run: Run, window: list[Path | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setenv("DISPLAY", "")
    for arguments in [], ["a.corpus"]:
        ended = run(*arguments)
        assert (ended.code, ended.out) == (2, b"")
        assert "cannot open a window" in ended.err
        assert ended.err.count("\n") == 1
    assert window == []


def test_a_misspelt_command_lists_the_commands(run: Run) -> None:
    ended = run("exprot", "x.corpus")
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.count("\n") == 1
    for name in ("exprot", "import", "list", "show", "export"):
        assert name in ended.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list"], "CORPUS"),
        (["show", "x.corpus"], "ID"),
        (["import", "x.corpus"], "PATH"),
        (["list", "x.corpus", "y"], "y"),
        (["--nothing"], "--nothing"),
        (["list", "--nothing", "x"], "--nothing"),
        (["--language", "tlh"], "tlh"),
        (["import", "x.corpus", "x.txt", "--format", "nothing"], "nothing"),
        (["list", "missing.corpus"], "missing.corpus"),
        (["import", "x.corpus", ""], "PATH"),
        (["import", "", "x.txt"], "CORPUS"),
        (["backup", "x.corpus", "-"], "“-” is standard input or output"),
        (["changes", "x.corpus", "-"], "“-” is standard input or output"),
        (["import", "-", "x.txt"], "“-” is standard input or output"),
        (["list", "missing/x.corpus"], "missing"),
        (["show", __file__, "1"], __file__),
    ],
)
def test_wrong_usage_is_reported_in_one_line(
    run: Run, arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run(*arguments)
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.startswith("annotator: ")
    assert ended.err.count("\n") == 1
    assert message in ended.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            RuntimeError("broken\nbadly"),
            "annotator: internal error: RuntimeError: broken badly; a report was saved: {report}\n",
        ),
        (KeyError("وزارة"), "annotator: internal error: KeyError; a report was saved: {report}\n"),
        (
            PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/x"),
            "annotator: “/x” cannot be used: access is denied: check who may use the file and its folder\n",
        ),
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
            "annotator: the disk is full: free some space, then try again\n",
        ),
    ],
)
def test_an_unexpected_error_is_reported_in_one_line(
    run: Run, corpus: Path, error: Exception, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_articles, "TableWriter", raising(error))
    ended = run("list", corpus)
    report = next(iter(crash_reports.list_reports()), None)
    assert (ended.code, ended.out, ended.err) == (2, b"", message.format(report=report))
    assert (report is None) == isinstance(error, OSError)
    monkeypatch.setenv("ANNOTATOR_DEBUG", "1")
    ended = run("list", corpus)
    assert ended.code == 2
    assert ended.err.startswith(message.partition("{")[0])
    assert "Traceback" in ended.err


def test_the_error_report_has_traceback_and_log(run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_articles, "TableWriter", lambda *_: dict[str, str]()["وزارة الصحة"])
    assert run("list", corpus).code == 2
    [report] = crash_reports.list_reports()
    text = report.read_text(encoding="utf-8")
    assert "annotator/cli/list_articles.py" in text
    assert "SQLite " in text
    assert "ERROR annotator.cli.running: unforeseen error" in text
    assert "وزارة" not in text


def test_an_error_is_printed_if_no_report_can_be_written(
    run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.log_dir().write_text("a file where the folder would be")
    monkeypatch.setattr(list_articles, "TableWriter", lambda *_: dict[str, str]()["وزارة"])
    assert run("list", corpus) == (2, b"", "annotator: internal error: KeyError\n")


def test_a_build_without_catalogues_is_reported(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "fr")
    monkeypatch.setattr(i18n, "resource_path", lambda *_: tmp_path)
    ended = run("--help")
    assert ended.code == 2
    assert ended.err == "annotator: no compiled texts for 'fr': run packaging/catalogues.py\n"


def test_ctrl_c_is_reported_in_one_line(run: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_articles, "TableWriter", raising(KeyboardInterrupt()))
    assert run("list", corpus) == (130, b"", "annotator: interrupted\n")


def test_version_and_help(run: Run) -> None:
    assert annotator.__version__ in run("--version").text
    assert run("--help").code == 0
    names = root.list_commands(click.Context(root))
    assert names
    for command in names:
        assert command in run("--help").text
        ended = run(command, "--help")
        assert ended.code == 0
        assert "--help" in ended.text
        group = root.load_command(command)
        members = [*group.commands] if isinstance(group, click.Group) else [None]
        for member in members:
            assert "--json" in run(*filter(None, (command, member)), "--help").text


def test_help_has_a_short_option_everywhere(run: Run) -> None:
    root_help = run("--help").text
    assert "-h, --help" in root_help
    assert run("-h").text == run("x.corpus", "-h").text == root_help
    assert run("list", "-h").text == run("list", "--help").text


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Create a French catalogue of three messages, one of them click's."""
    french = Catalog("fr")
    french.add("Usage:", "Emploi :")
    french.add("No such option {name!r}.", "Option {name!r} inconnue.")
    french.add("List the articles of CORPUS with their state for each annotator.", "Les articles de CORPUS.")
    target = tmp_path / "fr" / "LC_MESSAGES" / "annotator.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as opened:
        write_mo(opened, french)
    monkeypatch.setattr(i18n, "resource_path", lambda *_: tmp_path)
    monkeypatch.setattr(running, "resource_path", lambda *_: tmp_path)


@pytest.mark.usefixtures("catalogue")
def test_help_and_errors_are_in_the_users_language(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Emploi : annotator" in run("--language", "fr", "--help").text
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", "en")
    assert "Usage: annotator" in run("--help").text
    settings.save(Settings("fr"))
    monkeypatch.delenv("ANNOTATOR_LANGUAGE")
    ended = run("list", "--help")
    assert "Emploi : annotator list" in ended.text
    assert "Les articles de CORPUS." in ended.text
    assert run("list", "--nothing").err == "annotator: Option '--nothing' inconnue.\n"


def test_help_is_in_the_language_of_the_command_line(run: Run) -> None:
    for command in ([], ["list"]):
        french, english = (run("--language", code, *command, "-h").text for code in ("fr", "en"))
        assert "Afficher ce message et quitter." in french
        assert "Show this message and exit." in english


def test_the_language_may_stand_anywhere(run: Run, corpus: Path, window: list[Path | None]) -> None:
    english = run("list", corpus).text
    for arguments in (
        ["list", corpus, "--language", "fr"],
        ["list", "--language=fr", corpus],
        ["--language", "en", "list", corpus, "--language", "fr"],
    ):
        ended = run(*arguments)
        assert (ended.code, ended.err) == (0, "")
        assert ended.text != english
        assert "Titre" in ended.text
    assert "Afficher ce message" in run("list", "--help", "--language", "fr").text
    assert run("list", "--nothing", "--language", "fr").err.startswith("annotator: Option inconnue")
    assert "--language" not in run("list", "--help").text
    assert run("list", corpus, "--language", "xx").code == 2
    assert run(corpus, "--language", "fr").code == 7
    assert (window, i18n.current_language()) == ([corpus], "fr")
    assert run("search", corpus, "--", "--language").code == 0


@pytest.mark.parametrize("code", ["ar", "fr", "en"])
def test_every_language_can_be_used(run: Run, corpus: Path, code: str) -> None:
    assert run("--language", code, "--help").code == 0
    ended = run(f"--language={code}", "list", corpus)
    assert (ended.code, ended.err) == (0, "")
    assert HEADLINE in ended.text
    assert i18n.current_language() == code


def test_translated_messages_of_click_exist_in_click() -> None:
    # Messages are looked up by their text: one that click does not use would never be translated.
    source = "".join(path.read_text() for path in Path(click.__file__).parent.glob("*.py"))
    messages = [message if isinstance(message, str) else message[0] for message in catalogues.CLICK]
    assert sum(message in source for message in messages) > len(messages) / 2  # other versions may have reworded some


def test_main_ends_the_process(monkeypatch: pytest.MonkeyPatch, corpus: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["annotator", "list", str(corpus), "--json"])
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        signals.remove_handlers()
    assert ended.value.code == 0
