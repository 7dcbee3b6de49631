-- What auth tokens say of a session can be changed: the edition is a part of each guard. What happened can be looked up.

-- Raised by one with the claims or the sign-in. A program that knows only the step before changes neither.
ALTER TABLE family ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;

-- So far `body` held all of an event; from now on it holds its detail.
ALTER TABLE event ADD COLUMN kind TEXT;
ALTER TABLE event ADD COLUMN user TEXT;
ALTER TABLE event ADD COLUMN session TEXT; -- the id as outsiders write it

UPDATE event SET
    kind = json_extract(body, '$.type'),
    user = json_extract(body, '$.user_id'),
    session = json_extract(body, '$.session_id'),
    body = ifnull(json_extract(body, '$.detail'), '{}');

-- A program that knows only the step before goes on writing all of an event into `body`.
CREATE TRIGGER event_of_the_step_before AFTER INSERT ON event WHEN new.kind IS NULL BEGIN
    UPDATE event SET
        kind = json_extract(new.body, '$.type'),
        user = json_extract(new.body, '$.user_id'),
        session = json_extract(new.body, '$.session_id'),
        body = ifnull(json_extract(new.body, '$.detail'), '{}')
    WHERE n = new.n;
END;

-- Each ends in n, as every index of SQLite does: so each gives events in order.
CREATE INDEX event_by_app ON event (app);
CREATE INDEX event_by_kind ON event (app, kind);
CREATE INDEX event_by_user ON event (app, user) WHERE user IS NOT NULL;
CREATE INDEX event_by_session ON event (session) WHERE session IS NOT NULL;
