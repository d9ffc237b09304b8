"""The page on a server for a team is read as it is written: what is run, by whom, and what is not."""

import re
import sys
from pathlib import Path

import pages
import pytest
import server_page
from server_page import Block

PAGE = server_page.PAGE.read_text(encoding="utf-8")


def test_blocks_are_read_with_what_they_print() -> None:
    page = (
        "# A\n## B\n```sh\na\nb\n```\n\n```text\nseen\n```\n### C `d`\n```bash\nno\n```\n"
        "```console\nlead$ x\n1\n2\nsanae$ y\n```\n"
    )
    assert server_page.read_blocks(page) == [
        ("B", "sh", "a\nb\n", "seen\n"),
        ("C `d`", "console", "lead$ x\n1\n2\nsanae$ y\n", None),
    ]
    assert server_page.read_steps("lead$ x\n1\n2\nsanae$ y\n") == [("lead", "x", "1\n2\n"), ("sanae", "y", "")]


def test_only_people_of_the_page_type_something() -> None:
    steps = [step for block in server_page.read_blocks(PAGE) for step in server_page.read_steps(block.code)]
    assert {person for person, _command, _printed in steps} == set(server_page.PEOPLE)
    assert all("annotator " in command for _person, command, _printed in steps)


def test_the_sections_that_are_done_otherwise_are_there() -> None:
    headings = {block.heading for block in server_page.read_blocks(PAGE)}
    assert {
        server_page.UPGRADE,
        server_page.NEW_MACHINE,
        *server_page.OWN_AUTHORITY,
        *server_page.PUBLIC_AUTHORITY,
    } <= headings


def test_a_public_certificate_is_in_place_of_an_own_one() -> None:
    blocks = server_page.read_blocks(PAGE)
    own = server_page.choose(blocks, upgrades=False, is_public=False)
    public = server_page.choose(blocks, upgrades=True, is_public=True)
    assert {block.heading for block in own}.isdisjoint((*server_page.PUBLIC_AUTHORITY, server_page.UPGRADE))
    assert {block.heading for block in public}.isdisjoint(server_page.OWN_AUTHORITY)
    assert {block.heading for block in public} - {block.heading for block in own} == {
        *server_page.PUBLIC_AUTHORITY,
        server_page.UPGRADE,
    }
    assert any(server_page.OWN_CERTIFICATE in block.code for block in own)
    assert not any("sslrootcert=ca.crt" in block.code for block in public)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Linux")
def test_the_machine_becomes_a_new_one_once_before_its_section(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "typed"
    monkeypatch.setattr(server_page, "become_new_machine", lambda: append(path, "new machine"))
    monkeypatch.setattr(server_page, "hand_over", lambda *_: None)
    monkeypatch.setattr(server_page, "stop_servers", lambda: None)
    headings = ("Move", "Move", server_page.NEW_MACHINE, server_page.NEW_MACHINE, "Leave")
    server_page.follow([Block(heading, "sh", f"echo '{heading}' >> {path}", None) for heading in headings])
    assert path.read_text(encoding="utf-8").splitlines() == [*headings[:2], "new machine", *headings[2:]]


def append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(f"{line}\n")


def test_every_block_is_run() -> None:
    assert set(re.findall(r"^```(\w+)$", PAGE, re.MULTILINE)) == {"sh", "console", "text"}


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Linux")
def test_a_block_that_fails_ends_the_shell_and_a_block_that_does_not_leaves_its_variables() -> None:
    shell = server_page.Shell()
    assert shell.run("a=1\ncd /") == ""
    assert shell.run("echo $a; pwd; ls /nowhere || echo refused").splitlines()[::2] == [
        "1",
        "ls: cannot access '/nowhere': No such file or directory",
    ]
    with pytest.raises(server_page.Unexpected, match="/nowhere"):
        shell.run("ls /nowhere\necho 'not here'")
    shell.close()


def test_output_that_differs_is_unexpected() -> None:
    server_page.compare("ls", "a … c\n", "a b c\n")
    with pytest.raises(server_page.Unexpected, match="on the page stands"):
        server_page.compare("ls", "a\n", "b\n")
    assert pages.prints("…\n", "")
