"""The schema of a corpus file and its migrations.

Never change a released migration; append another. `VERSION`, their number, is the file's `user_version`, to recognise a
newer file before modifying it.
"""

from typing import Final

import msgspec

from annotator.model.identities import derive_uid, label_uid
from annotator.model.labels import is_label_name
from annotator.store import numbered_tables, step_tables, team_tables, word_index
from annotator.store.sqlite_library import Database, Migrations
from annotator.store.text_compression import compress_text

APPLICATION_ID: Final = 0x41724E41  # "ArNA": Arabic news annotator

UNKNOWN_TIME: Final = "1970-01-01T00:00:00.000+00:00"
"""The time of what has none, as the labels that a file has at first: the same in every copy."""

_COLOURS: Final = {"light": "#8f6a0a", "dark": "#ecc04c"}
"""The colours of a label that is known by its name alone."""

_RECOVERED_COLUMNS: Final = {
    "span": ("uid", "article", "annotator", "label", "start", "end", "value", "note", "source"),
    "rejection": ("uid", "article", "annotator", "label", "start", "end", "source"),
    "dismissal": ("uid", "article", "annotator", "kind", "label", "start", "end"),
    "status": ("article", "annotator", "state"),
    "note": ("article", "annotator", "text"),
    "title": ("article", "text"),
    "removal": ("article",),
}
"""The tables of records that have edits, as they are when edits get clocks."""

migrations = Migrations("annotator")


@migrations()
def m001_first(db: Database) -> None:
    """Create the tables of articles, zones, labels, annotators, spans, states and edits.

    Offsets are code points, `end` is exclusive. An `edit` holds a record before and after it as JSON, and its step;
    `undoes` is the step that this one undoes.
    """
    for statement in (
        """
        CREATE TABLE article (
            id INTEGER PRIMARY KEY,
            uid TEXT NOT NULL UNIQUE CHECK (length(uid) = 64),
            text TEXT NOT NULL,
            title TEXT,
            published TEXT,
            source TEXT,
            url TEXT,
            added TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TRIGGER article_text_never_changes BEFORE UPDATE OF uid, text ON article
        BEGIN
            SELECT RAISE(ABORT, 'the text of an article never changes');
        END
        """,
        """
        CREATE TABLE zone (
            uid TEXT PRIMARY KEY NOT NULL,
            article TEXT NOT NULL REFERENCES article(uid),
            kind TEXT NOT NULL CHECK (kind IN ('headline', 'dateline', 'body', 'boilerplate')),
            start INTEGER NOT NULL CHECK (start >= 0),
            "end" INTEGER NOT NULL CHECK ("end" > start)
        ) STRICT
        """,
        "CREATE INDEX zone_by_article ON zone(article, start)",
        """
        CREATE TABLE label (
            name TEXT PRIMARY KEY NOT NULL,
            position INTEGER NOT NULL,
            title TEXT NOT NULL CHECK (json_valid(title)),
            guideline TEXT NOT NULL CHECK (json_valid(guideline)),
            light TEXT NOT NULL,
            dark TEXT NOT NULL,
            key TEXT
        ) STRICT
        """,
        "CREATE TABLE annotator (name TEXT PRIMARY KEY NOT NULL CHECK (name <> ''), added TEXT NOT NULL) STRICT",
        """
        CREATE TABLE span (
            uid TEXT PRIMARY KEY NOT NULL,
            article TEXT NOT NULL REFERENCES article(uid),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            label TEXT NOT NULL REFERENCES label(name),
            start INTEGER NOT NULL CHECK (start >= 0),
            "end" INTEGER NOT NULL CHECK ("end" > start),
            value TEXT,
            note TEXT,
            UNIQUE (article, annotator, label, start, "end")
        ) STRICT
        """,
        "CREATE INDEX span_by_label ON span(label)",
        "CREATE INDEX span_by_annotator ON span(annotator)",
        """
        CREATE TABLE status (
            article TEXT NOT NULL REFERENCES article(uid),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            state TEXT NOT NULL CHECK (state IN ('new', 'in_progress', 'done', 'skipped', 'flagged')),
            PRIMARY KEY (article, annotator)
        ) STRICT
        """,
        "CREATE INDEX status_by_annotator ON status(annotator, state)",
        """
        CREATE TABLE edit (
            id INTEGER PRIMARY KEY,
            step TEXT NOT NULL,
            name TEXT NOT NULL,
            article TEXT NOT NULL REFERENCES article(uid),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            time TEXT NOT NULL,
            undoes TEXT,
            before TEXT CHECK (before IS NULL OR json_valid(before)),
            after TEXT CHECK (after IS NULL OR json_valid(after)),
            CHECK (before IS NOT NULL OR after IS NOT NULL)
        ) STRICT
        """,
        "CREATE INDEX edit_by_layer ON edit(article, annotator, id)",
        "CREATE INDEX edit_by_step ON edit(step, id)",
    ):
        db.execute(statement)


@migrations()
def m002_desk(db: Database) -> None:
    """Add notes on articles, annotators' last positions, and the indexes (see `store.word_index`)."""
    for statement in (
        """
        CREATE TABLE note (
            article TEXT NOT NULL REFERENCES article(uid),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            text TEXT NOT NULL CHECK (text <> ''),
            PRIMARY KEY (article, annotator)
        ) STRICT
        """,
        """
        CREATE TABLE place (
            annotator TEXT PRIMARY KEY NOT NULL,
            article TEXT NOT NULL REFERENCES article(uid),
            "offset" INTEGER NOT NULL CHECK ("offset" >= 0)
        ) STRICT
        """,
        """
        CREATE TABLE mention (
            span TEXT PRIMARY KEY NOT NULL REFERENCES span(uid) ON DELETE CASCADE,
            words TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX mention_by_words ON mention(words)",
        # The tokenizer only splits at the spaces of word_index.search_tokens.
        """
        CREATE VIRTUAL TABLE search USING fts5(
            words, content = '', columnsize = 0, prefix = '1 2 3',
            tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
        )
        """,
        """
        CREATE VIRTUAL TABLE beginning USING fts5(
            letters, content = '', columnsize = 0, detail = none,
            tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
        )
        """,
        # Covering indexes, to list a large corpus without reading its articles.
        "CREATE INDEX article_by_number ON article(id)",
        "DROP INDEX status_by_annotator",
        "CREATE INDEX status_by_annotator ON status(annotator, state, article)",
    ):
        db.execute(statement)
    word_index.build(db)


@migrations()
def m003_suggestions(db: Database) -> None:
    """Add accepted and rejected suggestions, trained models and the uncertainty about articles.

    `rejected` holds the folded words in and next to each rejection (see `store.word_index`). `learned` holds a trained
    model, its number of training layers and the last edit then, `doubt` its uncertainty about each article. Both can be
    rebuilt.
    """
    for statement in (
        "ALTER TABLE span ADD COLUMN source TEXT",
        """
        CREATE TABLE rejection (
            uid TEXT PRIMARY KEY NOT NULL,
            article TEXT NOT NULL REFERENCES article(uid),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            label TEXT NOT NULL REFERENCES label(name),
            start INTEGER NOT NULL CHECK (start >= 0),
            "end" INTEGER NOT NULL CHECK ("end" > start),
            source TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX rejection_by_layer ON rejection(article, annotator)",
        """
        CREATE TABLE rejected (
            rejection TEXT PRIMARY KEY NOT NULL REFERENCES rejection(uid) ON DELETE CASCADE,
            before TEXT NOT NULL,
            words TEXT NOT NULL,
            after TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE learned (
            source TEXT PRIMARY KEY NOT NULL,
            time TEXT NOT NULL,
            lessons INTEGER NOT NULL,
            last INTEGER NOT NULL,
            model BLOB
        ) STRICT
        """,
        """
        CREATE TABLE doubt (
            article TEXT PRIMARY KEY NOT NULL REFERENCES article(uid),
            doubt REAL NOT NULL
        ) STRICT
        """,
    ):
        db.execute(statement)


@migrations()
def m004_checks(db: Database) -> None:
    """Add the issues dismissed by annotators (see `model.records.Dismissal`)."""
    db.execute(
        """
        CREATE TABLE dismissal (
            uid TEXT PRIMARY KEY NOT NULL,
            article TEXT NOT NULL REFERENCES article(uid),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            kind TEXT NOT NULL,
            label TEXT NOT NULL REFERENCES label(name),
            start INTEGER NOT NULL CHECK (start >= 0),
            "end" INTEGER NOT NULL CHECK ("end" > start),
            UNIQUE (article, annotator, kind, label, start, "end")
        ) STRICT
        """
    )


@migrations()
def m005_checks_without_functions(db: Database) -> None:
    """Drop the checks that call json_valid(), which SQLite 3.40 refuses in an untrusted schema.

    Changes only the schema's text, as in https://sqlite.org/lang_altertable.html#otheralter. JSON is validated when
    rows are read and written (see `store.row_mapping`) and by `verification.check_tables`. Needs DEFENSIVE off.
    """
    [cookie] = db.execute("PRAGMA schema_version").fetchone()
    db.execute("PRAGMA writable_schema = ON")
    for table, statement in (
        (
            "label",
            """CREATE TABLE label (
            name TEXT PRIMARY KEY NOT NULL,
            position INTEGER NOT NULL,
            title TEXT NOT NULL,
            guideline TEXT NOT NULL,
            light TEXT NOT NULL,
            dark TEXT NOT NULL,
            key TEXT
        ) STRICT""",
        ),
        (
            "edit",
            """CREATE TABLE edit (
            id INTEGER PRIMARY KEY,
            step TEXT NOT NULL,
            name TEXT NOT NULL,
            article TEXT NOT NULL REFERENCES article(uid),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            time TEXT NOT NULL,
            undoes TEXT,
            before TEXT,
            after TEXT,
            CHECK (before IS NOT NULL OR after IS NOT NULL)
        ) STRICT""",
        ),
    ):
        db.execute("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (statement, table))
    db.execute(f"PRAGMA schema_version = {cookie + 1}")  # other connections read the schema again
    db.execute("PRAGMA writable_schema = RESET")  # and so does this one


@migrations()
def m006_articles(db: Database) -> None:
    """Add the titles that annotators gave articles, and the articles that they removed (see `model.records`)."""
    for statement in (
        """
        CREATE TABLE title (
            article TEXT PRIMARY KEY NOT NULL REFERENCES article(uid),
            text TEXT NOT NULL CHECK (text <> '')
        ) STRICT
        """,
        "CREATE TABLE removal (article TEXT PRIMARY KEY NOT NULL REFERENCES article(uid)) STRICT",
    ):
        db.execute(statement)


@migrations()
def m007_team(db: Database) -> None:
    """Add what merging corpora needs: who, on which computer and in which order, conflicts, assignments and decisions.

    `edit.clock` is a Lamport clock: each step's is one more than the highest in the file, so that steps of several
    files have one order, (clock, step). `device` is the computer, `actor` who edited another's layer (gold has no
    person of its own). `identity` holds the uids of each person, who may have a different name in another file,
    `label_edit` the changes of labels, by their uids. `conflict` lists the recorded steps that did not fit to what
    others did, and are not applied. `unassignment` has the articles taken back, some of them given out again with a
    higher clock. Every copy of a file gets the same uids and clocks.
    """
    for statement in (
        "ALTER TABLE edit ADD COLUMN clock INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE edit ADD COLUMN device TEXT",
        "ALTER TABLE edit ADD COLUMN actor TEXT",
        "ALTER TABLE annotator ADD COLUMN kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'gold'))",
        "ALTER TABLE label ADD COLUMN uid TEXT NOT NULL DEFAULT ''",
        """
        CREATE TABLE identity (
            uid TEXT PRIMARY KEY NOT NULL,
            annotator TEXT NOT NULL REFERENCES annotator(name)
        ) STRICT
        """,
        """
        CREATE TABLE label_edit (
            uid TEXT PRIMARY KEY NOT NULL,
            clock INTEGER NOT NULL,
            time TEXT NOT NULL,
            device TEXT,
            label TEXT NOT NULL,
            before TEXT,
            after TEXT,
            replacement TEXT
        ) STRICT
        """,
        "CREATE TABLE conflict (step TEXT PRIMARY KEY NOT NULL, reason TEXT NOT NULL) STRICT",
        """
        CREATE TABLE resolution (
            step TEXT PRIMARY KEY NOT NULL,
            article TEXT NOT NULL REFERENCES article(uid),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            choice TEXT NOT NULL CHECK (choice IN ('standing', 'own'))
        ) STRICT
        """,
        """
        CREATE TABLE batch (
            uid TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            is_blind INTEGER NOT NULL CHECK (is_blind IN (0, 1)),
            time TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE assignment (
            article TEXT NOT NULL REFERENCES article(uid),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            batch TEXT REFERENCES batch(uid),
            clock INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (article, annotator)
        ) STRICT
        """,
        """
        CREATE TABLE unassignment (
            article TEXT NOT NULL REFERENCES article(uid),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            clock INTEGER NOT NULL,
            PRIMARY KEY (article, annotator)
        ) STRICT
        """,
        """
        CREATE TABLE decision (
            uid TEXT PRIMARY KEY NOT NULL,
            article TEXT NOT NULL REFERENCES article(uid),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            start INTEGER NOT NULL CHECK (start >= 0),
            "end" INTEGER NOT NULL CHECK ("end" > start),
            verdict TEXT NOT NULL,
            votes TEXT NOT NULL,
            cause TEXT,
            reason TEXT
        ) STRICT
        """,
        "CREATE INDEX decision_by_article ON decision(article, start)",
        "CREATE INDEX assignment_by_annotator ON assignment(annotator, article)",
        "DROP INDEX edit_by_layer",
        "CREATE INDEX edit_by_layer ON edit(article, annotator, clock)",
        "CREATE INDEX edit_by_clock ON edit(clock)",
    ):
        db.execute(statement)
    number_steps(db)
    _record_recovered(db)
    identify_annotators(db)
    for (name,) in db.execute("SELECT name FROM label").fetchall():
        db.execute("UPDATE label SET uid = ? WHERE name = ?", (label_uid(name), name))
    record_first_labels(db)
    db.execute("CREATE UNIQUE INDEX label_by_uid ON label(uid)")


def number_steps(db: Database) -> None:
    """Give the steps of a file without clocks their numbers in its order, the same in every copy."""
    for statement in (
        "CREATE TEMP TABLE step_clock (step TEXT PRIMARY KEY NOT NULL, clock INTEGER NOT NULL)",
        "INSERT INTO temp.step_clock SELECT step, row_number() OVER (ORDER BY min(id)) FROM main.edit GROUP BY step",
        "UPDATE edit SET clock = (SELECT clock FROM temp.step_clock WHERE step_clock.step = edit.step)",
        "DROP TABLE temp.step_clock",
    ):
        db.execute(statement)


def _record_recovered(db: Database) -> None:
    """Give the records that no edit names, as in a repaired file, a step for each layer, so that merges bring them.

    Every copy of a file gets the same. Undo ends there.
    """
    query = """
        SELECT DISTINCT article, json_extract(record, '$.type') AS type, annotator, json_extract(record, '$.uid') AS uid
        FROM (SELECT article, annotator, coalesce(after, before) AS record FROM edit)
        WHERE json_valid(record)
    """
    db.execute(f"CREATE TEMP TABLE recorded AS {query}")
    db.execute("CREATE INDEX temp.recorded_by_article ON recorded(article, type)")
    [(clock, author)] = db.execute(
        "SELECT (SELECT coalesce(max(clock), 0) + 1 FROM edit), (SELECT name FROM annotator ORDER BY rowid LIMIT 1)"
    ).fetchall()
    layers: dict[tuple[str, str], list[str]] = {}
    for table, columns in _RECOVERED_COLUMNS.items():
        key = next((f"AND recorded.{name} = {table}.{name}" for name in ("uid", "annotator") if name in columns), "")
        values = ", ".join(f"""'{name}', "{name}\"""" for name in columns)
        rows = db.execute(
            f"""
            SELECT article, {"annotator" if "annotator" in columns else "?1"}, json_object('type', '{table}', {values})
            FROM {table} WHERE ?1 IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM temp.recorded WHERE recorded.article = {table}.article AND type = '{table}' {key}
            )
            ORDER BY rowid
            """,
            (author,),
        )
        for article, annotator, record in rows.fetchall():
            layers.setdefault((article, annotator), []).append(record)
    for (article, annotator), records in layers.items():
        step = derive_uid("recovered", article, annotator, str(clock), *records)
        insertion = "INSERT INTO edit (step, name, article, annotator, time, after, clock) VALUES (?, ?, ?, ?, ?, ?, ?)"
        for record in records:
            db.execute(insertion, (step, "labels", article, annotator, UNKNOWN_TIME, record, clock))
    db.execute("DROP TABLE temp.recorded")


def identify_annotators(db: Database) -> None:
    """Give each annotator without an identity one: the same in every copy."""
    query = "SELECT name, added FROM annotator WHERE name NOT IN (SELECT annotator FROM identity)"
    for name, added in db.execute(query).fetchall():
        db.execute("INSERT INTO identity VALUES (?, ?)", (derive_uid("annotator", added, name), name))


def record_first_labels(db: Database) -> None:
    """Record each label as it is at first, before any change, and the deletion of those that only edits name.

    Every copy of a file gets the same.
    """
    columns = ("name", "position", "title", "guideline", "light", "dark", "key")
    for uid, *values in db.execute(f"SELECT uid, {', '.join(columns)} FROM label ORDER BY position").fetchall():
        row = msgspec.json.encode(dict(zip(columns, values, strict=True))).decode()
        values = (derive_uid(uid, row), UNKNOWN_TIME, uid, row)
        db.execute("INSERT INTO label_edit VALUES (?, 0, ?, NULL, ?, NULL, ?, NULL)", values)
    _record_former_labels(db)


def _record_former_labels(db: Database) -> None:
    """Record labels that were deleted before changes of labels were recorded; what they were replaced by is unknown."""
    query = """
        SELECT label, max(clock) FROM (
            SELECT CASE WHEN json_valid(before) THEN json_extract(before, '$.label') END AS label, clock FROM edit
            UNION ALL
            SELECT CASE WHEN json_valid(after) THEN json_extract(after, '$.label') END, clock FROM edit
        )
        WHERE typeof(label) = 'text' AND label NOT IN (SELECT name FROM label) GROUP BY label ORDER BY label
    """
    uids = {uid for (uid,) in db.execute("SELECT uid FROM label").fetchall()}
    for name, clock in db.execute(query).fetchall():
        uid = label_uid(name)
        if is_label_name(name) and uid not in uids:
            texts = {"title": "{}", "guideline": "{}", **_COLOURS}
            former_label = {"name": name, "position": len(uids), **texts, "key": None}
            row = msgspec.json.encode(former_label).decode()
            values = (derive_uid(uid, "deleted"), clock, UNKNOWN_TIME, uid, row)
            db.execute("INSERT INTO label_edit VALUES (?, ?, ?, NULL, ?, ?, NULL, NULL)", values)


@migrations()
def m008_keyboard_letters(db: Database) -> None:
    """Index again the words with letters of Persian and Urdu keyboards, which are folded now (see `text.folding`)."""
    word_index.index_keyboard_letters_again(db)


@migrations()
def m009_compact(db: Database) -> None:
    """Store spans, zones and edits with the number of their article instead of its uid (see docs/adr/0027).

    The 64 digits of the uid stood seven times for each span. The views have the rows as before, and their triggers
    write them. `article_number` has the uids without the texts. `mention` names spans by number, too. The JSON of an
    edit keeps eight digits: they tell, in a damaged file, whether a number is right.
    """
    for statement in (
        "CREATE TABLE article_number (id INTEGER PRIMARY KEY REFERENCES article(id), uid TEXT NOT NULL UNIQUE) STRICT",
        "INSERT INTO article_number SELECT id, uid FROM article ORDER BY id",
        """
        CREATE TRIGGER article_has_number AFTER INSERT ON article
        BEGIN
            INSERT INTO article_number VALUES (new.id, new.uid);
        END
        """,
        "CREATE TEMP TABLE former_mention AS SELECT span, words FROM mention",
        "DROP TABLE mention",
        *numbered_tables.store_spans(),
        *numbered_tables.store_zones(),
        *numbered_tables.store_edits(),
        """
        CREATE TABLE mention (
            span INTEGER PRIMARY KEY REFERENCES stored_span(id) ON DELETE CASCADE,
            words TEXT NOT NULL
        ) STRICT
        """,
        "INSERT INTO mention SELECT id, words FROM temp.former_mention JOIN stored_span ON uid = span ORDER BY id",
        "CREATE INDEX mention_by_words ON mention(words)",
        "DROP TABLE temp.former_mention",
    ):
        db.execute(statement)


@migrations()
def m010_pending(db: Database) -> None:
    """Add which team a file belongs to, and what its remote does not have yet (see docs/adr/0029).

    `team` has one row or none. Triggers fill `pending` while it has one, so that nothing can be forgotten.
    """
    for statement in (*team_tables.create_tables(), *team_tables.create_triggers()):
        db.execute(statement)


@migrations()
def m011_compressed_texts(db: Database) -> None:
    """Compress the texts of articles (see `store.text_compression`, docs/adr/0031)."""
    db.execute("DROP TRIGGER article_text_never_changes")
    db.execute("ALTER TABLE article ADD COLUMN compressed_text BLOB NOT NULL DEFAULT x''")
    db.execute("ALTER TABLE article ADD COLUMN length INTEGER NOT NULL DEFAULT 0")
    for (number,) in db.execute("SELECT id FROM article").fetchall():
        [(text,)] = db.execute("SELECT text FROM article WHERE id = ?", (number,)).fetchall()
        values = (compress_text(text), len(text), number)
        db.execute("UPDATE article SET compressed_text = ?, length = ? WHERE id = ?", values)
    db.execute("ALTER TABLE article DROP COLUMN text")
    db.execute(
        """
        CREATE TRIGGER article_text_never_changes BEFORE UPDATE OF uid, compressed_text, length ON article
        BEGIN
            SELECT RAISE(ABORT, 'the text of an article never changes');
        END
        """
    )


@migrations()
def m012_steps(db: Database) -> None:
    """Store steps in a table of their own, which edits name by number (see docs/adr/0030).

    Its columns stood in each of its edits. The view has the rows as before, and its triggers write them.
    The JSON of an edit leaves out keys without a value.
    """
    for statement in step_tables.store_steps():
        db.execute(statement)


@migrations()
def m013_smaller_index(db: Database) -> None:
    """Empty the search index, to be rebuilt: with fewer prefixes, and words that zero-width spaces separate."""
    word_index.empty(db)


VERSION: Final = 13

INDEX_VERSION: Final = 13
"""The last version that changed what the search index holds: that of an older file is rebuilt once it is migrated."""
