"""The SQL of tables that name their article by its number, behind views with its uid (see schema.m009, docs/adr/0027).

They are part of a released migration: never change them.
"""

from typing import Final

VIEWS: Final = ("span", "zone", "edit")
STORED: Final = "stored_"
"""Begins the name of the table that has the rows of one of the VIEWS."""


def store_spans() -> tuple[str, ...]:
    """Return the statements that give spans the number of their article, and a view with its uid."""
    return (
        """
        CREATE TABLE stored_span (
            id INTEGER PRIMARY KEY,
            uid TEXT NOT NULL UNIQUE,
            article INTEGER NOT NULL REFERENCES article(id),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            label TEXT NOT NULL REFERENCES label(name),
            start INTEGER NOT NULL CHECK (start >= 0),
            "end" INTEGER NOT NULL CHECK ("end" > start),
            value TEXT,
            note TEXT,
            source TEXT,
            UNIQUE (article, annotator, label, start, "end")
        ) STRICT
        """,
        """
        INSERT INTO stored_span
        SELECT
            NULL, span.uid, article_number.id, annotator, label, start, "end", value, note, source
        FROM span LEFT JOIN article_number ON article_number.uid = span.article ORDER BY span.rowid
        """,
        "DROP TABLE span",
        "CREATE INDEX span_by_label ON stored_span(label)",
        "CREATE INDEX span_by_annotator ON stored_span(annotator)",
        """
        CREATE VIEW span AS
        SELECT
            stored_span.uid, article_number.uid AS article, annotator, label, start, "end", value, note, source
        FROM stored_span JOIN article_number ON article_number.id = article
        """,
        """
        CREATE TRIGGER span_insert INSTEAD OF INSERT ON span
        BEGIN
            INSERT INTO stored_span VALUES (
                NULL, new.uid, (SELECT id FROM article_number WHERE uid = new.article),
                new.annotator, new.label, new.start, new."end", new.value, new.note, new.source
            );
        END
        """,
        """
        CREATE TRIGGER span_update INSTEAD OF UPDATE ON span
        BEGIN
            UPDATE stored_span SET
                uid = new.uid, article = (SELECT id FROM article_number WHERE uid = new.article),
                annotator = new.annotator, label = new.label, start = new.start, "end" = new."end",
                value = new.value, note = new.note, source = new.source
            WHERE uid = old.uid;
        END
        """,
        """
        CREATE TRIGGER span_delete INSTEAD OF DELETE ON span
        BEGIN
            DELETE FROM stored_span WHERE uid = old.uid;
        END
        """,
    )


def store_zones() -> tuple[str, ...]:
    """Return the statements that give zones the number of their article, and a view with its uid."""
    return (
        """
        CREATE TABLE stored_zone (
            id INTEGER PRIMARY KEY,
            uid TEXT NOT NULL UNIQUE,
            article INTEGER NOT NULL REFERENCES article(id),
            kind TEXT NOT NULL CHECK (kind IN ('headline', 'dateline', 'body', 'boilerplate')),
            start INTEGER NOT NULL CHECK (start >= 0),
            "end" INTEGER NOT NULL CHECK ("end" > start)
        ) STRICT
        """,
        """
        INSERT INTO stored_zone
        SELECT NULL, zone.uid, article_number.id, kind, start, "end"
        FROM zone LEFT JOIN article_number ON article_number.uid = zone.article ORDER BY zone.rowid
        """,
        "DROP TABLE zone",
        "CREATE INDEX zone_by_article ON stored_zone(article, start)",
        """
        CREATE VIEW zone AS
        SELECT stored_zone.uid, article_number.uid AS article, kind, start, "end"
        FROM stored_zone JOIN article_number ON article_number.id = article
        """,
        """
        CREATE TRIGGER zone_insert INSTEAD OF INSERT ON zone
        BEGIN
            INSERT INTO stored_zone VALUES (
                NULL, new.uid, (SELECT id FROM article_number WHERE uid = new.article), new.kind, new.start, new."end"
            );
        END
        """,
        """
        CREATE TRIGGER zone_update INSTEAD OF UPDATE ON zone
        BEGIN
            UPDATE stored_zone SET
                uid = new.uid, article = (SELECT id FROM article_number WHERE uid = new.article),
                kind = new.kind, start = new.start, "end" = new."end"
            WHERE uid = old.uid;
        END
        """,
        """
        CREATE TRIGGER zone_delete INSTEAD OF DELETE ON zone
        BEGIN
            DELETE FROM stored_zone WHERE uid = old.uid;
        END
        """,
    )


def store_edits() -> tuple[str, ...]:
    """Return the statements that give edits the number of their article, and a view with its uid."""
    shortened, whole = (
        f"""replace({{json}}, '"article":"' || {before} || '"', '"article":"' || {after} || '"')"""
        for before, after in (("{uid}", "substr({uid}, 1, 8)"), ("substr({uid}, 1, 8)", "{uid}"))
    )
    former_before, former_after = (shortened.format(json=column, uid="edit.article") for column in ("before", "after"))
    new_before, new_after = (shortened.format(json=column, uid="new.article") for column in ("new.before", "new.after"))
    before, after = (whole.format(json=column, uid="article_number.uid") for column in ("before", "after"))
    return (
        """
        CREATE TABLE stored_edit (
            id INTEGER PRIMARY KEY,
            step TEXT NOT NULL,
            name TEXT NOT NULL,
            article INTEGER NOT NULL REFERENCES article(id),
            annotator TEXT NOT NULL REFERENCES annotator(name),
            time TEXT NOT NULL,
            undoes TEXT,
            before TEXT,
            after TEXT,
            clock INTEGER NOT NULL DEFAULT 0,
            device TEXT,
            actor TEXT,
            CHECK (before IS NOT NULL OR after IS NOT NULL)
        ) STRICT
        """,
        f"""
        INSERT INTO stored_edit
        SELECT
            edit.id, step, name, article_number.id, annotator, time, undoes,
            {former_before}, {former_after}, clock, device, actor
        FROM edit LEFT JOIN article_number ON article_number.uid = edit.article ORDER BY edit.id
        """,
        "DROP TABLE edit",
        "CREATE INDEX edit_by_layer ON stored_edit(article, annotator, clock)",
        "CREATE INDEX edit_by_step ON stored_edit(step, id)",
        "CREATE INDEX edit_by_clock ON stored_edit(clock)",
        f"""
        CREATE VIEW edit AS
        SELECT
            stored_edit.id, step, name, article_number.uid AS article, annotator, time, undoes,
            {before} AS before, {after} AS after, clock, device, actor
        FROM stored_edit JOIN article_number ON article_number.id = article
        """,
        f"""
        CREATE TRIGGER edit_insert INSTEAD OF INSERT ON edit
        BEGIN
            INSERT INTO stored_edit VALUES (
                new.id, new.step, new.name, (SELECT id FROM article_number WHERE uid = new.article), new.annotator,
                new.time, new.undoes, {new_before}, {new_after}, coalesce(new.clock, 0), new.device, new.actor
            );
        END
        """,
        f"""
        CREATE TRIGGER edit_update INSTEAD OF UPDATE ON edit
        BEGIN
            UPDATE stored_edit SET
                id = new.id, step = new.step, name = new.name,
                article = (SELECT id FROM article_number WHERE uid = new.article), annotator = new.annotator,
                time = new.time, undoes = new.undoes, before = {new_before}, after = {new_after},
                clock = new.clock, device = new.device, actor = new.actor
            WHERE id = old.id;
        END
        """,
        """
        CREATE TRIGGER edit_delete INSTEAD OF DELETE ON edit
        BEGIN
            DELETE FROM stored_edit WHERE id = old.id;
        END
        """,
    )
