"""The page on a server for a team is read as it is written: what is run, by whom, and what is not."""

import re
import sys

import pages
import pytest
import server_page

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


def test_the_section_of_the_upgrade_is_there() -> None:
    assert server_page.UPGRADE in {block.heading for block in server_page.read_blocks(PAGE)}


def test_what_is_not_run_is_said_to_be_so() -> None:
    for section in re.split(r"^(?=## |\*\*)", PAGE, flags=re.MULTILINE):
        for before in section.split("```bash\n")[:-1]:
            assert re.search(r"\*\*(not tried|by hand)\*\*", before, re.IGNORECASE), before
    kinds = set(re.findall(r"^```(\w+)$", PAGE, re.MULTILINE))
    assert kinds == {"sh", "console", "text", "bash"}


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
