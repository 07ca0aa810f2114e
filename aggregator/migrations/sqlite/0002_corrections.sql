-- When a round takes corrections, and on which day each authority was last heard (a day and no second, and of no round).
ALTER TABLE rounds ADD COLUMN correction_idx INTEGER;
ALTER TABLE rounds ADD COLUMN correction_deadline_idx INTEGER;
CREATE UNIQUE INDEX rounds_correction_idx ON rounds (correction_idx);
CREATE UNIQUE INDEX rounds_correction_deadline_idx ON rounds (correction_deadline_idx);
CREATE TABLE heard (
    authority TEXT PRIMARY KEY,
    heard_on  TEXT NOT NULL
);
