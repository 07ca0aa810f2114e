-- The file of a release that says what has changed since the year before.
ALTER TABLE releases ADD COLUMN changes_csv BYTEA NOT NULL DEFAULT '';
