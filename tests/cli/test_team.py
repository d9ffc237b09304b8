"""A team from the command line, on computers of its own: made, joined, synced, and left."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import click
import pytest
from builders import apply_edits, build_label_set, build_plain_article, create_corpus, give_articles
from cli.sample import Run
from msgspec.structs import replace

from annotator import __version__, i18n, settings
from annotator.cli.command import TerminalCommand
from annotator.cli.root import root
from annotator.cli.terminal import display_width
from annotator.device_key import device_uid
from annotator.generators import finish
from annotator.model.label_changes import LabelChange
from annotator.model.labels import LabelSet
from annotator.model.records import Edit, Span, article_uid, new_uid
from annotator.remotes import changeset_files
from annotator.remotes.invitation import FolderAddress, read_invitation, write_invitation
from annotator.remotes.memberships import list_memberships, teams_dir
from annotator.store.corpus import Corpus
from annotator.store.label_set import change_labels
from annotator.store.queries.annotators import find_own_name
from annotator.store.queries.assignments import list_queue
from annotator.store.queries.team import read_team

TEXT = "قالت وزارة الصحة إن الخطة ستنجز في 2030"
OTHER_TEXT = "أعلنت الحكومة مخططا جديدا 👩‍🏫 أمس"
UID = article_uid(TEXT)


class Desk:
    """Somebody's computer, and the corpus on it."""

    def __init__(self, name: str, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self.name, self.folder, self._run, self._monkeypatch = name, folder, run, monkeypatch
        folder.mkdir()
        self.corpus = folder / "أخبار.corpus"

    def sit_down(self) -> None:
        """Let the program run on this computer."""
        self._monkeypatch.setenv("ANNOTATOR_HOME", str(self.folder / "home"))
        self._monkeypatch.setenv("LOGNAME", self.name)
        self._monkeypatch.chdir(self.folder)

    def run(self, *arguments: object, code: int = 0) -> Any:
        """Run a command of the team here, which ends with this code; return its JSON."""
        self.sit_down()
        ended = self._run("team", *arguments, "--json")
        assert ended.code == code, ended.err
        return ended.json if ended.out else ended.err

    def say(self, *arguments: object, code: int = 0) -> tuple[str, str]:
        """Run a command of the team here, and return what it prints for people."""
        self.sit_down()
        ended = self._run("team", *arguments)
        assert ended.code == code, ended.err
        return ended.text, ended.err

    def tag(self, label: str, start: int, end: int) -> Span:
        """Label a range of the first article under the name that the corpus has for whoever works here."""
        self.sit_down()
        with Corpus.open(self.corpus) as corpus:
            name = find_own_name(corpus, settings.load().annotator_name)
            span = Span(new_uid(), UID, name, label, start, end)
            apply_edits(corpus, [Edit(None, span)], name)
        return span

    def read_labels(self) -> dict[str, list[str]]:
        """Return the labels of each annotator in the first article."""
        with Corpus.open(self.corpus, readonly=True) as corpus:
            return {name: [span.label for span in corpus.spans(UID, name)] for name in corpus.annotators()}


Desks = Callable[[str], Desk]


@pytest.fixture
def desks(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Desks:
    """Return a function that makes a computer for somebody."""
    return lambda name: Desk(name, tmp_path / name, run, monkeypatch)


@pytest.fixture
def location(tmp_path: Path) -> str:
    """Return where the team is to meet."""
    return str(tmp_path / "shared" / "فريق")


@pytest.fixture
def lead(desks: Desks, location: str) -> Desk:
    """Make a team with a corpus of two articles, one of them labelled."""
    desk = desks("Nadia")
    desk.sit_down()
    create_corpus(desk.corpus, TEXT, OTHER_TEXT).close()
    desk.tag("INSTITUTION", 5, 16)
    created = desk.run("create", location, desk.corpus, "--name", "مختبر")
    assert (created["name"], created["member"], created["role"]) == ("مختبر", "Nadia", "lead")
    synced = desk.run("sync", desk.corpus)
    assert (synced["pushed"], synced["pending"], synced["conflicts"]) == (1, 0, [])
    return desk


def invite(lead: Desk, name: str, role: str) -> Path:
    """Invite somebody, and return the file."""
    path = lead.folder / f"{name}.team"
    lead.run("invite", name, "--role", role, path)
    return path


def join(lead: Desk, desk: Desk, role: str = "curator") -> Any:
    """Invite somebody, who joins on a computer of their own."""
    return desk.run("join", invite(lead, desk.name, role), desk.corpus)


def test_what_one_labels_the_other_gets(lead: Desk, desks: Desks) -> None:
    omar = desks("Omar")
    joined = join(lead, omar)
    assert (joined["name"], joined["member"], joined["role"]) == ("مختبر", "Omar", "curator")
    assert (joined["pulled"], joined["pending"]) == (1, 0)
    assert omar.read_labels()["Nadia"] == ["INSTITUTION"]
    omar.tag("DATE", 35, 39)
    synced = omar.run("sync", omar.corpus)
    assert (synced["pushed"], synced["pulled"], synced["pending"], synced["conflicts"]) == (1, 0, 0, [])
    again = omar.run("sync", omar.corpus)
    assert (again["pushed"], again["pulled"]) == (0, 0)
    assert lead.run("sync", lead.corpus)["pulled"] == 1
    assert lead.read_labels() == {"Nadia": ["INSTITUTION"], "Omar": ["DATE"]} == omar.read_labels()
    text, err = omar.say("sync", omar.corpus)
    assert (text, err) == ("synced: 0 steps sent, 0 steps fetched, 0 new articles, 0 conflicts\n", "")


def test_nobody_is_said_to_be_invited_only_where_a_folder_knows_of_no_visit(lead: Desk, desks: Desks) -> None:
    join(lead, desks("Omar"))
    text, _err = lead.say("members")
    assert [line.split()[1:] for line in text.splitlines()[1:]] == [["lead", "-", "-"], ["curator", "-", "-"]]


def test_whoever_claims_in_a_folder_is_told_that_nobody_can(lead: Desk) -> None:
    text, _err = lead.say("claim", lead.corpus)
    assert text.startswith("In a folder nobody can claim articles")
    assert lead.run("claim", lead.corpus)["claimed"] == 0


def test_what_a_lead_sends_besides_steps_is_counted(lead: Desk, desks: Desks) -> None:
    lead.sit_down()
    with Corpus.open(lead.corpus) as corpus:
        corpus.add(build_plain_article("افتتح الوزير معرضا"))
        give_articles(corpus, {"Nadia": [1, 2]})
    text, _err = lead.say("sync", lead.corpus)
    assert text == "synced: 1 article sent, 2 assignments sent, 0 steps fetched, 0 new articles, 0 conflicts\n"
    with Corpus.open(lead.corpus) as corpus:
        labels = corpus.labels()
        more = LabelSet((*labels.labels, *build_label_set("PERSON").labels))
        finish(change_labels(corpus, LabelChange(labels, more, {label.name: label.name for label in labels.labels})))
    synced = lead.run("sync", lead.corpus)
    assert synced["sent"]["label_edits"] > 0
    assert (synced["sent"]["articles"], synced["sent"]["assignments"]) == (0, 0)
    assert lead.run("sync", lead.corpus)["sent"] == {"articles": 0, "label_edits": 0, "assignments": 0}


def test_an_older_program_waits_before_a_folder_too(lead: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lead.run("upgrade", "--require-update") == {"version": None, "oldest": __version__}
    lead.tag("DATE", 35, 39)
    with monkeypatch.context() as context:
        context.setattr("annotator.remotes.remote.__version__", "0.0.9")
        assert lead.run("sync", lead.corpus, code=1)["pending"] == 1
        assert "A newer program is needed" in lead.say("status", code=1)[1]
    assert lead.run("sync", lead.corpus)["pushed"] == 1


def test_work_done_before_joining_is_the_members(lead: Desk, desks: Desks) -> None:
    omar = desks("Omar")
    omar.sit_down()
    create_corpus(omar.corpus, TEXT).close()
    omar.tag("DATE", 35, 39)
    joined = join(lead, omar)
    assert (joined["pushed"], joined["pulled"]) == (1, 1)
    omar.tag("PLAN", 20, 25)
    omar.run("sync", omar.corpus)
    lead.run("sync", lead.corpus)
    assert lead.read_labels() == {"Nadia": ["INSTITUTION"], "Omar": ["PLAN", "DATE"]}


def test_who_was_in_the_leads_corpus_is_the_same_person_in_the_team(lead: Desk, desks: Desks) -> None:
    omar = desks("Omar")
    omar.sit_down()
    create_corpus(omar.corpus, TEXT).close()
    omar.tag("DATE", 35, 39)
    omar.sit_down()
    assert omar._run("changes", omar.corpus, lead.folder / "omar.changeset").code == 0
    lead.sit_down()
    assert lead._run("merge", lead.corpus, lead.folder / "omar.changeset").code == 0
    join(lead, omar)
    lead.run("sync", lead.corpus)
    assert lead.read_labels() == {"Nadia": ["INSTITUTION"], "Omar": ["DATE"]} == omar.read_labels()


def test_whoever_is_invited_can_be_given_articles_before_joining(lead: Desk, desks: Desks) -> None:
    omar = desks("Omar")
    path = invite(lead, "Omar", "annotator")
    lead.sit_down()
    with Corpus.open(lead.corpus) as corpus:
        give_articles(corpus, {"Omar": [1]})
    lead.run("sync", lead.corpus)
    omar.run("join", path, omar.corpus)
    with Corpus.open(omar.corpus, readonly=True) as corpus:
        name = find_own_name(corpus, "Omar")
        assert (name, len(list_queue(corpus, name))) == ("Omar", 1)
    assert omar.read_labels().keys() == {"Nadia", "Omar"}


def test_members_are_listed_get_roles_and_are_revoked(lead: Desk, desks: Desks) -> None:
    omar = desks("Omar")
    join(lead, omar)
    listed = lead.run("members")
    assert {member["name"]: member["role"] for member in listed["members"]} == {"Nadia": "lead", "Omar": "curator"}
    assert lead.run("role", "Omar", "annotator") == {"member": "Omar", "role": "annotator"}
    assert {member["name"]: member["role"] for member in lead.run("members")["members"]}["Omar"] == "annotator"
    assert lead.run("revoke", "Omar")["member"] == "Omar"
    listed = lead.run("members")["members"]
    assert {member["name"]: member["is_active"] for member in listed} == {"Nadia": True, "Omar": False}
    assert "revoked" in lead.say("members")[0]
    _out, err = omar.say("sync", omar.corpus, code=2)
    assert err.count("\n") == 1
    assert "cannot revoke yourself" in lead.say("revoke", "Nadia", code=2)[1]
    assert "no member “Selma”" in lead.say("revoke", "Selma", code=2)[1]


def test_the_status_says_what_waits(lead: Desk) -> None:
    lead.tag("DATE", 35, 39)
    state = lead.run("status")
    assert (state["name"], state["member"], state["role"], state["pending"]) == ("مختبر", "Nadia", "lead", 1)
    assert (state["members"], state["error"], Path(state["corpus"])) == (1, None, lead.corpus.resolve())
    text, _err = lead.say("status")
    assert "Steps that wait  1\n" in text
    lead.run("sync", lead.corpus)
    assert lead.run("status")["pending"] == 0


def test_the_whole_team_is_copied_as_one_corpus(lead: Desk, desks: Desks, tmp_path: Path) -> None:
    omar = desks("Omar")
    join(lead, omar)
    omar.tag("DATE", 35, 39)
    omar.run("sync", omar.corpus)
    path = tmp_path / "copy.corpus"
    assert lead.run("copy", path) == {"path": str(path), "articles": 2}
    with Corpus.open(path, readonly=True) as corpus:
        assert read_team(corpus) is None
        labels = {name: [span.label for span in corpus.spans(UID, name)] for name in corpus.annotators()}
        assert labels == {"Nadia": ["INSTITUTION"], "Omar": ["DATE"]}
        assert corpus.labels().labels
    assert "already exists" in lead.say("copy", path, code=2)[1]


@pytest.mark.parametrize(
    "step",
    [
        "annotator.remotes.folder.FolderRemote._save_member",
        "annotator.remotes.memberships.save_membership",
        "annotator.jobs.teams.creation.belong_to_team",
    ],
)
def test_a_team_whose_making_was_interrupted_is_completed(
    desks: Desks, location: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    nadia, omar = desks("Nadia"), desks("Omar")
    nadia.sit_down()
    create_corpus(nadia.corpus, TEXT).close()
    with monkeypatch.context() as context:
        context.setattr(step, mock.Mock(side_effect=KeyboardInterrupt))
        nadia.run("create", location, nadia.corpus, code=130)
    assert "has a team already" in omar.say("create", location, code=2)[1]
    assert list(teams_dir().iterdir()) == []
    created = nadia.run("create", location, nadia.corpus, "--name", "another name")
    assert (created["name"], created["member"], created["role"]) == (nadia.corpus.stem, "Nadia", "lead")
    assert [path.suffix for path in teams_dir().iterdir()] == [".json"]
    assert nadia.run("sync", nadia.corpus)["sent"]["articles"] == 1
    join(nadia, omar)
    assert [member["name"] for member in nadia.run("members")["members"]] == ["Nadia", "Omar"]
    assert "has a team already" in nadia.say("create", location, code=2)[1]


def test_a_team_whose_making_was_interrupted_is_completed_where_its_folder_has_gone(
    desks: Desks, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by another drive letter."""
    nadia = desks("Nadia")
    nadia.sit_down()
    with monkeypatch.context() as context:
        context.setattr("annotator.remotes.memberships.save_membership", mock.Mock(side_effect=KeyboardInterrupt))
        nadia.run("create", location, code=130)
    moved = Path(location).rename(Path(location).with_name("moved"))
    assert nadia.run("create", moved)["address"] == str(moved)
    assert [path.suffix for path in teams_dir().iterdir()] == [".json"]
    assert nadia.run("status")["members"] == 1


def test_a_team_is_verified(lead: Desk) -> None:
    result = lead.run("verify")
    assert result["items"] > 0
    assert result["faults"] == []
    assert "0 faults" in lead.say("verify")[0]


def test_a_team_that_cannot_be_met_is_told_as_json_too(lead: Desk, location: str) -> None:
    Path(location).rename(Path(location).with_name("moved"))
    for command in (["verify"], ["claim", lead.corpus]):
        message = lead.run(*command, code=1)["error"]
        assert message in lead.say(*command, code=1)[1]


def test_a_file_that_stays_unreadable_is_told(
    lead: Desk, desks: Desks, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    omar = desks("Omar")
    join(lead, omar)
    for start in (33, 35):
        omar.tag("DATE", start, 39)
        omar.run("sync", omar.corpus)
    damaged, _later = sorted(Path(location, device_uid()).glob("*.changeset"))[-2:]
    data = damaged.read_bytes()
    damaged.write_bytes(data[:-1])
    assert lead.run("sync", lead.corpus)["unreadable"] == []
    assert lead.run("status")["unreadable"] == []
    now = time.time()
    monkeypatch.setattr(changeset_files, "time", SimpleNamespace(time=lambda: now + 3600))
    name = f"{damaged.parent.name}/{damaged.name}"
    for command in (("sync", lead.corpus), ("status",)):
        [file] = lead.run(*command, code=1)["unreadable"]
        assert (file["name"], file["people"], file["later"]) == (name, ["Omar"], 1)
        _text, message = lead.say(*command, code=1)
        assert f"The file “{name}” in the folder of the team cannot be read, since " in message
        assert "the computer of “Omar”. 1 later file waits for it. If it stays so, move it" in message
    damaged.write_bytes(data)
    assert lead.run("sync", lead.corpus)["pulled"] == 2
    assert lead.run("status")["unreadable"] == []


def test_a_corpus_of_one_team_joins_no_other(lead: Desk, desks: Desks, tmp_path: Path) -> None:
    omar = desks("Omar")
    join(lead, omar)
    omar.run("create", tmp_path / "other team")
    path = omar.folder / "Lina.team"
    assert "several teams" in omar.say("invite", "Lina", path, code=2)[1]
    omar.run("invite", "Lina", path, "--team", "other team")
    _out, err = omar.say("join", path, omar.corpus, code=2)
    assert "belongs to the team “مختبر”: leave it first" in err
    assert "belongs to the team “مختبر”" in omar.say("create", tmp_path / "third", omar.corpus, code=2)[1]
    assert not (tmp_path / "third").exists()
    result = omar.run("leave", omar.corpus)
    assert (result.pop("team"), result.pop("corpus"), result.pop("pending")) == ("مختبر", str(omar.corpus), 0)
    assert set(result.values()) == {None}
    assert "belongs to no team" in omar.say("sync", omar.corpus, code=2)[1]
    assert [each.name for each in list_memberships()] == ["other team"]
    assert omar.read_labels()["Nadia"] == ["INSTITUTION"]


def test_two_on_one_computer_are_two(lead: Desk) -> None:
    path = invite(lead, "Omar", "curator")
    trial = lead.folder / "trial.corpus"
    lead.run("join", path, trial)
    lead.corpus, own = trial, lead.corpus
    lead.tag("DATE", 35, 39)
    assert lead.read_labels() == {"Nadia": ["INSTITUTION"], "Omar": ["DATE"]}
    assert lead.run("sync", trial)["pushed"] == 1
    lead.run("sync", own)
    lead.corpus = own
    assert lead.read_labels() == {"Nadia": ["INSTITUTION"], "Omar": ["DATE"]}


def test_nobody_joins_twice_as_two(lead: Desk) -> None:
    path = invite(lead, "Omar", "curator")
    assert "belongs to the team “مختبر”" in lead.say("join", path, lead.corpus, code=2)[1]
    other = lead.folder / "other.corpus"
    create_corpus(other, TEXT).close()
    lead.corpus, own = other, lead.corpus
    lead.tag("DATE", 35, 39)
    assert "is in the team already, as “Nadia”" in lead.say("join", path, other, code=2)[1]
    lead.corpus = own
    with Corpus.open(other, readonly=True) as corpus:
        assert read_team(corpus) is None


def test_an_invitation_names_its_member_and_replaces_only_an_invitation(lead: Desk) -> None:
    path = lead.folder / "omar.team"
    text, _err = lead.say("invite", "عمر", "--role", "annotator", path)
    assert "عمر is invited to “مختبر” as annotator" in text
    first = read_invitation(path)
    assert (first.member.name, first.member.role) == ("عمر", "annotator")
    lead.run("invite", "عمر", "--role", "curator", path)
    assert read_invitation(path).member.uid == first.member.uid
    path.write_text("mine", encoding="utf-8")
    assert "exists and is not an invitation" in lead.say("invite", "عمر", path, code=2)[1]
    assert path.read_text(encoding="utf-8") == "mine"
    assert "ends with .team" in lead.say("invite", "عمر", lead.folder / "omar.txt", code=2)[1]
    assert "control characters" in lead.say("invite", "a\x1bb", lead.folder / "b.team", code=2)[1]


def test_no_invitation_is_joined_by(lead: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.team"
    path.write_text("{}", encoding="utf-8")
    new = tmp_path / "new.corpus"
    _out, err = lead.say("join", path, new, code=2)
    assert str(path) in err
    assert err.count("\n") == 1
    assert not new.exists()


@pytest.mark.parametrize("folder", ["//evil.example/share", "\\\\evil.example\\share", "lab", "/nowhere/at all"])
def test_no_folder_is_looked_at_that_an_invitation_names_elsewhere(lead: Desk, desks: Desks, folder: str) -> None:
    path = invite(lead, "Omar", "curator")
    invitation = read_invitation(path)
    assert isinstance(invitation.address, FolderAddress)
    write_invitation(replace(invitation, address=FolderAddress(folder)), path)
    omar = desks("Omar")
    assert "say with --folder" in omar.say("join", path, omar.corpus, code=2)[1]
    assert not omar.corpus.exists()
    joined = omar.run("join", path, omar.corpus, "--folder", invitation.address.folder)
    assert (joined["member"], joined["address"]) == ("Omar", invitation.address.folder)


def test_another_team_in_the_folder_is_refused(lead: Desk, desks: Desks, tmp_path: Path) -> None:
    path = invite(lead, "Omar", "curator")
    lead.run("create", tmp_path / "other team")
    omar = desks("Omar")
    omar.say("join", path, omar.corpus, "--folder", tmp_path / "other team", code=2)
    assert not omar.corpus.exists()
    assert list_memberships() == []


def test_wrong_usage(lead: Desk, tmp_path: Path) -> None:
    assert "or a folder" in lead.say("create", "https://db.example/news", code=2)[1]
    assert "belongs to no team “x”" in lead.say("members", "--team", "x", code=2)[1]
    nobody = Desk("Nobody", tmp_path / "Nobody", lead._run, lead._monkeypatch)
    assert nobody.say("status", code=2)[1] == "annotator: This computer belongs to no team.\n"


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_command_of_the_team_has_help_with_examples_that_fits(language: str, run: Run) -> None:
    group = root.load_command("team")
    assert isinstance(group, click.Group)
    for name in group.list_commands(click.Context(group)):
        command = group.commands[name]
        assert isinstance(command, TerminalCommand)
        assert command.examples, name
        lines = run("--language", language, "team", name, "--help").text.splitlines()
        assert [line for line in lines if display_width(line) > 80] == []
    listed = run("--language", language, "team", "--help").text.splitlines()[1:]
    assert [line for line in listed if line.endswith("...")] == []  # none is cut


@pytest.mark.slow
def test_real_processes_share_a_team(tmp_path: Path) -> None:
    def annotator(desk: str, *arguments: object) -> Any:
        environment = os.environ | {"ANNOTATOR_HOME": str(tmp_path / desk), "LOGNAME": desk, "ANNOTATOR_LANGUAGE": "en"}
        words = [sys.executable, "-P", "-m", "annotator", *map(str, arguments), "--json"]
        ended = subprocess.run(words, capture_output=True, encoding="utf-8", env=environment, cwd=tmp_path, check=False)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    annotator("Nadia", "import", "a.corpus", "a.txt")
    annotator("Nadia", "team", "create", "lab", "a.corpus")
    annotator("Nadia", "team", "sync", "a.corpus")
    annotator("Nadia", "team", "invite", "Omar", "--role", "curator", "omar.team")
    annotator("Omar", "team", "join", "omar.team", "b.corpus")
    assert [article["id"] for article in annotator("Omar", "list", "b.corpus")] == [1]
    annotator("Omar", "mark", "b.corpus", "1", "--state", "done")
    assert annotator("Omar", "team", "sync", "b.corpus")["pushed"] == 1
    assert annotator("Nadia", "team", "sync", "a.corpus")["pulled"] == 1
    [article] = annotator("Nadia", "list", "a.corpus")
    assert article["states"] == {"Omar": "done"}
