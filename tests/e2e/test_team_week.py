"""A team's week, in a folder and at a PostgreSQL server: real windows on two screens, whose work reaches the others.

What must come out is counted from what everybody is said to label (`e2e.lab`), and from nothing that the program says.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import dev
import pytest
from e2e.exports import chunks
from e2e.hands import RealInput, differs_from, require_screen
from e2e.lab import ALL_NEWS, BY_TEXT, LEAD, SALMA, YOUSSEF, News
from e2e.program import end_processes
from e2e.stories import ExpectedSpan, adjudicate_by_keyboard, label_by_keyboard, label_by_mouse
from e2e.team_lab import GOLD, Computer, MeetingPlace, Seat, read_finished, read_layers, type_keys, wait_until
from postgresql import ADMINISTRATOR_PASSWORD, require_programs, run_cluster
from ui.inspection import strip_isolates

from annotator.model.records import DONE
from annotator.store.corpus import utc_timestamp
from annotator.text.tokenizer import tokenize

require_screen()
pytestmark = pytest.mark.posix_only("two screens need two X servers")

CURATOR: Final = "عمر"
NEWS: Final = ALL_NEWS[:3]
AUDIENCE: Final = "AUDIENCE"
"""A label of the lead's own, with the key 4."""
OVERRULED: Final = NEWS[1]
"""The news whose plan the curator finds shorter than Salma; that of the others, longer than Youssef."""


class Lab:
    """The computers of all, and two screens with hands."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        from e2e.devices_x11 import Devices  # not every system has what it imports

        self._folder = folder
        self.screens = [stack.enter_context(dev.virtual_screen()) for _number in range(2)]
        self.hands = [RealInput(Devices(screen["DISPLAY"])) for screen in self.screens]
        for hands in self.hands:
            stack.callback(hands.devices.close)
        stack.callback(end_processes)  # before their screens

    def computer(self, person: str, screen: int, language: str = "ar") -> Computer:
        return Computer(self._folder / f"computer of {person}", self.screens[screen], language)

    def sit_at(self, computer: Computer, screen: int, *paths: Path) -> Seat:
        return Seat(computer, self.hands[screen], computer.open(*paths))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with ExitStack() as stack:
        yield Lab(tmp_path, stack)


@pytest.fixture(params=["folder", "postgresql"])
def meeting_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MeetingPlace]:
    if request.param == "folder":
        drive = tmp_path / "shared drive"
        drive.mkdir()
        yield MeetingPlace(str(drive / "team"), "", False, lambda: unplug(drive), "dossier absent")
    else:
        with run_cluster(require_programs()) as cluster, cluster.new_database() as database:
            url = cluster.url(database)
            yield MeetingPlace(url, ADMINISTRATOR_PASSWORD, True, cluster.stopped, "pas de réseau")


@contextmanager
def unplug(drive: Path) -> Iterator[None]:
    unplugged = drive.rename(drive.with_name("unplugged"))
    try:
        yield
    finally:
        unplugged.rename(drive)


def test_a_teams_week(lab: Lab, meeting_place: MeetingPlace) -> None:
    # Monday: the lead makes the team, gives all articles to both annotators, and sends the invitations.
    lead = lab.computer(LEAD, 0)
    corpus = make_team(lead, meeting_place)
    invitations = invite(lead)
    salma = lab.sit_at(lab.computer(SALMA, 0), 0, invitations[SALMA])
    salma.leave_dialog("Return")
    youssef = lab.sit_at(lab.computer(YOUSSEF, 1, "fr"), 1)
    join_by_key(youssef, invitations[YOUSSEF])
    own_corpora = {name: seat.computer.home / "news.corpus" for name, seat in ((SALMA, salma), (YOUSSEF, youssef))}
    for seat in (salma, youssef):
        seat.wait(lambda state: state["text"] in BY_TEXT, "an article of the team")

    # Tuesday: both label, one by keys and one by the mouse, and neither sees what the other does.
    label(salma, by_mouse=False)
    label(youssef, by_mouse=True)
    wait_until(lambda: len(sync_and_read(lead, corpus)) == 2, "the lead has an article of each")
    for seat, other in ((salma, YOUSSEF), (youssef, SALMA)):
        sync_now(seat)
        see_nothing_of(seat, other)
    if meeting_place.is_server:
        assert {name for _text, name in read_layers(own_corpora[SALMA], SALMA, YOUSSEF)} == {SALMA}
        assert {name for _text, name in read_layers(own_corpora[YOUSSEF], SALMA, YOUSSEF)} == {YOUSSEF}

    # Wednesday: there is no way to the team. Youssef goes on, and Salma too, who goes home early.
    with meeting_place.away():
        label(youssef, by_mouse=False)
        label(salma, by_mouse=True)
        waiting = meeting_place.without
        youssef.wait_for_team(lambda word: waiting in word and word[0].isdigit(), "that steps wait")
        salma.quit()
        label(youssef, by_mouse=False)
    sync_now(youssef)
    salma = lab.sit_at(salma.computer, 0, own_corpora[SALMA])  # which syncs by itself
    wait_until(lambda: len(sync_and_read(lead, corpus)) == 5, "the lead has what waited")
    youssef.quit()

    # Thursday: a curator at Youssef's screen decides what both have done, while Salma does the last one at hers.
    curator = lab.sit_at(lab.computer(CURATOR, 1), 1, invitations[CURATOR])
    curator.leave_dialog("Return")
    curator.wait(lambda state: state["text"] in BY_TEXT, "an article of the team")
    adjudicate(curator, 2)
    sync_now(curator)  # the next sync is due in a minute
    label(salma, by_mouse=False)
    curators = curator.computer.home / "news.corpus"
    wait_until(lambda: len(read_finished(curators, SALMA)) == len(NEWS), "Salma's work comes to the curator by itself")
    adjudicate(curator, 1)
    sync_now(curator)

    # Friday: Salma is still at her window and reads what was decided otherwise; Youssef adds the years.
    sync_now(salma)
    wait_until(lambda: has_decisions(own_corpora[SALMA]), "Salma has what was decided")
    read_what_was_decided_otherwise(salma, [OVERRULED])
    curator.quit()
    youssef = lab.sit_at(youssef.computer, 1, own_corpora[YOUSSEF])
    wait_until(lambda: has_decisions(own_corpora[YOUSSEF]), "Youssef has what was decided")
    read_what_was_decided_otherwise(youssef, [news for news in NEWS if news != OVERRULED])
    corrected = add_years(youssef)
    sync_now(youssef)
    sync_now(salma)

    # In the end: the lead has everything and exports it, and the annotators have what they may see of it.
    layers = expect_layers(corrected)
    assert sync_and_read(lead, corpus) == layers
    for name, seat in ((SALMA, salma), (YOUSSEF, youssef)):
        visible = {name, GOLD} if meeting_place.is_server else {SALMA, YOUSSEF, GOLD}
        wait_until(has_layers(own_corpora[name], layers, visible), f"{name} has the work of {visible} alone")
        seat.quit()
    check_export(lead, corpus)
    assert lead.run("team", "verify")["faults"] == []


# Monday


def make_team(lead: Computer, place: MeetingPlace) -> Path:
    """Import the news, add a label, and make the team of this corpus; return its path."""
    corpus, articles = lead.home / "news.corpus", lead.home / "articles"
    articles.mkdir()
    for number, news in enumerate(NEWS, 1):
        (articles / f"{number}.txt").write_text(news.text, encoding="utf-8")
    lead.run("config", "annotator", LEAD)
    assert lead.run("import", corpus, articles)["added"] == len(NEWS)
    lead.run("labels", corpus, "add", AUDIENCE, "--title-ar", "الفئة", "--title-fr", "Public", "--key", "4")
    both = ("--annotator", SALMA, "--annotator", YOUSSEF)
    if not place.is_server:
        assert lead.run("assign", corpus, *both, "--double", "100%", "--blind")["double"] == len(NEWS)
    lead.run("team", "create", place.location, corpus, PGPASSWORD=place.password)
    lead.run("team", "sync", corpus)
    if place.is_server:
        assert lead.run("team", "offer", corpus, "--double", "100%", "--blind")["offered"] == len(NEWS)
    return corpus


def invite(lead: Computer) -> dict[str, Path]:
    """Return the invitation for each of the others."""
    roles = {SALMA: "annotator", YOUSSEF: "annotator", CURATOR: "curator"}
    files = {name: lead.home / f"{number}.team" for number, name in enumerate(roles)}
    for name, path in files.items():
        lead.run("team", "invite", name, "--role", roles[name], path)
    return files


def join_by_key(seat: Seat, invitation: Path) -> None:
    """Join the team at a window that shows no corpus yet, by an invitation among one's own files."""
    (seat.computer.home / invitation.name).write_bytes(invitation.read_bytes())
    seat.hands.press("Control_L", "F9")
    seat.wait(lambda _state: seat.program.ask("dialog"), "the dialog that chooses a file")
    type_keys(seat.hands, invitation.name)
    seat.hands.press("Return")
    seat.wait(lambda _state: seat.program.ask("button_with_focus") == "Rejoindre", "the question whether to join")
    seat.leave_dialog("Return")


# Until Thursday


def wanted_spans(news: News, annotator: str) -> list[ExpectedSpan]:
    """Return what an annotator labels in the news, in the order of the text."""
    return [*news.label(annotator), news.find(AUDIENCE, news.people)]


def label(seat: Seat, *, by_mouse: bool) -> None:
    """Label the open article, and go to the next one."""
    state = seat.program.ask("state")
    text, annotator = state["text"], state["annotator"]
    *usual, audience = wanted_spans(BY_TEXT[text], annotator)
    seat.hands.press("Control_L", "Home")  # as one reads
    seat.wait(lambda state: state["caret"] and state["caret"][0] == 0, "the first word")
    assert sorted((label_by_mouse if by_mouse else label_by_keyboard)(seat.person, usual)) == sorted(usual)
    seat.drag_over(audience.start, audience.end)
    seat.hands.press("4")
    seat.wait(lambda state: [*audience] in state["spans"], "a span with the label of the lead")
    seat.hands.press("Control_L", "Return")
    seat.wait(shows_other_than(text), "the next article")


def shows_other_than(text: str) -> Callable[[dict[str, Any]], bool]:
    """Return whether a state of the window shows no article with this text."""
    return lambda state: bool(state["text"] != text)


def see_nothing_of(seat: Seat, other: str) -> None:
    """Look at the work of the other annotator in an article that both have done, and see none."""
    own = seat.program.ask("state")
    seat.hands.press("Alt_L", "Up")
    seat.wait(lambda state: state["text"] != own["text"] and state["state"] == DONE, "the article that is done")
    if work := look_at_work(seat, other):
        assert work == ["0", "0"]
        assert seat.program.ask("state")["spans"] == []
        assert look_at_work(seat, own["annotator"])
    assert seat.program.ask("state")["spans"]
    seat.hands.press("Control_L", "Down")
    seat.wait(lambda state: state["text"] == own["text"], "the article to do")


def look_at_work(seat: Seat, annotator: str) -> list[str]:
    """Look at somebody's work; return what is said of how much that is, [] where there is no such annotator."""
    viewed = seat.program.ask("state")["annotator"]
    seat.hands.press("Control_L", "u")
    seat.wait(lambda _state: seat.program.ask("tables"), "the list of annotators")
    [rows] = seat.program.ask("tables")
    names = [strip_isolates(name).partition(" (")[0] for name, *_numbers in rows]
    if annotator not in names:
        seat.leave_dialog("Escape")
        return []
    distance = names.index(annotator) - names.index(viewed)
    for _row in range(abs(distance)):
        seat.hands.press("Down" if distance > 0 else "Up")
    seat.leave_dialog("Return")
    seat.wait(lambda state: state["annotator"] == annotator, f"the work of {annotator}")
    return [*rows[names.index(annotator)][1:]]


def sync_now(seat: Seat) -> None:
    now = utc_timestamp()
    seat.hands.press("Shift_L", "F9")
    seat.wait(lambda _state: seat.program.ask("synced") >= now, "in step")


def sync_and_read(lead: Computer, corpus: Path) -> Mapping[tuple[str, str], list[ExpectedSpan]]:
    """Have the lead sync, and return the layers that she has."""
    lead.run("team", "sync", corpus)
    return read_layers(corpus, SALMA, YOUSSEF, GOLD)


# Thursday and Friday


def gold_spans(news: News) -> list[ExpectedSpan]:
    return wanted_spans(news, YOUSSEF if news == OVERRULED else SALMA)


def adjudicate(seat: Seat, articles: int) -> None:
    """Decide in so many articles, in which there is something to decide, and finish them."""
    seat.hands.press("Control_L", "Shift_L", "j")
    for _article in range(articles):
        text = seat.wait(lambda state: state["annotator"] == GOLD and state["chosen"], "a disagreement")["text"]
        wanted = gold_spans(BY_TEXT[text])
        assert [*adjudicate_by_keyboard(seat.person, wanted)]
        assert sorted(seat.program.ask("state")["spans"]) == sorted([*span] for span in wanted)
        seat.hands.press("Control_L", "Return")
        seat.wait(shows_other_than(text), "the next article")
    seat.wait(lambda state: state["text"] is None, "the end of the list")
    seat.hands.press("Control_L", "Shift_L", "j")
    seat.wait(lambda state: state["annotator"] == CURATOR, "the curator's own layer")


def has_decisions(corpus: Path) -> bool:
    """Return whether a corpus has the gold layers of all news, finished."""
    gold = {(news.text, GOLD): sorted(gold_spans(news)) for news in NEWS}
    return len(read_finished(corpus, GOLD)) == len(NEWS) and read_layers(corpus, GOLD) == gold


def read_what_was_decided_otherwise(seat: Seat, news: list[News]) -> None:
    """Look at the list of what was decided otherwise, and go to the first of it."""
    seat.hands.press("Control_L", "Shift_L", "e")
    seat.wait(lambda _state: seat.program.ask("tables"), "the list of what was decided otherwise")
    [rows] = seat.program.ask("tables")
    assert len(rows) == len(news)
    for _article, own, gold, _reason in rows:
        [about] = [each for each in news if each.plan in own]
        assert (about.years in own) == (about == OVERRULED)
        assert (about.years in gold) == (about != OVERRULED)
    seat.leave_dialog("Return")
    seat.wait(lambda state: state["text"] and BY_TEXT[state["text"]] in news, "the article of the first")


def add_years(seat: Seat) -> News:
    """Click on the plan of the open article, and move its end behind the years; return the news."""
    news = BY_TEXT[seat.program.ask("state")["text"]]
    *_others, wanted = news.label(SALMA)
    seat.hands.click(seat.program.ask("letter", offset=wanted.start, after=True))
    seat.wait(lambda state: state["selected"] and state["focus"], "the plan is selected")
    while [*wanted] not in (before := seat.program.ask("state"))["spans"]:
        seat.hands.press("Shift_L", "Left")
        seat.wait(differs_from(before), "another end")
    return news


# In the end


def expect_layers(corrected: News) -> dict[tuple[str, str], list[ExpectedSpan]]:
    """Return all layers, after Youssef has added the years of one plan."""
    layers = {(news.text, name): wanted_spans(news, name) for news in NEWS for name in (SALMA, YOUSSEF)}
    layers[corrected.text, YOUSSEF] = wanted_spans(corrected, SALMA)
    layers |= {(news.text, GOLD): gold_spans(news) for news in NEWS}
    return {key: sorted(spans) for key, spans in layers.items()}


def has_layers(
    corpus: Path, layers: Mapping[tuple[str, str], list[ExpectedSpan]], annotators: Collection[str]
) -> Callable[[], bool]:
    """Return whether a corpus has, of these layers, those of these annotators and no others."""
    expected = {(text, name): spans for (text, name), spans in layers.items() if name in annotators}
    return lambda: read_layers(corpus, SALMA, YOUSSEF, GOLD) == expected


def check_export(lead: Computer, corpus: Path) -> None:
    target = lead.home / "train.conll"
    report = lead.run("export", corpus, target, "--format", "conll2003", "--gold")
    assert report["verified"]
    wanted = [
        (span.label, [news.text[slice(*token)] for token in tokenize(news.text, span.start, span.end)])
        for news in NEWS
        for span in gold_spans(news)
    ]
    assert chunks(target.read_text(encoding="utf-8").splitlines()) == wanted
