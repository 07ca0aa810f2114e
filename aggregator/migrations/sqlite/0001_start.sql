-- The log, what it is about, and the one row that every writer locks.
CREATE TABLE log_state (
    id               INTEGER PRIMARY KEY CHECK (id = 1),
    origin           TEXT    NOT NULL,
    size             INTEGER NOT NULL CHECK (size >= 0),
    root             BLOB    NOT NULL,
    registry_version INTEGER NOT NULL
);
CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    note TEXT    NOT NULL
);
CREATE TABLE log_entries (
    idx  INTEGER PRIMARY KEY,
    leaf BLOB    NOT NULL
);
CREATE TABLE frameworks (
    hash TEXT    PRIMARY KEY,
    body BLOB    NOT NULL,
    idx  INTEGER NOT NULL UNIQUE
);
CREATE TABLE agent_keys (
    key         TEXT    PRIMARY KEY,
    authority   TEXT    NOT NULL,
    spki        BLOB    NOT NULL,
    idx         INTEGER NOT NULL UNIQUE,
    revoked_idx INTEGER UNIQUE
);
CREATE TABLE certificates (
    serial    TEXT    PRIMARY KEY,
    authority TEXT    NOT NULL,
    not_after INTEGER NOT NULL,
    revoked   INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1))
);
CREATE TABLE rounds (
    round        TEXT    PRIMARY KEY,
    plan         TEXT    NOT NULL UNIQUE,
    envelope     BLOB    NOT NULL,
    framework    TEXT    NOT NULL REFERENCES frameworks (hash),
    plan_idx     INTEGER NOT NULL UNIQUE,
    deadline_idx INTEGER UNIQUE
);
CREATE TABLE messages (
    id        TEXT    PRIMARY KEY,
    authority TEXT    NOT NULL,
    round     TEXT    NOT NULL REFERENCES rounds (round),
    kind      TEXT    NOT NULL,
    sequence  INTEGER NOT NULL,
    envelope  BLOB    NOT NULL,
    idx       INTEGER NOT NULL UNIQUE,
    receipt   TEXT    NOT NULL,
    UNIQUE (round, authority, kind, sequence)
);
CREATE TABLE releases (
    version     TEXT    PRIMARY KEY,
    round       TEXT    NOT NULL REFERENCES rounds (round),
    id          TEXT    NOT NULL UNIQUE,
    statement   BLOB    NOT NULL,
    figures     BLOB    NOT NULL,
    figures_csv BLOB    NOT NULL,
    meta_csv    BLOB    NOT NULL,
    idx         INTEGER NOT NULL UNIQUE
);
