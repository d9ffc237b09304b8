-- What desktops call: push, pull, articles, hello, claim, and what a lead does.

CREATE TYPE team.incoming AS (
    n bigint, kind text COLLATE "C", uid text COLLATE "C", article text COLLATE "C", owner text COLLATE "C", annotator text COLLATE "C",
    actor text COLLATE "C", clock bigint, head bytea, digest bytea,
    state text, batch text COLLATE "C", is_taken_back boolean, body text, reason text
);

-- Reading what was sent. Nothing here raises an error: its text would go into the server's log.
--
-- A push is read by one statement, whose small functions the planner puts in as they stand: that is why they have no
-- "SET search_path", and name the schema. Each item by itself is read only where one of them makes that fail.

CREATE FUNCTION team.is_text(value jsonb, most integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT coalesce(jsonb_typeof(value) = 'string' AND nullif(length(value #>> '{}'), 0) <= most, false) $$;
CREATE FUNCTION team.is_absent(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT coalesce(jsonb_typeof(value), 'null') = 'null' $$;
CREATE FUNCTION team.is_number(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN jsonb_typeof(value) = 'number'
   THEN value::numeric BETWEEN 0 AND 9007199254740991 AND value::numeric = trunc(value::numeric)
   ELSE false END $$;
CREATE FUNCTION team.is_time(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT coalesce(jsonb_typeof(value) = 'string' AND value #>> '{}'
   ~ '^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$', false) $$;
CREATE FUNCTION team.is_range(record jsonb, most bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN team.is_number(record -> 'start') AND team.is_number(record -> 'end')
   THEN record -> 'start' < record -> 'end' AND (record -> 'end')::numeric <= most
   ELSE record -> 'start' IS NULL AND record -> 'end' IS NULL END $$;
-- Whether a record is one of a layer of an article; absent, it is what an edit adds to or removes from.
CREATE FUNCTION team.is_of_layer(record jsonb, article text, owner text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE jsonb_typeof(record) WHEN 'null' THEN true WHEN 'object' THEN
   coalesce(record ->> 'article' = article AND coalesce(record ->> 'annotator', '') = owner
       AND jsonb_typeof(record -> 'type') = 'string', false) AND team.is_range(record, 2147483647)
   ELSE record IS NULL END $$;
CREATE FUNCTION team.is_edit(before jsonb, after jsonb, article text, owner text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT coalesce(
   NOT (team.is_absent(before) AND team.is_absent(after))
   AND team.is_of_layer(before, article, owner) AND team.is_of_layer(after, article, owner)
   AND (team.is_absent(before) OR team.is_absent(after)
       OR before -> 'type' = after -> 'type' AND before -> 'uid' IS NOT DISTINCT FROM after -> 'uid'), false) $$;

-- Say why the fields of an item of some kind are not those of one, NULL if they are.
CREATE FUNCTION team.explain_person(item jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN NOT (team.is_text(item -> 'name', 1000) AND team.is_text(item -> 'person', 200) AND team.is_text(item -> 'person_kind', 20))
   OR item ->> 'person_kind' NOT IN ('person', 'gold')
   OR (item ->> 'person_kind' = 'gold') <> (item ->> 'person' = team.gold()) THEN 'form' END $$;
CREATE FUNCTION team.explain_label(item jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN NOT (team.is_number(item -> 'clock') AND team.is_text(item -> 'label', 200))
   OR team.is_absent(item -> 'before') AND team.is_absent(item -> 'after') THEN 'form' END $$;
CREATE FUNCTION team.explain_article(item jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE
   WHEN jsonb_typeof(item -> 'text') IS DISTINCT FROM 'string' OR NOT team.is_time(item -> 'added') THEN 'form'
   WHEN item ->> 'uid' <> encode(sha256(convert_to(item ->> 'text', 'UTF8')), 'hex') THEN 'hash'
   WHEN team.is_absent(item -> 'zones') THEN NULL
   WHEN jsonb_typeof(item -> 'zones') <> 'array' THEN 'form'
   WHEN EXISTS (SELECT FROM jsonb_array_elements(item -> 'zones') AS zone
       WHERE NOT coalesce(zone ->> 'article' = item ->> 'uid' AND team.is_number(zone -> 'start')
           AND team.is_range(zone, length(item ->> 'text')), false)) THEN 'layer' END $$;
CREATE FUNCTION team.explain_batch(item jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN NOT (team.is_text(item -> 'name', 1000) AND team.is_time(item -> 'time'))
   OR jsonb_typeof(item -> 'is_blind') IS DISTINCT FROM 'boolean' THEN 'form' END $$;
CREATE FUNCTION team.explain_assignment(item jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN NOT (team.is_text(item -> 'article', 200) AND team.is_text(item -> 'annotator', 200) AND team.is_number(item -> 'clock')
       AND (team.is_absent(item -> 'batch') OR team.is_text(item -> 'batch', 200)))
   OR jsonb_typeof(item -> 'is_taken_back') IS DISTINCT FROM 'boolean' THEN 'form' END $$;
CREATE FUNCTION team.explain_step(item jsonb, edits_are_valid boolean) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE
   WHEN NOT (team.is_text(item -> 'article', 200) AND team.is_text(item -> 'annotator', 200) AND team.is_number(item -> 'clock')
       AND team.is_text(item -> 'name', 1000) AND team.is_time(item -> 'time')
       AND (team.is_absent(item -> 'actor') OR team.is_text(item -> 'actor', 200))
       AND (team.is_absent(item -> 'device') OR team.is_text(item -> 'device', 1000))
       AND (team.is_absent(item -> 'undoes') OR team.is_text(item -> 'undoes', 200)))
       OR jsonb_typeof(item -> 'owner') IS DISTINCT FROM 'string' OR edits_are_valid IS NULL THEN 'form'
   WHEN NOT edits_are_valid THEN 'layer' END $$;

CREATE FUNCTION team.hash_text(value text) RETURNS bytea LANGUAGE sql STABLE AS  -- as convert_to is
$$ SELECT substr(sha256(convert_to(value, 'UTF8')), 1, 16) $$;

-- Read items as they were sent; each has a reason why it cannot be kept, NULL if it can. Raises an error where one of them
-- is no JSON, or holds a value that no program writes.
CREATE FUNCTION team.read_valid(bodies text[]) RETURNS team.incoming[] LANGUAGE plpgsql STABLE SET search_path = team, pg_temp AS $$
#variable_conflict use_column
BEGIN RETURN ARRAY(
    WITH item AS (
        SELECT n, body, item, item ->> 'kind' AS kind, item ->> 'article' AS article, item ->> 'owner' AS owner, item ->> 'uid' AS uid
        FROM (SELECT n, body, CASE WHEN octet_length(body) <= 64000000 THEN body::jsonb END AS item
            FROM unnest(bodies) WITH ORDINALITY AS each (body, n) OFFSET 0) AS each OFFSET 0),
    explained AS (
        SELECT i.*, CASE WHEN e.place IS NOT NULL THEN coalesce(item #>> ARRAY['edits', (e.place - 1)::text, 'after', 'state'], 'new') END AS state, CASE
            WHEN item IS NULL OR jsonb_typeof(item) <> 'object' THEN 'json'
            WHEN kind <> 'assignment' AND NOT is_text(item -> 'uid', 200) THEN 'form'
            ELSE CASE kind
                WHEN 'step' THEN explain_step(item, e.are_valid)
                WHEN 'person' THEN explain_person(item)
                WHEN 'label' THEN explain_label(item)
                WHEN 'article' THEN explain_article(item)
                WHEN 'batch' THEN explain_batch(item)
                WHEN 'assignment' THEN explain_assignment(item)
                ELSE 'kind' END END AS reason
        FROM item i CROSS JOIN LATERAL (
            SELECT bool_and(is_edit(before, after, article, owner)) AS are_valid,  -- NULL without any
                max(place) FILTER (WHERE coalesce(after ->> 'type', before ->> 'type') = 'status') AS place
            FROM (SELECT edit -> 'before' AS before, edit -> 'after' AS after, place
                FROM jsonb_array_elements(CASE WHEN kind = 'step' AND jsonb_typeof(item -> 'edits') = 'array' THEN item -> 'edits' END)
                    WITH ORDINALITY AS each (edit, place) OFFSET 0) AS edit) AS e OFFSET 0)
    SELECT CASE WHEN reason IS NOT NULL THEN
        ROW(n, NULL, CASE WHEN is_text(item -> 'uid', 200) THEN uid ELSE '' END, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            body, reason)::incoming
    WHEN kind = 'step' THEN
        ROW(n, kind, uid, article, owner, item ->> 'annotator', coalesce(item ->> 'actor', ''), (item -> 'clock')::bigint,
            hash_text(jsonb_build_array(item -> 'annotator', item ->> 'actor', (item -> 'clock')::bigint, item ->> 'device',
                item -> 'name', item -> 'time', item ->> 'undoes')::text),
            hash_text((item - 'number')::text), state, NULL, NULL, body, NULL)::incoming
    WHEN kind = 'assignment' THEN
        ROW(n, kind, article, article, '', item ->> 'annotator', '', (item -> 'clock')::bigint, NULL, NULL, NULL,
            item ->> 'batch', (item -> 'is_taken_back')::boolean, body, NULL)::incoming
    ELSE
        ROW(n, kind, uid, CASE WHEN kind = 'article' THEN uid ELSE '' END, '', CASE WHEN kind = 'person' THEN item ->> 'person' ELSE '' END, '',
            CASE WHEN kind = 'label' THEN (item -> 'clock')::bigint ELSE 0 END, NULL,
            CASE WHEN kind = 'label' THEN hash_text(item::text) END, NULL, NULL, NULL, body, NULL)::incoming
    END FROM explained ORDER BY n);
END $$;
CREATE FUNCTION team.parse_item(body text) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = team, pg_temp AS $$
BEGIN
    RETURN body::jsonb;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;  -- no JSON, or a NUL, which no text here can hold
END $$;
CREATE FUNCTION team.read_item(body text, n bigint) RETURNS team.incoming
LANGUAGE plpgsql STABLE SET search_path = team, pg_temp AS $$
DECLARE i incoming; item jsonb;
BEGIN
    BEGIN
        i := (read_valid(ARRAY[body]))[1];
    EXCEPTION WHEN OTHERS THEN
        item := parse_item(body);
        i.uid := CASE WHEN is_text(item -> 'uid', 200) THEN item ->> 'uid' ELSE '' END;
        i.body := body;
        i.reason := CASE WHEN item IS NULL THEN 'json' ELSE 'form' END;
    END;
    i.n := n;
    RETURN i;
END $$;
-- Read items as they were sent, all at once if that is possible.
CREATE FUNCTION team.read_items(bodies text[]) RETURNS team.incoming[] LANGUAGE plpgsql STABLE SET search_path = team, pg_temp AS $$
BEGIN
    RETURN read_valid(bodies);
EXCEPTION WHEN OTHERS THEN
    RETURN ARRAY(SELECT read_item(body, n) FROM unnest(bodies) WITH ORDINALITY AS each (body, n) ORDER BY n);
END $$;

-- Keep the body of a step without what other columns say, and with a byte in place of what every step has that the program
-- writes: a third of its length. No text of JSON has these control characters, so whatever it is comes back byte for byte.
-- What is stored depends on each line: none may be changed without packing all anew. (\x3a is a colon: what follows it
-- would be taken for a variable.)
CREATE FUNCTION team.pack(body text, uid text, article text, owner text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(body,
        article, E'\x01'),
        owner, E'\x02'),
        uid, E'\x03'),
        E'{"kind"\x3a"step","uid":"\x03","number":', E'\x04'),
        E',"article":"\x01","owner":"\x02","annotator":"\x02","actor":', E'\x05'),
        E'{"type"\x3a"span","uid":"', E'\x06'),
        E'","article":"\x01","annotator":"\x02","label":"', E'\x07'),
        E',"value":null,"note":null,"source":null}', E'\x08'),
        E',"undoes":null,"edits":[{"before":', E'\x0e'),
        E',"device":"', E'\x0f'),
        E'","name":"', E'\x10'),
        E'","time":"', E'\x11'),
        E'","start":', E'\x12'),
        E',"after":', E'\x13')
$$;
CREATE FUNCTION team.unpack(kind text, body text, uid text, article text, owner text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kind <> 'step' THEN body ELSE
        replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(body,
        E'\x13', E',"after":'),
        E'\x12', E'","start":'),
        E'\x11', E'","time":"'),
        E'\x10', E'","name":"'),
        E'\x0f', E',"device":"'),
        E'\x0e', E',"undoes":null,"edits":[{"before":'),
        E'\x08', E',"value":null,"note":null,"source":null}'),
        E'\x07', E'","article":"\x01","annotator":"\x02","label":"'),
        E'\x06', E'{"type"\x3a"span","uid":"'),
        E'\x05', E',"article":"\x01","owner":"\x02","annotator":"\x02","actor":'),
        E'\x04', E'{"kind"\x3a"step","uid":"\x03","number":'),
        E'\x03', uid),
        E'\x02', owner),
        E'\x01', article) END
$$;

-- Say why a member may not add a valid item, NULL if they may. Row-level security says the same once more.
CREATE FUNCTION team.explain_right(kind text, uid text, owner text, annotator text, actor text, me text, my_role text)
RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE
    WHEN my_role = 'lead' THEN NULL
    WHEN kind = 'person' AND (annotator = me OR annotator = team.gold() AND uid = team.gold()) THEN NULL
    WHEN kind = 'step' AND annotator = me AND owner IN (me, '') AND actor IN (me, '') THEN NULL
    WHEN kind = 'step' AND my_role = 'curator' AND annotator = team.gold() AND owner IN (team.gold(), '') AND actor = me THEN NULL
    ELSE 'right' END $$;

-- Number items and add them, and what follows from them. The row of team.team must be locked. What most pushes do not need
-- is asked first: a statement that finds no rows costs as much as one that finds some.
CREATE FUNCTION team.append(fresh team.incoming[], me text) RETURNS void LANGUAGE plpgsql SET search_path = team, pg_temp AS $$
DECLARE push uuid := gen_random_uuid(); has_assignments boolean; has_states boolean; last bigint; finished text[];
BEGIN
    SELECT bool_or(i.kind = 'assignment'), bool_or(i.state IS NOT NULL) INTO has_assignments, has_states FROM unnest(fresh) AS i;
    -- Assignments first: which other rows may be added depends on them.
    IF has_assignments THEN
        INSERT INTO assignment AS a (article, annotator, batch, clock, is_taken_back)
            SELECT DISTINCT ON (i.article, i.annotator) i.article, i.annotator, i.batch, i.clock, i.is_taken_back
            FROM unnest(fresh) AS i WHERE i.kind = 'assignment' ORDER BY i.article, i.annotator, i.clock DESC, i.n DESC
            ON CONFLICT (annotator, article) DO UPDATE SET
                batch = excluded.batch, clock = excluded.clock, is_taken_back = excluded.is_taken_back;
    END IF;
    SELECT t.last_seq INTO last FROM team t;
    INSERT INTO item (seq, push, layer, kind, uid, article, owner, annotator, actor, clock, head, digest, sender, body)
        SELECT last + row_number() OVER (ORDER BY i.n), push, number_layer(i.owner), i.kind, i.uid, i.article, i.owner, i.annotator, i.actor, i.clock,
            i.head, i.digest, me, CASE WHEN i.kind = 'step' THEN pack(i.body, i.uid, i.article, i.owner) ELSE i.body END FROM unnest(fresh) AS i;
    last := last + coalesce(cardinality(fresh), 0);
    INSERT INTO layer AS l (article, owner, clock, step, state)
        SELECT DISTINCT ON (i.article, i.owner) i.article, i.owner, CASE WHEN i.state IS NULL THEN -1 ELSE i.clock END, i.uid,
            coalesce(i.state, 'new') FROM unnest(fresh) AS i WHERE i.kind = 'step' AND i.owner <> ''
            ORDER BY i.article, i.owner, i.state IS NULL, i.clock DESC, i.uid DESC
        ON CONFLICT (article, owner) DO UPDATE SET clock = excluded.clock, step = excluded.step, state = excluded.state
            WHERE (excluded.clock, excluded.step) > (l.clock, l.step);
    IF has_states OR has_assignments THEN
        SELECT array_agg(article) INTO finished FROM (SELECT DISTINCT i.article FROM unnest(fresh) AS i
            WHERE i.kind = 'step' AND i.state IS NOT NULL OR i.kind = 'assignment') AS changed
            WHERE is_finished(article) AND NOT is_released(article);
    END IF;
    IF finished IS NOT NULL THEN
        INSERT INTO item (seq, push, layer, kind, uid, article, owner, annotator, actor, clock, sender, body)
            SELECT last + place, push, number_layer(''), 'release', article, article, '', '', '', 0, me, article
            FROM unnest(finished) WITH ORDINALITY AS each (article, place);
    END IF;
    UPDATE team t SET last_seq = last + coalesce(cardinality(finished), 0);
END $$;

-- A plan that does without the number and contents of items is as good as any, and is made once in a session, not at each push.
CREATE FUNCTION team.push_v1(items text[]) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
SET search_path = team, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    me text := check_role('annotator', 'curator', 'lead');
    role text := my_role();
    incoming incoming[] := read_items(items);
    accepted bigint[];
    refused jsonb;
BEGIN
    PERFORM FROM team FOR UPDATE;  -- held to the commit
    WITH read AS MATERIALIZED (SELECT n, kind, uid, article, owner, annotator, actor, clock, head, digest, reason FROM unnest(incoming)),
    known AS MATERIALIZED (SELECT * FROM find_known(ARRAY(SELECT uid FROM read UNION SELECT article FROM read WHERE kind IN ('step', 'assignment')))),
    -- To an annotator, an article that was not given to them is as one that is not there.
    articles AS MATERIALIZED (
        SELECT uid FROM known WHERE kind = 'article' AND role <> 'annotator'
        UNION SELECT uid FROM read WHERE kind = 'article' AND reason IS NULL AND role = 'lead'
        -- (LATERAL: each is looked up by the index. Else all that were ever given to the annotator would be read.)
        UNION SELECT a.article FROM (SELECT DISTINCT article FROM read WHERE role = 'annotator') AS r CROSS JOIN LATERAL (
            SELECT article FROM assignment WHERE annotator = me AND article = r.article LIMIT 1) AS a),
    heads AS MATERIALIZED (
        SELECT uid FROM (SELECT uid, head FROM read WHERE kind = 'step' AND reason IS NULL
            UNION SELECT uid, head FROM known WHERE kind = 'step') AS each GROUP BY uid HAVING count(*) > 1),
    -- Nobody but a lead says that somebody else is they.
    strangers AS MATERIALIZED (
        SELECT r.uid FROM read r WHERE r.kind = 'person' AND role <> 'lead' AND (r.uid = gold() AND r.annotator <> gold()
            OR r.uid <> me AND r.uid IN (SELECT m.uid FROM member m)
            OR EXISTS (SELECT FROM known k WHERE k.kind = 'person' AND k.uid = r.uid AND k.annotator <> r.annotator))),
    judged AS MATERIALIZED (
        SELECT r.*, k.uid IS NOT NULL AS is_known, coalesce(r.reason,
            explain_right(r.kind, r.uid, r.owner, r.annotator, r.actor, me, role),
            CASE WHEN r.kind IN ('step', 'assignment') AND r.article NOT IN (SELECT uid FROM articles) THEN 'article' END,
            CASE WHEN r.kind = 'step' AND r.uid IN (SELECT uid FROM heads) THEN 'uid' END,
            CASE WHEN r.kind = 'person' AND r.uid IN (SELECT uid FROM strangers) THEN 'right' END,
            CASE WHEN k.digest <> r.digest THEN 'uid' END) AS verdict
        FROM read r LEFT JOIN known k ON r.kind <> 'assignment' AND (k.uid, k.kind, k.article, k.owner) = (r.uid, r.kind, r.article, r.owner)
            AND (r.kind <> 'person' OR k.annotator = r.annotator)),
    final AS MATERIALIZED (
        SELECT *,
            -- A step is taken with all its parts or not at all.
            CASE WHEN kind = 'step' THEN min(verdict) OVER (PARTITION BY uid) ELSE verdict END AS last_verdict,
            row_number() OVER (PARTITION BY uid, kind, article, owner, CASE WHEN kind IN ('assignment', 'person') THEN annotator || ' ' || clock END ORDER BY n) AS turn
        FROM judged)
    SELECT array_agg(n) FILTER (WHERE last_verdict IS NULL AND NOT is_known AND turn = 1
                AND (kind <> 'assignment' OR clock > coalesce(assignment_clock(article, annotator), -1))),
        coalesce(jsonb_object_agg(uid, last_verdict) FILTER (WHERE last_verdict IS NOT NULL), '{}')
        INTO accepted, refused FROM final;
    IF cardinality(accepted) < cardinality(items) THEN
        incoming := ARRAY(SELECT i FROM unnest(incoming) AS i WHERE i.n = ANY (accepted) ORDER BY i.n);
    END IF;
    IF accepted IS NOT NULL THEN PERFORM append(incoming, me); END IF;
    UPDATE slot SET lease = now() + interval '7 days' WHERE member = me AND lease < now() + interval '6 days';
    RETURN jsonb_build_object('refused', refused);
END $$;

-- What a member may read after a number. For an annotator, that is in their own layers, in gold and in none, a small part of
-- all: these are read, and the last two no further than a page of their own goes. Each is read in the order of its index: the
-- planner, which cannot know how many rows a policy leaves, would else sort all that is there.
CREATE FUNCTION team.read_page(me text, after_seq bigint, most integer) RETURNS SETOF team.item
LANGUAGE plpgsql STABLE SET search_path = team, pg_temp SET enable_bitmapscan = off AS $$
DECLARE
    owners text[] := ARRAY[me, gold(), ''];
    layers integer[] := ARRAY[number_layer(me), number_layer(gold()), number_layer('')];
    until bigint;
BEGIN
    IF my_role() <> 'annotator' THEN
        RETURN QUERY SELECT * FROM item i WHERE i.seq > after_seq ORDER BY i.seq LIMIT most;
        RETURN;
    END IF;
    SELECT max(own.seq) INTO until FROM (
        SELECT i.seq FROM item i WHERE i.layer = layers[1] AND i.owner = me AND i.seq > after_seq ORDER BY i.seq LIMIT most) AS own
        HAVING count(*) = most;
    until := coalesce(until, 9223372036854775807);
    RETURN QUERY SELECT i.* FROM unnest(owners, layers) AS own (owner, layer) CROSS JOIN LATERAL (
        SELECT * FROM item i WHERE i.layer = own.layer AND i.owner = own.owner AND i.seq > after_seq AND i.seq <= until
        ORDER BY i.seq LIMIT most) AS i ORDER BY i.seq LIMIT most;
END $$;

-- Rows after a number, and at the end of all one of the kind "end" with the last number. `mark` is that of the row with the
-- number `after_seq`, as it was when the reader saw it. There are at most `most`, and no more once they have 8 MB: an
-- article may have 64. A reader who has had another role than `as_role` for some moments would read past what that may not
-- read, and never know.
CREATE FUNCTION team.pull_v1(after_seq bigint, after_mark text, most integer, as_role text) RETURNS TABLE (seq bigint, kind text, body text, mark text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = team, pg_temp AS $$
#variable_conflict use_column
DECLARE me text := check_role('annotator', 'curator', 'lead'); last bigint; rows integer := 0; bytes bigint := 0;
BEGIN
    PERFORM check_same_role(as_role);
    SELECT last_seq INTO last FROM team;
    IF after_seq > 0 AND (after_seq > last OR find_push(after_seq) IS DISTINCT FROM after_mark) THEN
        RAISE EXCEPTION 'the server went back' USING ERRCODE = 'AN005';
    END IF;
    FOR seq, kind, body, mark IN
        SELECT i.seq, i.kind, unpack(i.kind, i.body, i.uid, i.article, i.owner), i.push::text
        FROM read_page(me, after_seq, most) AS i ORDER BY i.seq LOOP
        RETURN NEXT;
        rows := rows + 1;
        bytes := bytes + octet_length(body);
        EXIT WHEN bytes >= 8000000;
    END LOOP;
    IF rows < most AND bytes < 8000000 THEN RETURN QUERY SELECT last, 'end'::text, ''::text, coalesce(find_push(last), ''); END IF;
END $$;

-- All people and labels, and what the member may read of these articles.
CREATE FUNCTION team.articles_v1(uids text[], as_role text) RETURNS TABLE (kind text, body text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = team, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM check_role('annotator', 'curator', 'lead');
    PERFORM check_same_role(as_role);
    RETURN QUERY SELECT i.kind, i.body FROM item i WHERE i.kind IN ('person', 'label') ORDER BY i.seq;
    RETURN QUERY SELECT i.kind, i.body FROM item i WHERE i.kind = 'batch'
        AND i.uid IN (SELECT a.batch FROM assignment a WHERE a.article = ANY (uids)) ORDER BY i.seq;
    RETURN QUERY SELECT i.kind, unpack(i.kind, i.body, i.uid, i.article, i.owner) FROM item i WHERE i.article = ANY (uids) AND i.article <> '' AND i.kind <> 'release' ORDER BY i.seq;
END $$;

CREATE FUNCTION team.hello_v1() RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = team, pg_temp AS $$
DECLARE me text := check_role('annotator', 'curator', 'lead');
BEGIN
    UPDATE login l SET seen = now() WHERE l.login = session_user;
    RETURN (SELECT jsonb_build_object('team', t.uid, 'name', t.name, 'oldest', t.oldest_program, 'me', me, 'time', now() AT TIME ZONE 'UTC', 'members',
        (SELECT jsonb_agg(jsonb_build_object('uid', m.uid, 'name', m.name, 'role', m.role, 'is_active', m.is_active,
            'joined', l.joined AT TIME ZONE 'UTC', 'seen', l.seen AT TIME ZONE 'UTC') ORDER BY m.invited, m.uid)
            FROM member m LEFT JOIN (SELECT member, min(joined) AS joined, max(seen) AS seen FROM login GROUP BY member) AS l
                ON l.member = m.uid)) FROM team t);
END $$;

-- Articles that members claim

CREATE FUNCTION team.offer_v1(batch text, batch_name text, is_blind boolean, articles text[], double integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = team, pg_temp AS $$
DECLARE me text := check_role('lead'); item incoming[]; given integer; missing integer;
BEGIN
    PERFORM FROM team FOR UPDATE;
    SELECT count(*) INTO missing FROM unnest(articles) AS each (uid)
        WHERE NOT EXISTS (SELECT FROM item i WHERE i.uid = each.uid AND i.kind = 'article');
    IF missing > 0 THEN RAISE EXCEPTION 'articles that are not here' USING ERRCODE = 'AN006'; END IF;
    item := read_items(ARRAY[jsonb_build_object('kind', 'batch', 'uid', batch, 'name', batch_name, 'is_blind', is_blind,
        'time', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+00:00"'))::text]);
    IF item[1].reason IS NOT NULL THEN RAISE EXCEPTION 'no batch' USING ERRCODE = 'AN006'; END IF;
    IF NOT EXISTS (SELECT FROM find_known(ARRAY[batch]) AS k WHERE k.kind = 'batch') THEN PERFORM append(item, me); END IF;
    WITH added AS (INSERT INTO slot (article, number, batch, position)
        SELECT uid, number, offer_v1.batch, place FROM (SELECT min(place) AS place, uid FROM unnest(articles) WITH ORDINALITY AS each (uid, place) GROUP BY uid) AS each
        CROSS JOIN generate_series(1, 2) AS number
        WHERE number <= CASE WHEN place <= double THEN 2 ELSE 1 END AND uid NOT IN (SELECT s.article FROM slot s)
        RETURNING article)
    SELECT count(DISTINCT a.article) INTO given FROM added a;
    RETURN given;
END $$;
CREATE FUNCTION team.offered_v1() RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    PERFORM check_role('lead');
    RETURN QUERY SELECT DISTINCT s.article FROM slot s;
END $$;
CREATE FUNCTION team.claim_v1(most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = team, pg_temp AS $$
DECLARE me text := check_role('annotator', 'curator', 'lead'); lapsed incoming[]; given incoming[];
BEGIN
    PERFORM FROM team FOR UPDATE;
    -- What somebody claimed long ago and never began goes back.
    SELECT read_items(array_agg(jsonb_build_object('kind', 'assignment', 'article', s.article, 'annotator', s.member, 'batch', s.batch,
            'clock', coalesce(assignment_clock(s.article, s.member), 0) + 1, 'is_taken_back', true)::text))
        INTO lapsed FROM slot s WHERE s.lease < now() AND is_lapsed(s.article, s.member);
    IF lapsed IS NOT NULL THEN
        PERFORM append(lapsed, me);
        UPDATE slot s SET member = NULL, lease = NULL WHERE s.lease < now() AND is_lapsed(s.article, s.member);
    END IF;
    WITH free AS (SELECT DISTINCT ON (s.article) s.article, s.number, s.position, s.batch FROM slot s WHERE s.member IS NULL
            AND s.article NOT IN (SELECT a.article FROM assignment a WHERE a.annotator = me AND NOT a.is_taken_back)
            AND NOT EXISTS (SELECT FROM slot o WHERE o.article = s.article AND o.member = me)
            ORDER BY s.article, s.number DESC),
    first AS (SELECT * FROM free ORDER BY batch, number DESC, position LIMIT greatest(0, least(most, 1000))),
    taken AS (UPDATE slot s SET member = me, lease = now() + interval '7 days' FROM first f
        WHERE (s.article, s.number) = (f.article, f.number) RETURNING s.article, s.batch, s.position)
    SELECT read_items(array_agg(jsonb_build_object('kind', 'assignment', 'article', t.article, 'annotator', me, 'batch', t.batch,
            'clock', coalesce(assignment_clock(t.article, me), 0) + 1, 'is_taken_back', false)::text ORDER BY t.position))
        INTO given FROM taken t;
    IF given IS NOT NULL THEN PERFORM append(given, me); END IF;
    RETURN coalesce(cardinality(given), 0);
END $$;

-- Members

-- Make a login of this team, or give the one that is there another password, as the verifier that the server stores. One
-- that was made after the backup from which the database was restored is there, and taken over.
CREATE FUNCTION team.save_login(login text, verifier text, until timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    IF (starts_with(login, :'login_prefix') AND verifier ~ '^SCRAM-SHA-256\$[0-9]{4,7}:[A-Za-z0-9+/=]{20,100}\$[A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}$') IS NOT TRUE THEN
        RAISE EXCEPTION 'no login of this team' USING ERRCODE = 'AN006';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN CONNECTION LIMIT 10', login);
        EXECUTE format('GRANT %I TO %I', :'member', login);
    ELSIF NOT pg_has_role(login, :'member', 'MEMBER') OR pg_has_role(login, :'owner', 'MEMBER') THEN
        RAISE EXCEPTION 'no login of this team' USING ERRCODE = 'AN006';
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L VALID UNTIL %L', login, verifier, until);
END $$;
CREATE FUNCTION team.close_login(login text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    IF starts_with(login, :'login_prefix') IS NOT TRUE THEN RAISE EXCEPTION 'no login of this team' USING ERRCODE = 'AN006'; END IF;
    EXECUTE format('ALTER ROLE %I NOLOGIN PASSWORD NULL', login);
END $$;

-- End what a shut login still has open. A role may end only sessions of roles whose rights it has: so the doorkeeper
-- gets those of this one for the moment, and needs no right over any other session of the server.
CREATE FUNCTION team.end_sessions(of_login text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    IF starts_with(of_login, :'login_prefix') IS NOT TRUE THEN RAISE EXCEPTION 'no login of this team' USING ERRCODE = 'AN006'; END IF;
    EXECUTE format('GRANT %I TO %I', of_login, :'doorkeeper');
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = of_login AND pid <> pg_backend_pid();
    EXECUTE format('REVOKE %I FROM %I', of_login, :'doorkeeper');
END $$;

-- The next login of a member: the first is their uid behind the team's prefix, 58 bytes, the later ones have a number.
CREATE FUNCTION team.name_login(of_uid text) RETURNS text LANGUAGE sql STABLE SET search_path = team, pg_temp AS
$$ SELECT t.login_prefix || of_uid || coalesce('_' || nullif((SELECT count(*) FROM login WHERE member = of_uid), 0) + 1, '') FROM team t $$;
-- Add a member, or let one who is there join on one more computer, by a login of its own.
CREATE FUNCTION team.invite_v1(of_uid text, of_name text, of_role text, verifier text) RETURNS TABLE (new_login text, until timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    PERFORM check_role('lead');
    IF coalesce(of_uid !~ '^[0-9a-f]{32}$' OR length(of_name) NOT BETWEEN 1 AND 1000 OR of_role NOT IN ('annotator', 'curator', 'lead')
        OR of_uid = my_uid() AND of_role <> 'lead', true) THEN
        RAISE EXCEPTION 'no member' USING ERRCODE = 'AN006';
    END IF;
    PERFORM FROM team FOR UPDATE;  -- no two logins of one number
    until := now() + interval '7 days';
    new_login := name_login(of_uid);
    IF octet_length(new_login) > 63 THEN RAISE EXCEPTION 'too many logins' USING ERRCODE = 'AN006'; END IF;
    INSERT INTO member (uid, name, role) VALUES (of_uid, of_name, of_role)
        ON CONFLICT (uid) DO UPDATE SET role = of_role, is_active = true, invited = now();
    INSERT INTO login (login, member) VALUES (new_login, of_uid);
    PERFORM save_login(new_login, verifier, until);
    RETURN NEXT;
END $$;
-- Change the secret of an invitation, once.
CREATE FUNCTION team.enter_v1(verifier text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    UPDATE login l SET joined = now()
        WHERE l.login = session_user AND l.is_open AND l.joined IS NULL AND l.invited > now() - interval '7 days';
    IF NOT FOUND THEN RAISE EXCEPTION 'no member' USING ERRCODE = 'AN003'; END IF;
    PERFORM save_login(session_user, verifier, 'infinity');
END $$;
CREATE FUNCTION team.check_lead_stays(of_uid text) RETURNS void LANGUAGE plpgsql STABLE SET search_path = team, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM member WHERE uid = of_uid) THEN RAISE EXCEPTION 'no member' USING ERRCODE = 'AN006'; END IF;
    IF NOT EXISTS (SELECT FROM member m JOIN login l ON l.member = m.uid
        WHERE m.role = 'lead' AND m.is_active AND l.is_open AND l.joined IS NOT NULL AND m.uid <> of_uid) THEN
        RAISE EXCEPTION 'the last lead' USING ERRCODE = 'AN007';
    END IF;
END $$;
CREATE FUNCTION team.set_role_v1(of_uid text, new_role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    PERFORM check_role('lead');
    IF new_role IS DISTINCT FROM 'lead' THEN PERFORM check_lead_stays(of_uid); END IF;
    IF coalesce(new_role NOT IN ('annotator', 'curator', 'lead'), true) THEN RAISE EXCEPTION 'no role' USING ERRCODE = 'AN006'; END IF;
    UPDATE member SET role = new_role WHERE uid = of_uid;
    IF NOT FOUND THEN RAISE EXCEPTION 'no member' USING ERRCODE = 'AN006'; END IF;
END $$;
CREATE FUNCTION team.revoke_v1(of_uid text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    PERFORM check_role('lead');
    PERFORM check_lead_stays(of_uid);
    UPDATE member SET is_active = false WHERE uid = of_uid;
    PERFORM close_login(l.login) FROM login l WHERE l.member = of_uid AND l.is_open;
    UPDATE login l SET is_open = false WHERE l.member = of_uid;
END $$;
-- End the sessions that a revoked member still has. It is a call of its own, after that of revoke_v1 has been committed:
-- in the same one, a session could come back before the login is shut for others.
CREATE FUNCTION team.end_sessions_v1(of_uid text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    PERFORM check_role('lead');
    PERFORM end_sessions(l.login) FROM login l WHERE l.member = of_uid AND NOT l.is_open;
END $$;
-- Shut a login if it is that of this session: the computer has another one now.
CREATE FUNCTION team.close_login_v1(of_login text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = team, pg_temp AS $$
DECLARE me text := check_role('annotator', 'curator', 'lead');
BEGIN
    IF of_login IS DISTINCT FROM session_user THEN RETURN; END IF;
    IF NOT EXISTS (SELECT FROM login l WHERE l.member = me AND l.is_open AND l.joined IS NOT NULL AND l.login <> session_user) THEN
        PERFORM check_lead_stays(me);
    END IF;
    PERFORM close_login(session_user);
    UPDATE login l SET is_open = false WHERE l.login = session_user;
END $$;

-- Check some items after a number: return the last number checked, the last of all, and what is wrong.
CREATE FUNCTION team.verify_v1(after_seq bigint, most integer) RETURNS TABLE (checked bigint, last bigint, faults jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = team, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM check_role('lead');
    RETURN QUERY WITH part AS (SELECT i.seq, i.kind, i.uid, i.article, i.owner, i.digest, unpack(i.kind, i.body, i.uid, i.article, i.owner) AS body FROM item i
            WHERE i.seq > after_seq AND i.seq <= after_seq + most),
    bodies AS (SELECT array_agg(seq ORDER BY seq) AS seqs, array_agg(body ORDER BY seq) AS bodies FROM part WHERE kind <> 'release'),
    read AS (SELECT seqs[r.n] AS seq, r.* FROM bodies CROSS JOIN LATERAL unnest(read_items(bodies)) AS r),
    wrong AS (
        SELECT number AS seq, 'missing' AS fault, '' AS uid FROM generate_series(after_seq + 1, least(after_seq + most, (SELECT last_seq FROM team))) AS number
            WHERE number NOT IN (SELECT seq FROM part)
        UNION ALL SELECT seq, 'late', uid FROM part WHERE seq > (SELECT last_seq FROM team)
        UNION ALL SELECT p.seq, coalesce(r.reason, 'differs'), p.uid FROM part p JOIN read r USING (seq)
            WHERE r.reason IS NOT NULL OR (p.kind, p.uid, p.article, p.owner) IS DISTINCT FROM (r.kind, r.uid, r.article, r.owner)
                OR p.digest IS DISTINCT FROM r.digest
        UNION ALL SELECT seq, 'article', uid FROM part p WHERE kind = 'step' AND NOT EXISTS (SELECT FROM item a WHERE a.uid = p.article AND a.kind = 'article'))
    SELECT least(after_seq + most, (SELECT last_seq FROM team)), (SELECT last_seq FROM team),
        coalesce((SELECT jsonb_agg(jsonb_build_array(seq, fault, uid) ORDER BY seq) FROM wrong), '[]');
END $$;

-- Rights

REVOKE ALL ON ALL TABLES IN SCHEMA team FROM PUBLIC;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA team FROM PUBLIC;
REVOKE USAGE ON TYPE team.incoming FROM PUBLIC;
GRANT USAGE ON SCHEMA team TO :"registrar", :"doorkeeper", :"member";
GRANT SELECT (seq, push, kind, uid, article, owner, annotator, head, digest) ON team.item TO :"registrar";
GRANT SELECT ON team.assignment, team.layer, team.slot TO :"registrar";
GRANT EXECUTE ON FUNCTION team.gold() TO :"registrar";
GRANT CREATE ON SCHEMA team TO :"registrar", :"doorkeeper";
DO $$
DECLARE name regprocedure;
BEGIN
    FOR name IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'team'::regnamespace AND proname ~ '_v[0-9]+$' LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', name, :'member');
    END LOOP;
    FOR name IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'team'::regnamespace
        AND proname IN ('find_known', 'find_push', 'is_finished', 'is_lapsed', 'is_released', 'assignment_clock') LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO %I', name, :'registrar');
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', name, :'owner');
    END LOOP;
    FOR name IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'team'::regnamespace
        AND proname IN ('save_login', 'close_login', 'end_sessions') LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO %I', name, :'doorkeeper');
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', name, :'owner');
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA team FROM :"registrar", :"doorkeeper";
