-- What races: families and the feed. What is read often and written seldom: records. What a person reads later: events.

-- A session is one row, as narrow as it gets: what a refresh changes comes first, and no index holds any of it.
CREATE TABLE family (
    id               INTEGER PRIMARY KEY, -- the first half of the session's id, ordered as the id is: see rows.rs
    tail             INTEGER NOT NULL,    -- the other half
    seq              INTEGER NOT NULL,
    kid              INTEGER NOT NULL,
    current          BLOB NOT NULL,
    previous         BLOB,
    attempt          BLOB,
    previous_attempt BLOB,
    salt             BLOB NOT NULL,
    rotated_at       INTEGER NOT NULL,    -- milliseconds, as every time here
    retries          INTEGER NOT NULL,
    active_at        INTEGER NOT NULL,
    idle_timeout     INTEGER,
    absolute_end     INTEGER NOT NULL,
    policy_version   INTEGER NOT NULL,
    ended_at         INTEGER,
    end_reason       INTEGER,
    app              TEXT NOT NULL,
    user             TEXT NOT NULL,
    client           TEXT,                -- NULL: the client that has the app's id
    created_at       INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    confirmation     TEXT,
    device           TEXT,
    claims           TEXT
) STRICT;

-- Both end in the id, as every index of SQLite does, and an id begins with the second of its making:
-- so both give sessions in the order in which they were opened.
CREATE INDEX family_by_user ON family (app, user);
CREATE INDEX family_by_app ON family (app);

-- AUTOINCREMENT: a number that was pruned is not given again.
CREATE TABLE feed (
    n            INTEGER PRIMARY KEY AUTOINCREMENT,
    app          TEXT NOT NULL,
    kind         INTEGER NOT NULL,        -- 1 session, 2 user, 3 app, 4 signing key
    session      BLOB,                    -- of kind 1
    name         TEXT,                    -- of kinds 2 and 4
    at           INTEGER NOT NULL,
    forget_after INTEGER NOT NULL
) STRICT;

CREATE TABLE event (
    n    INTEGER PRIMARY KEY AUTOINCREMENT,
    at   INTEGER NOT NULL,
    app  TEXT,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE record (
    kind    TEXT NOT NULL,
    key     TEXT NOT NULL,
    version INTEGER NOT NULL,
    bytes   BLOB NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta (name, value) VALUES ('high_water', 0), ('probe', 0);
