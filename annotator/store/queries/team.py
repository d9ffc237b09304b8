"""The team that a corpus belongs to, and what its remote is not known to have yet (see docs/adr/0029)."""

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Annotated, Any, Final

from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from annotator import __version__
from annotator.device_key import device_uid
from annotator.model.changeset import Assignment, Changeset
from annotator.model.history import LABELS_STEP
from annotator.model.teams import BEGINNING, LEAD, ROLES
from annotator.store import row_mapping
from annotator.store.changesets import (
    find_articles,
    read_articles,
    read_assignments,
    read_batches,
    read_people,
    read_steps,
    select_people,
)
from annotator.store.corpus import Corpus
from annotator.store.label_rows import read_label_edits
from annotator.store.queries.assignments import list_batches
from annotator.store.team_tables import ARTICLE, ASSIGNMENT, BATCH, LABEL, STEP

_FILL: Final = (
    f"INSERT INTO pending (kind, uid) SELECT '{LABEL}', uid FROM label_edit ORDER BY clock, uid",
    f"INSERT INTO pending (kind, uid) SELECT '{ARTICLE}', uid FROM article_number ORDER BY id",
    f"INSERT INTO pending (kind, uid) SELECT '{BATCH}', uid FROM batch ORDER BY rowid",
    f"""
    INSERT INTO pending (kind, uid)
    SELECT '{ASSIGNMENT}', article || ' ' || annotator FROM assignment
    UNION SELECT '{ASSIGNMENT}', article || ' ' || annotator FROM unassignment
    """,
    f"""
    INSERT INTO pending (kind, uid)
    SELECT '{STEP}', uid FROM stored_step ORDER BY clock, uid
    """,
)

_BYTES_A_CHARACTER: Final = 2  # of Arabic in UTF-8
_OWN_NAME: Final = "(SELECT annotator FROM identity JOIN team ON identity.uid = member)"
_IS_OWN: Final = f"{_OWN_NAME} IN (annotator, coalesce(actor, annotator))"


class Team(Struct, frozen=True):
    """A team, and who works in it with this corpus.

    `address` says where its remote is, for show. `member` is the uid of the person and `role` one of ROLES. `cursor`
    says how far the remote was read, and `synced` when it was last asked, ISO 8601 in UTC.
    """

    uid: str
    name: str
    address: str
    member: str
    role: Annotated[str, Meta(pattern=f"^({'|'.join(ROLES)})$")]
    cursor: str = BEGINNING
    synced: str | None = None


def read_team(corpus: Corpus) -> Team | None:
    """Return the team that the corpus belongs to. Raises DamagedCorpus."""
    return next(map(to_team, corpus.query("SELECT * FROM team")), None)


def to_team(row: Mapping[str, Any]) -> Team:
    """Return the team in a row. Raises DamagedCorpus."""
    return row_mapping.to_struct("team", row, Team)


def join_team(corpus: Corpus, team: Team) -> None:
    """Let the corpus belong to this team, and to no other one; all that is in it is pending."""
    with corpus.transaction():
        corpus.db.execute("DELETE FROM team")
        corpus._insert("team", {"id": 1, **asdict(team)})
        _fill_pending(corpus)


def leave_team(corpus: Corpus) -> None:
    """Let the corpus belong to no team any more; it keeps all that it has."""
    with corpus.transaction():
        corpus.db.execute("DELETE FROM team")
        corpus.db.execute("DELETE FROM pending")


def update_team(
    corpus: Corpus,
    *,
    cursor: str | None = None,
    synced: str | None = None,
    role: str | None = None,
    name: str | None = None,
) -> None:
    """Change what is not None of the team that the corpus belongs to."""
    changes = {"cursor": cursor, "synced": synced, "role": role, "name": name}
    values = {column: value for column, value in changes.items() if value is not None}
    if values:
        with corpus.transaction():
            assignments = ", ".join(f"{column} = ?" for column in values)
            corpus.db.execute(f"UPDATE team SET {assignments}", list(values.values()))


def offer_again(corpus: Corpus) -> None:
    """Make all that is in the corpus pending, and read the remote from its beginning: it was restored from a backup."""
    with corpus.transaction():
        if read_team(corpus) is not None:
            update_team(corpus, cursor=BEGINNING)
            _fill_pending(corpus)


def _fill_pending(corpus: Corpus) -> None:
    for statement in ("DELETE FROM pending", *_FILL):
        corpus.db.execute(statement)


# What is pending


def count_pending(corpus: Corpus) -> int:
    """Return the number of pending steps that the member may send; none in a corpus of no team."""
    team = read_team(corpus)
    if team is None:
        return 0
    query = f"SELECT count(*) FROM pending {_sendable_steps(team)}"
    [(count,)] = corpus.fetch_tuples(query)
    return int(count)


def count_pending_items(corpus: Corpus) -> int:
    """Return the number of pending items that the member may send: of a lead, also articles and assignments."""
    team = read_team(corpus)
    if team is None or team.role != LEAD:
        return count_pending(corpus)
    [(count,)] = corpus.fetch_tuples("SELECT count(*) FROM pending WHERE kind <> ?", LABEL)
    return int(count)


def count_pending_labels(corpus: Corpus) -> int:
    """Return the number of pending changes of labels that the member may send: none but a lead's."""
    team = read_team(corpus)
    if team is None or team.role != LEAD:
        return 0
    [(count,)] = corpus.fetch_tuples("SELECT count(*) FROM pending WHERE kind = ?", LABEL)
    return int(count)


def has_pending(corpus: Corpus) -> bool:
    """Return whether anything is pending that the member may send: of a lead, also articles, assignments and labels."""
    team = read_team(corpus)
    if team is None:
        return False
    where = "" if team.role == LEAD else _sendable_steps(team)
    return bool(corpus.fetch_tuples(f"SELECT 1 FROM pending {where} LIMIT 1"))


def read_pending(corpus: Corpus, limit: int, max_bytes: int = 1 << 62, *, without: Collection[str] = ()) -> Changeset:
    """Return pending items that the member may send, the first ones first, and what they need; none without a team.

    Articles and assignments, which only a lead may send, come before steps. Of all these and of the edits of steps
    there are at most `limit`, and of articles and steps about `max_bytes` in UTF-8, but never a part of a step, and at
    least one if any is pending. A batch comes along with
    its assignments, and `label_edits` is always the whole record, from which the names in steps are understood. Steps
    come without their articles, which are at the remote already or came before. Steps in `without` (uids) are left
    out. Raises CorpusError.
    """
    team = read_team(corpus)
    if team is None:
        return Changeset(__version__, device_uid())
    with corpus.snapshot():
        articles, assignments, batches = list[str](), list[Assignment](), set[str]()
        if team.role == LEAD:
            articles, max_bytes, has_more = _choose_articles(corpus, limit, max_bytes)
            limit = len(articles) if has_more else limit  # what is done in an article comes after it
            assignments = _read_pending_assignments(corpus, limit - len(articles))
            batches = set(_read_uids(corpus, BATCH)) | {each.batch for each in assignments if each.batch}
        size = len(articles) + len(assignments)
        steps = tuple(
            read_steps(corpus, _choose_steps(corpus, team, limit - size, max_bytes, without, needs_one=not size))
        )
        everybody = None if team.role == LEAD else ()
        people = read_people(corpus)
        selected = list(select_people(people, steps, assignments, everybody))
        selected += [person for person in people if team.member in person.uids and person not in selected]
        return Changeset(
            program=__version__,
            device=device_uid(),
            people=tuple(selected),
            label_edits=tuple(read_label_edits(corpus)),
            articles=tuple(read_articles(corpus, articles)),
            steps=steps,
            batches=read_batches(corpus, batches),
            assignments=tuple(assignments),
        )


def confirm(corpus: Corpus, changeset: Changeset) -> None:
    """Let nothing be pending that the changeset has: the remote has it.

    What was given out or taken back after it stays pending. So do changes of labels of whoever may not send any: what
    they push only describes the labels.
    """
    with corpus.transaction():
        team = read_team(corpus)
        if team is None:
            return
        label_edits = changeset.label_edits if team.role == LEAD else ()
        uids = chain(
            ((STEP, step.uid) for step in changeset.steps),
            ((LABEL, edit.uid) for edit in label_edits),
            ((ARTICLE, base.article.uid) for base in changeset.articles),
            ((BATCH, batch.uid) for batch in changeset.batches),
            ((ASSIGNMENT, uid) for uid in _list_confirmed_assignments(corpus, changeset)),
        )
        corpus.db.conn.executemany("DELETE FROM pending WHERE kind = ? AND uid = ?", uids)


def list_provisional_steps(corpus: Corpus) -> list[str]:
    """Return the uids of steps of labels that a merge made here and that the member may not send.

    Each corpus makes them of what it has so far (see `complete_deletions`), and may not have all yet. Those that count
    come from whoever may change the layer.
    """
    team = read_team(corpus)
    if team is None or team.role == LEAD:
        return []
    query = f"""
        SELECT pending.uid FROM pending CROSS JOIN stored_step ON stored_step.uid = pending.uid
        WHERE kind = '{STEP}' AND name = '{LABELS_STEP}' AND device IS NULL AND NOT {_IS_OWN}
    """
    return [uid for (uid,) in corpus.fetch_tuples(query)]


def withdraw_steps(corpus: Corpus, uids: Collection[str]) -> None:
    """Remove provisional steps, as if they had never been."""
    corpus.db.conn.executemany("DELETE FROM edit WHERE step = ?", [(uid,) for uid in uids])
    corpus.db.conn.executemany("DELETE FROM pending WHERE kind = ? AND uid = ?", [(STEP, uid) for uid in uids])


def forget_assignments(corpus: Corpus, annotator: str) -> None:
    """Let nothing be pending that was given to an annotator who has another name from now on, or was taken back."""
    query = "DELETE FROM pending WHERE kind = ? AND substr(uid, instr(uid, ' ') + 1) = ?"
    corpus.db.execute(query, (ASSIGNMENT, annotator))


def list_missing_assignments(corpus: Corpus, changeset: Changeset, member: str) -> set[str]:
    """Return the articles (uids) that the changeset gives to the member and that they did not have.

    Of these the corpus may lack steps even if it has the article: those from before it was theirs, or from while it was
    not, even if it learns only now that it was taken back for a while. Articles that the changeset has as well do not
    count.
    """
    names = {person.name for person in changeset.people if member in person.uids}
    assignments = _find_latest(each for each in changeset.assignments if each.annotator in names)
    own_name = _find_names(corpus, changeset).get(next(iter(names), ""))
    present = _find_latest(read_assignments(corpus, [own_name] if own_name else []))
    present_by_article = {article: latest for (article, _name), latest in present.items()}
    arrived = {base.article.uid for base in changeset.articles}
    return {
        article
        for (article, _name), latest in assignments.items()
        if not latest.is_taken_back
        and article not in arrived
        and ((before := present_by_article.get(article)) is None or _order(before) < _order(latest))
    }


def list_lacking_articles(corpus: Corpus, changeset: Changeset) -> set[str]:
    """Return the articles (uids) of steps and assignments that a merge of the changeset leaves out.

    Neither the corpus nor the changeset has them, or the batch in which they were given out: of a batch, whoever got
    another role may have read past.
    """
    assignments = [each for each in changeset.assignments if not each.is_taken_back]
    needed = {edit.article for step in changeset.steps for edit in step.edits} | {each.article for each in assignments}
    present = find_articles(corpus, needed) | {base.article.uid for base in changeset.articles}
    lacking_batches = {each.batch for each in assignments if each.batch} - {batch.uid for batch in changeset.batches}
    if lacking_batches:
        lacking_batches -= {batch.uid for batch in list_batches(corpus)}
    return (needed - present) | {each.article for each in assignments if each.batch in lacking_batches}


def _sendable_steps(team: Team) -> str:
    """Return the SQL that chooses the pending steps that the member may send."""
    if team.role == LEAD:
        return f"WHERE kind = '{STEP}'"
    return f"CROSS JOIN stored_step ON stored_step.uid = pending.uid WHERE kind = '{STEP}' AND {_IS_OWN}"


def _choose_articles(corpus: Corpus, limit: int, max_bytes: int) -> tuple[list[str], int, bool]:
    """Return the uids of the first pending articles, at least one, the bytes that are left, and whether there are more.

    At most `limit`, and about so many bytes; there are more where the bytes did not suffice.
    """
    query = """
        SELECT pending.uid, ? * article.length FROM pending JOIN article ON article.uid = pending.uid
        WHERE kind = ? ORDER BY pending.id LIMIT ?
    """
    uids = list[str]()
    for uid, size in corpus.fetch_tuples(query, _BYTES_A_CHARACTER, ARTICLE, limit):
        if uids and size > max_bytes:
            return uids, 0, True
        max_bytes -= size
        uids.append(uid)
    return uids, max_bytes, False


def _choose_steps(
    corpus: Corpus, team: Team, limit: int, max_bytes: int, without: Collection[str], *, needs_one: bool
) -> list[str]:
    """Return the uids of the first pending steps, at least one if needed.

    They have at most `limit` edits together, and about so many bytes.
    """
    query = f"""
        SELECT pending.uid, (
            SELECT count(*) FROM stored_edit WHERE step = (SELECT id FROM stored_step WHERE uid = pending.uid)
        ), (
            SELECT sum(length(CAST(coalesce(before, '') || coalesce(after, '') AS BLOB))) FROM stored_edit
            WHERE step = (SELECT id FROM stored_step WHERE uid = pending.uid)
        )
        FROM pending {_sendable_steps(team)} AND pending.uid NOT IN (SELECT value FROM json_each(?))
        ORDER BY pending.id LIMIT ?
    """
    steps: list[str] = []
    for uid, size, byte_count in corpus.fetch_tuples(query, row_mapping.to_json(sorted(without)), max(limit, 1)):
        limit, max_bytes = limit - size, max_bytes - byte_count
        if min(limit, max_bytes) < 0 and (steps or not needs_one):
            break
        steps.append(uid)
    return steps


def _read_uids(corpus: Corpus, kind: str, limit: int = -1) -> list[str]:
    query = "SELECT uid FROM pending WHERE kind = ? ORDER BY id LIMIT ?"
    return [uid for (uid,) in corpus.fetch_tuples(query, kind, limit)]


def _read_pending_assignments(corpus: Corpus, limit: int) -> list[Assignment]:
    """Return what was given out or taken back of the first pending ones, at most `limit`."""
    pending = set(_read_uids(corpus, ASSIGNMENT, limit))
    latest = _find_latest(read_assignments(corpus)) if pending else {}
    return [each for each in latest.values() if _pending_uid(each) in pending]


def _list_confirmed_assignments(corpus: Corpus, changeset: Changeset) -> list[str]:
    """Return the pending uids of assignments of which nothing later than what the changeset has is here."""
    if not changeset.assignments:
        return []
    names = _find_names(corpus, changeset)
    present = _find_latest(read_assignments(corpus, names.values()))
    theirs = _find_latest(
        replace(each, annotator=names[each.annotator]) for each in changeset.assignments if each.annotator in names
    )
    return [
        _pending_uid(each) for key, each in theirs.items() if key not in present or _order(each) >= _order(present[key])
    ]


def _find_names(corpus: Corpus, changeset: Changeset) -> dict[str, str]:
    """Return, of the people of the changeset, what they are called here."""
    names = {uid: person.name for person in read_people(corpus) for uid in person.uids}
    return {person.name: names[uid] for person in changeset.people for uid in person.uids[:1] if uid in names}


def _find_latest(assignments: Iterable[Assignment]) -> Mapping[tuple[str, str], Assignment]:
    """Return the assignment that stands, by article and annotator."""
    latest: dict[tuple[str, str], Assignment] = {}
    for assignment in assignments:
        key = assignment.article, assignment.annotator
        if key not in latest or _order(latest[key]) < _order(assignment):
            latest[key] = assignment
    return latest


def _order(assignment: Assignment) -> tuple[int, bool, str]:
    """Return the key that orders what was done with an article, as `merge_assignments` does."""
    return assignment.clock, assignment.is_taken_back, assignment.batch or ""


def _pending_uid(assignment: Assignment) -> str:
    return f"{assignment.article} {assignment.annotator}"
