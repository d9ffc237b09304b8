-- A team at a PostgreSQL server: a numbered record of items to which nothing is ever done but adding.
--
-- Members have no right to any table, only to execute the functions that end in _v1. These run with the rights of the
-- role "owner", which row-level security holds as well: it asks `session_user`, the member who logged in, whoever the
-- current role is. Two things need more than a member may see or do, and belong to roles that can do nothing else:
-- "registrar" looks up what there is already, without its text, and "doorkeeper" makes logins.
--
-- :"owner" and the like are the roles of this team, put in by `administration`. An error never quotes what was sent.
--
-- Uids are compared byte by byte (COLLATE "C"), not as words of a language, which takes longer.

CREATE TABLE team.team (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    uid text NOT NULL,
    name text NOT NULL,
    login_prefix text NOT NULL,
    oldest_program text NOT NULL DEFAULT '',  -- the version of the oldest program that may meet the team; "": any
    -- The number of the last item. Its row is locked to the end of every push: numbers are dense, in the order of commits.
    last_seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

CREATE TABLE team.member (
    uid text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('annotator', 'curator', 'lead')),
    is_active boolean NOT NULL DEFAULT true,
    invited timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE team.login (     -- one for each invitation, and so for each computer of a member
    login text PRIMARY KEY,
    member text COLLATE "C" NOT NULL REFERENCES team.member (uid),
    invited timestamptz NOT NULL DEFAULT now(),
    joined timestamptz,
    seen timestamptz,
    is_open boolean NOT NULL DEFAULT true  -- once shut, it stays so: a member who comes back gets another one
);
CREATE INDEX login_by_member ON team.login (member);

CREATE TABLE team.item (
    seq bigint PRIMARY KEY,
    clock bigint NOT NULL,
    received timestamptz NOT NULL DEFAULT now(),
    push uuid NOT NULL,       -- new for every push: tells a server that went back from the one that it was
    layer integer NOT NULL,   -- the owner in four bytes (see number_layer), for an index
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('person', 'label', 'article', 'batch', 'assignment', 'step', 'release')),
    uid text COLLATE "C" NOT NULL,        -- of an assignment or release, that of the article
    article text COLLATE "C" NOT NULL,    -- "" where there is none
    owner text COLLATE "C" NOT NULL,      -- of a step: whose layer its edits are in, "" for facts that all share
    annotator text COLLATE "C" NOT NULL,  -- of a step or an assignment; of a person, the uid that they go by
    actor text COLLATE "C" NOT NULL,
    head bytea,               -- 16 bytes of the hash of what all parts of a step have in common
    digest bytea,             -- 16 bytes of the hash of what must not differ when it is pushed again
    sender text COLLATE "C" NOT NULL,
    body text NOT NULL        -- as it was sent; of a step, packed
);
-- Eight bytes for what else an item is known by. Two that differ and have the same eight would be an error, and none lost;
-- whoever wants that must be the author of both, since parts of a step by others are refused before.
CREATE UNIQUE INDEX item_once ON team.item (uid, hashtextextended(kind || ' ' || article || ' ' || owner || ' ' || annotator, 0))
    WHERE kind <> 'assignment';
CREATE INDEX item_by_article ON team.item (article) WHERE article <> '';
CREATE INDEX item_by_layer ON team.item (layer, seq);  -- an annotator reads three layers of some hundred
CREATE INDEX item_by_kind ON team.item (kind, seq) WHERE kind IN ('person', 'label', 'batch');

CREATE TABLE team.assignment (
    article text COLLATE "C" NOT NULL,
    annotator text COLLATE "C" NOT NULL,
    batch text COLLATE "C",
    clock bigint NOT NULL,
    is_taken_back boolean NOT NULL,
    PRIMARY KEY (annotator, article)
);
CREATE INDEX assignment_by_article ON team.assignment (article);

CREATE TABLE team.layer (     -- the state of each layer, as the last step on it has it
    article text COLLATE "C" NOT NULL,
    owner text COLLATE "C" NOT NULL,
    clock bigint NOT NULL,
    step text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    PRIMARY KEY (article, owner)
);

CREATE TABLE team.slot (      -- articles that members may claim: one row for each member who is to label it
    article text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    batch text COLLATE "C" NOT NULL,
    position integer NOT NULL,
    member text COLLATE "C",
    lease timestamptz,
    PRIMARY KEY (article, number)
);
CREATE INDEX slot_by_member ON team.slot (member) WHERE member IS NOT NULL;

-- Four bytes for the owner of a layer. Not by hashtext: what is stored must be the same in every version of PostgreSQL.
CREATE FUNCTION team.number_layer(owner text) RETURNS integer LANGUAGE sql STABLE AS
$$ SELECT ('x' || left(encode(sha256(convert_to(owner, 'UTF8')), 'hex'), 8))::bit(32)::integer $$;

-- Who is here

CREATE FUNCTION team.gold() RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT 'd3e8a272746c5e43bb53b4865b515de3' $$;
-- In plpgsql, as all small functions that are asked again and again: it plans a statement once in a session.
CREATE FUNCTION team.my_uid() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    RETURN (SELECT m.uid FROM member m JOIN login l ON l.member = m.uid
        WHERE l.login = session_user AND l.is_open AND l.joined IS NOT NULL AND m.is_active);
END $$;
CREATE FUNCTION team.my_role() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    RETURN (SELECT m.role FROM member m WHERE m.uid = (SELECT my_uid()));
END $$;
CREATE FUNCTION team.check_role(VARIADIC roles text[]) RETURNS text LANGUAGE plpgsql STABLE SET search_path = team, pg_temp AS $$
BEGIN
    IF my_uid() IS NULL THEN RAISE EXCEPTION 'no member' USING ERRCODE = 'AN003'; END IF;
    IF NOT my_role() = ANY (roles) THEN RAISE EXCEPTION 'not for this role' USING ERRCODE = 'AN004'; END IF;
    RETURN my_uid();
END $$;
CREATE FUNCTION team.check_same_role(as_role text) RETURNS void LANGUAGE plpgsql STABLE SET search_path = team, pg_temp AS $$
BEGIN
    IF as_role <> my_role() THEN RAISE EXCEPTION 'another role' USING ERRCODE = 'AN008'; END IF;
END $$;

-- What the registrar sees

CREATE FUNCTION team.find_known(uids text[])
RETURNS TABLE (kind text, uid text, article text, owner text, annotator text, head bytea, digest bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT i.kind, i.uid, i.article, i.owner, i.annotator, i.head, i.digest FROM item i
        WHERE i.uid = ANY (uids) AND i.kind <> 'assignment';
END $$;
-- Whether the gold layer and those of all to whom an article was given are finished.
CREATE FUNCTION team.is_finished(of_article text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    RETURN (SELECT EXISTS (SELECT FROM layer l WHERE l.article = of_article AND l.owner = gold() AND l.state = 'done')
       AND NOT EXISTS (SELECT FROM assignment a WHERE a.article = of_article AND NOT a.is_taken_back AND NOT EXISTS (
           SELECT FROM layer l WHERE l.article = of_article AND l.owner = a.annotator AND l.state IN ('done', 'skipped'))));
END $$;
-- Whether a member claimed an article, let the lease pass, and never began.
CREATE FUNCTION team.is_lapsed(of_article text, of_member text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    RETURN (SELECT EXISTS (SELECT FROM slot s WHERE s.article = of_article AND s.member = of_member AND s.lease < now())
       AND NOT EXISTS (SELECT FROM layer l WHERE l.article = of_article AND l.owner = of_member));
END $$;
CREATE FUNCTION team.assignment_clock(of_article text, of_annotator text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    RETURN (SELECT a.clock FROM assignment a WHERE a.article = of_article AND a.annotator = of_annotator);
END $$;

CREATE FUNCTION team.is_released(of_article text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    RETURN (SELECT EXISTS (SELECT FROM item i WHERE i.uid = of_article AND i.kind = 'release'));
END $$;
CREATE FUNCTION team.find_push(of_seq bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = team, pg_temp AS $$
BEGIN
    RETURN (SELECT i.push::text FROM item i WHERE i.seq = of_seq);
END $$;

-- Who may read and write what

ALTER TABLE team.team ENABLE ROW LEVEL SECURITY;
ALTER TABLE team.team FORCE ROW LEVEL SECURITY;
CREATE POLICY reading ON team.team FOR SELECT TO :"owner" USING (true);
CREATE POLICY numbering ON team.team FOR UPDATE TO :"owner" USING ((SELECT team.my_uid()) IS NOT NULL);

ALTER TABLE team.member ENABLE ROW LEVEL SECURITY;
ALTER TABLE team.member FORCE ROW LEVEL SECURITY;
CREATE POLICY reading ON team.member FOR SELECT TO :"owner" USING (true);
CREATE POLICY inviting ON team.member FOR INSERT TO :"owner" WITH CHECK ((SELECT team.my_role()) = 'lead');
CREATE POLICY changing ON team.member FOR UPDATE TO :"owner" USING ((SELECT team.my_role()) = 'lead');

ALTER TABLE team.login ENABLE ROW LEVEL SECURITY;
ALTER TABLE team.login FORCE ROW LEVEL SECURITY;
CREATE POLICY reading ON team.login FOR SELECT TO :"owner" USING (true);
CREATE POLICY inviting ON team.login FOR INSERT TO :"owner" WITH CHECK ((SELECT team.my_role()) = 'lead');
CREATE POLICY changing ON team.login FOR UPDATE TO :"owner"
    USING (login = session_user AND is_open OR (SELECT team.my_role()) = 'lead')
    WITH CHECK (login = session_user OR (SELECT team.my_role()) = 'lead');
-- No login becomes another member's.
REVOKE UPDATE ON team.login FROM :"owner";
GRANT UPDATE (joined, seen, is_open) ON team.login TO :"owner";

ALTER TABLE team.assignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE team.assignment FORCE ROW LEVEL SECURITY;
CREATE POLICY looking ON team.assignment FOR SELECT TO :"registrar" USING (true);
CREATE POLICY reading ON team.assignment FOR SELECT TO :"owner"
    USING (annotator = (SELECT team.my_uid()) OR (SELECT team.my_role()) IN ('curator', 'lead') OR team.is_lapsed(article, annotator));
CREATE POLICY giving ON team.assignment FOR INSERT TO :"owner" WITH CHECK (
    (SELECT team.my_role()) = 'lead' OR team.is_lapsed(article, annotator)
    OR annotator = (SELECT team.my_uid()) AND article IN (SELECT s.article FROM team.slot s WHERE s.member = (SELECT team.my_uid())));
CREATE POLICY changing ON team.assignment FOR UPDATE TO :"owner" USING (
    (SELECT team.my_role()) = 'lead'
    OR annotator = (SELECT team.my_uid()) AND article IN (SELECT s.article FROM team.slot s WHERE s.member = (SELECT team.my_uid()))
    OR team.is_lapsed(article, annotator));

ALTER TABLE team.layer ENABLE ROW LEVEL SECURITY;
ALTER TABLE team.layer FORCE ROW LEVEL SECURITY;
CREATE POLICY looking ON team.layer FOR SELECT TO :"registrar" USING (true);
CREATE POLICY all_of_it ON team.layer FOR ALL TO :"owner" USING (
    owner = (SELECT team.my_uid()) OR (SELECT team.my_role()) = 'lead'
    OR owner = team.gold() AND (SELECT team.my_role()) = 'curator');

ALTER TABLE team.slot ENABLE ROW LEVEL SECURITY;
ALTER TABLE team.slot FORCE ROW LEVEL SECURITY;
CREATE POLICY looking ON team.slot FOR SELECT TO :"registrar" USING (true);
CREATE POLICY reading ON team.slot FOR SELECT TO :"owner" USING ((SELECT team.my_uid()) IS NOT NULL);
CREATE POLICY offering ON team.slot FOR INSERT TO :"owner" WITH CHECK ((SELECT team.my_role()) = 'lead');
CREATE POLICY claiming ON team.slot FOR UPDATE TO :"owner"
    USING ((SELECT team.my_uid()) IS NOT NULL) WITH CHECK (member = (SELECT team.my_uid()) OR member IS NULL);

ALTER TABLE team.item ENABLE ROW LEVEL SECURITY;
ALTER TABLE team.item FORCE ROW LEVEL SECURITY;
CREATE POLICY looking ON team.item FOR SELECT TO :"registrar" USING (true);
CREATE POLICY reading_all ON team.item FOR SELECT TO :"owner" USING ((SELECT team.my_role()) IN ('curator', 'lead'));
CREATE POLICY reading ON team.item FOR SELECT TO :"owner" USING (
    (SELECT team.my_role()) = 'annotator' AND CASE kind
        WHEN 'person' THEN true
        WHEN 'label' THEN true
        WHEN 'batch' THEN uid IN (SELECT a.batch FROM team.assignment a WHERE a.annotator = (SELECT team.my_uid()))
        WHEN 'assignment' THEN annotator = (SELECT team.my_uid())
        ELSE article IN (
                SELECT a.article FROM team.assignment a
                WHERE a.annotator = (SELECT team.my_uid()) AND NOT a.is_taken_back)
            AND (kind <> 'step' OR owner IN ((SELECT team.my_uid()), '')
                OR owner = team.gold() AND team.is_released(article))
    END);
-- Whether the article of a step was given to who pushes it is looked up for each: they may have been given thousands.
CREATE POLICY writing ON team.item FOR INSERT TO :"owner" WITH CHECK (
    sender = (SELECT team.my_uid()) AND CASE
        WHEN (SELECT team.my_role()) = 'lead' THEN true
        WHEN kind = 'person' THEN
            annotator = (SELECT team.my_uid())
                AND (uid = annotator OR uid NOT IN (SELECT m.uid FROM team.member m) AND uid <> team.gold()) OR annotator = team.gold() AND uid = team.gold()
        WHEN kind = 'step' AND (SELECT team.my_role()) = 'curator' THEN
            annotator = (SELECT team.my_uid()) AND owner IN ((SELECT team.my_uid()), '') AND actor IN ((SELECT team.my_uid()), '')
            OR annotator = team.gold() AND owner IN (team.gold(), '') AND actor = (SELECT team.my_uid())
        WHEN kind = 'step' THEN
            annotator = (SELECT team.my_uid()) AND owner IN ((SELECT team.my_uid()), '') AND actor IN ((SELECT team.my_uid()), '')
            AND EXISTS (SELECT FROM team.assignment a WHERE a.annotator = (SELECT team.my_uid()) AND a.article = item.article)
        WHEN kind = 'assignment' THEN team.is_lapsed(article, annotator)
            OR annotator = (SELECT team.my_uid()) AND article IN (SELECT s.article FROM team.slot s WHERE s.member = (SELECT team.my_uid()))
        WHEN kind = 'release' THEN team.is_finished(article)
        ELSE false
    END);
