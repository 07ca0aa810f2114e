-- The log, what it is about, and the one row that every writer locks.
CREATE TABLE log_state (
    id               BIGINT PRIMARY KEY CHECK (id = 1),
    origin           TEXT    NOT NULL,
    size             BIGINT NOT NULL CHECK (size >= 0),
    root             BYTEA   NOT NULL,
    registry_version BIGINT NOT NULL
);
CREATE TABLE checkpoints (
    size BIGINT PRIMARY KEY,
    note TEXT    NOT NULL
);
CREATE TABLE log_entries (
    idx  BIGINT PRIMARY KEY,
    leaf BYTEA   NOT NULL
);
CREATE TABLE frameworks (
    hash TEXT    PRIMARY KEY,
    body BYTEA   NOT NULL,
    idx  BIGINT NOT NULL UNIQUE
);
CREATE TABLE agent_keys (
    key         TEXT    PRIMARY KEY,
    authority   TEXT    NOT NULL,
    spki        BYTEA   NOT NULL,
    idx         BIGINT NOT NULL UNIQUE,
    revoked_idx BIGINT UNIQUE
);
CREATE TABLE certificates (
    serial    TEXT    PRIMARY KEY,
    authority TEXT    NOT NULL,
    not_after BIGINT NOT NULL,
    revoked   BIGINT NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1))
);
CREATE TABLE rounds (
    round        TEXT    PRIMARY KEY,
    plan         TEXT    NOT NULL UNIQUE,
    envelope     BYTEA   NOT NULL,
    framework    TEXT    NOT NULL REFERENCES frameworks (hash),
    plan_idx     BIGINT NOT NULL UNIQUE,
    deadline_idx BIGINT UNIQUE
);
CREATE TABLE messages (
    id        TEXT    PRIMARY KEY,
    authority TEXT    NOT NULL,
    round     TEXT    NOT NULL REFERENCES rounds (round),
    kind      TEXT    NOT NULL,
    sequence  BIGINT NOT NULL,
    envelope  BYTEA   NOT NULL,
    idx       BIGINT NOT NULL UNIQUE,
    receipt   TEXT    NOT NULL,
    UNIQUE (round, authority, kind, sequence)
);
CREATE TABLE releases (
    version     TEXT    PRIMARY KEY,
    round       TEXT    NOT NULL REFERENCES rounds (round),
    id          TEXT    NOT NULL UNIQUE,
    statement   BYTEA   NOT NULL,
    figures     BYTEA   NOT NULL,
    figures_csv BYTEA   NOT NULL,
    meta_csv    BYTEA   NOT NULL,
    idx         BIGINT NOT NULL UNIQUE
);
