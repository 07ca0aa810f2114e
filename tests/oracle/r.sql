-- Family R: relationships, from the survey of wellbeing. R1 is A13a.

INSERT INTO measure VALUES
    ('R2a', 4, 25, false), ('R2b', 4, 25, false), ('R2c', 4, 25, false), ('R3', 0, 25, false), ('R4', 4, 25, false),
    ('R5', 16, 25, false), ('R5L', 17, 25, true);

-- R2: as much as they want
INSERT INTO answer BY NAME
SELECT council, child, measure, moment, day, year AS uasc_year,
    CASE WHEN outside IS NOT NULL THEN outside WHEN said = 'RIGHT' THEN 'right' WHEN said = 'LITTLE' THEN 'too_little'
         WHEN said = 'MUCH' THEN 'too_much' WHEN said = 'NONE_OK' THEN 'content' WHEN said = 'NONE_NOT' THEN 'not_content'
    END AS category
FROM (
    FROM (SELECT *, 'R2a' AS measure FROM survey('SEES_MOTHER', 'child', 4, 25)) UNION ALL
    FROM (SELECT *, 'R2b' AS measure FROM survey('SEES_FATHER', 'child', 4, 25)) UNION ALL
    FROM (SELECT *, 'R2c' AS measure FROM survey('SEES_SIBLINGS', 'child', 4, 25))
);

-- R3: who has none in care here (X) is not in it; a fact of the record, so without "not answered"
INSERT INTO answer BY NAME
SELECT a.council, a.child, 'R3' AS measure, a.moment, a.day, a.year AS uasc_year,
    CASE WHEN NOT a.supplied THEN 'table_not_supplied' ELSE coalesce(lower(s.home), 'not_recorded') END AS category
FROM asked a LEFT JOIN ex_siblings s ON s.council = a.council AND s.child = a.child
WHERE a.kind = 'child' AND s.home IS DISTINCT FROM 'X';

-- R4, R5
INSERT INTO answer BY NAME
SELECT council, child, measure, moment, day, year AS uasc_year, coalesce(outside, lower(said)) AS category
FROM (
    FROM (SELECT *, 'R4' AS measure FROM survey('FRIEND', 'child', 4, 25)) UNION ALL
    FROM (SELECT *, 'R5' AS measure FROM survey('AFTER_18', 'child', 16, 25)) UNION ALL
    FROM (SELECT *, 'R5L' AS measure FROM survey('AFTER_18', 'leaver', 17, 25))
);
