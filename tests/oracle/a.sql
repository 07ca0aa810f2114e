-- Family A: wellbeing. Measures A1 to A14; those ending in L are the tables of care leavers.

INSERT INTO measure VALUES
    ('A1', 5, 16, false), ('A2', 5, 16, false), ('A3', 5, 16, false), ('A4', 5, 16, false), ('A4m', 5, 16, false),
    ('A5', 5, 16, false), ('A5m', 5, 16, false), ('A6', 5, 16, false), ('A12', 4, 25, false), ('A12L', 17, 25, true),
    ('A13a', 4, 25, false), ('A13b', 4, 25, false), ('A13c', 8, 25, false), ('A14', 11, 16, false),
    ('A13aL', 17, 25, true), ('A13bL', 17, 25, true), ('A13cL', 17, 25, true),
    ('A7', 11, 17, false), ('A8', 11, 17, false), ('A9', 11, 17, false), ('A10', 11, 17, false),
    ('A7m', 11, 17, false), ('A8m', 11, 17, false), ('A9m', 11, 17, false), ('A10m', 11, 17, false),
    ('A7L', 17, 25, true), ('A8L', 17, 25, true), ('A9L', 17, 25, true), ('A10L', 17, 25, true),
    ('A7Lm', 17, 25, true), ('A8Lm', 17, 25, true), ('A9Lm', 17, 25, true), ('A10Lm', 17, 25, true),
    ('A11', 15, 25, false), ('A11m', 15, 25, false), ('A11L', 17, 25, true), ('A11Lm', 17, 25, true);

-- A1, detail 13: the score wins over a reason
INSERT INTO answer BY NAME
SELECT council, child, 'A1' AS measure, 'last_day' AS moment, day, year AS uasc_year,
    CASE WHEN NOT supplied THEN 'table_not_supplied' WHEN score IS NOT NULL THEN 'received'
         ELSE coalesce(reason, 'neither') END AS category
FROM a1_children;

-- A2, A3
INSERT INTO answer BY NAME
SELECT council, child, 'A2' AS measure, 'last_day' AS moment, day, year AS uasc_year,
    CASE WHEN supplied THEN sdq_band(score) ELSE 'table_not_supplied' END AS category
FROM a1_children WHERE score IS NOT NULL OR NOT supplied;

INSERT INTO answer BY NAME
SELECT council, child, 'A3' AS measure, score AS amount, 'last_day' AS moment, day, year AS uasc_year
FROM a1_children WHERE score IS NOT NULL;

-- A4, A5: the score of Y first, then the return of the former year, then its OC2, then its score (details 13, 20)
CREATE TEMP TABLE a_change AS
SELECT f.measure, a.council, a.child, a.day, a.year, a.score AS score_now, s.sdq_score AS score_then,
    CASE WHEN NOT a.supplied THEN 'table_not_supplied' WHEN NOT f.return_there THEN 'not_enough_years'
         WHEN NOT f.oc2_there THEN 'table_not_supplied' END AS outside
FROM a1_children a
JOIN (
    SELECT 'A4' AS measure, council, 1 AS back, year_1 AS return_there, oc2_1 AS oc2_there FROM files
    UNION ALL
    SELECT 'A5', council, 2, year_2, oc2_2 FROM files
) f USING (council)
LEFT JOIN oc2 s ON s.council = a.council AND s.child = a.child AND s.year = a.year - f.back
WHERE NOT a.supplied OR a.score IS NOT NULL;

INSERT INTO answer BY NAME
SELECT council, child, measure, 'last_day' AS moment, day, year AS uasc_year,
    coalesce(outside, sdq_band(score_then) || '_to_' || sdq_band(score_now)) AS category
FROM a_change WHERE outside IS NOT NULL OR score_then IS NOT NULL;

INSERT INTO answer BY NAME
SELECT council, child, measure || 'm' AS measure, greatest(-20, least(20, score_now - score_then)) AS amount,
    'last_day' AS moment, day, year AS uasc_year
FROM a_change WHERE outside IS NULL AND score_then IS NOT NULL;

-- A6: high is 17 or more
INSERT INTO answer BY NAME
SELECT a.council, a.child, 'A6' AS measure, 'last_day' AS moment, a.day, a.year AS uasc_year,
    CASE WHEN NOT a.supplied THEN 'table_not_supplied' WHEN NOT (g.year_1 AND g.year_2) THEN 'not_enough_years'
         WHEN NOT (g.oc2_1 AND g.oc2_2) THEN 'table_not_supplied'
         WHEN a.score >= 17 AND s1.sdq_score >= 17 AND s2.sdq_score >= 17 THEN 'high_all_three'
         WHEN a.score >= 17 THEN 'high_now'
         WHEN s1.sdq_score >= 17 OR s2.sdq_score >= 17 THEN 'high_before'
         ELSE 'never_high' END AS category
FROM a1_children a JOIN files g USING (council)
LEFT JOIN oc2 s1 ON s1.council = a.council AND s1.child = a.child AND s1.year = a.year - 1
LEFT JOIN oc2 s2 ON s2.council = a.council AND s2.child = a.child AND s2.year = a.year - 2
WHERE NOT a.supplied
    OR a.score IS NOT NULL
        AND (NOT (g.year_1 AND g.year_2 AND g.oc2_1 AND g.oc2_2) OR s1.sdq_score IS NOT NULL AND s2.sdq_score IS NOT NULL);

-- A7 to A10 and their means; the same of care leavers
CREATE TEMP TABLE a_ons AS
FROM (SELECT *, 'A7' AS measure FROM survey('ONS_SATISFIED', 'child', 11, 17)) UNION ALL
FROM (SELECT *, 'A8' AS measure FROM survey('ONS_WORTHWHILE', 'child', 11, 17)) UNION ALL
FROM (SELECT *, 'A9' AS measure FROM survey('ONS_HAPPY', 'child', 11, 17)) UNION ALL
FROM (SELECT *, 'A10' AS measure FROM survey('ONS_ANXIOUS', 'child', 11, 17)) UNION ALL
FROM (SELECT *, 'A7L' AS measure FROM survey('ONS_SATISFIED', 'leaver', 17, 25)) UNION ALL
FROM (SELECT *, 'A8L' AS measure FROM survey('ONS_WORTHWHILE', 'leaver', 17, 25)) UNION ALL
FROM (SELECT *, 'A9L' AS measure FROM survey('ONS_HAPPY', 'leaver', 17, 25)) UNION ALL
FROM (SELECT *, 'A10L' AS measure FROM survey('ONS_ANXIOUS', 'leaver', 17, 25));

INSERT INTO answer BY NAME
SELECT council, child, measure, moment, day, year AS uasc_year,
    CASE WHEN outside IS NOT NULL THEN outside
         WHEN measure LIKE 'A10%' THEN
            CASE WHEN said::INT <= 1 THEN '0-1' WHEN said::INT <= 3 THEN '2-3' WHEN said::INT <= 5 THEN '4-5' ELSE '6-10' END
         ELSE CASE WHEN said::INT <= 4 THEN '0-4' WHEN said::INT <= 6 THEN '5-6' WHEN said::INT <= 8 THEN '7-8' ELSE '9-10' END
    END AS category
FROM a_ons;

INSERT INTO answer BY NAME
SELECT council, child, measure || 'm' AS measure, said::INT AS amount, moment, day, year AS uasc_year
FROM a_ons WHERE outside IS NULL;

-- A11: the metric score in hundredths
CREATE TEMP TABLE a_metric AS
SELECT a.council, a.child, CASE a.kind WHEN 'child' THEN 'A11' ELSE 'A11L' END AS measure, a.moment, a.day, a.year, w.metric,
    CASE WHEN NOT a.supplied THEN 'table_not_supplied' WHEN w.state IS NULL THEN 'not_asked'
         WHEN w.state <> 'answered' THEN w.state END AS outside
FROM asked a LEFT JOIN ex_swemwbs w ON w.council = a.council AND w.child = a.child
WHERE a.age BETWEEN CASE a.kind WHEN 'child' THEN 15 ELSE 17 END AND 25;

INSERT INTO answer BY NAME
SELECT council, child, measure, moment, day, year AS uasc_year,
    coalesce(outside,
        CASE WHEN metric < 1950 THEN 'under_19.50' WHEN metric <= 2750 THEN '19.50-27.50' ELSE 'over_27.50' END) AS category
FROM a_metric;

INSERT INTO answer BY NAME
SELECT council, child, measure || 'm' AS measure, metric AS amount, moment, day, year AS uasc_year
FROM a_metric WHERE outside IS NULL;

-- A12: all counted but the council without the table
INSERT INTO answer BY NAME
SELECT a.council, a.child, CASE a.kind WHEN 'child' THEN 'A12' ELSE 'A12L' END AS measure, a.moment, a.day, a.year AS uasc_year,
    CASE WHEN NOT a.supplied THEN 'table_not_supplied' ELSE coalesce(w.state, 'not_asked') END AS category
FROM asked a LEFT JOIN ex_surveyed w ON w.council = a.council AND w.child = a.child
WHERE a.age BETWEEN CASE a.kind WHEN 'child' THEN 4 ELSE 17 END AND 25;

-- A13: yes, some or same, no
INSERT INTO answer BY NAME
SELECT council, child, measure, moment, day, year AS uasc_year, coalesce(outside, lower(said)) AS category
FROM (
    FROM (SELECT *, 'A13a' AS measure FROM survey('TRUSTED_ADULT', 'child', 4, 25)) UNION ALL
    FROM (SELECT *, 'A13b' AS measure FROM survey('FEELS_SAFE', 'child', 4, 25)) UNION ALL
    FROM (SELECT *, 'A13c' AS measure FROM survey('BETTER', 'child', 8, 25)) UNION ALL
    FROM (SELECT *, 'A13aL' AS measure FROM survey('TRUSTED_ADULT', 'leaver', 17, 25)) UNION ALL
    FROM (SELECT *, 'A13bL' AS measure FROM survey('FEELS_SAFE', 'leaver', 17, 25)) UNION ALL
    FROM (SELECT *, 'A13cL' AS measure FROM survey('BETTER', 'leaver', 17, 25))
);

-- A14: the children of A1 aged 11 to 16, a score and an own view
INSERT INTO answer BY NAME
SELECT a.council, a.child, 'A14' AS measure, 'last_day' AS moment, a.day, a.year AS uasc_year,
    CASE WHEN NOT (g.oc2 AND g.wellbeing) THEN 'table_not_supplied'
         WHEN a.score IS NOT NULL AND w.state = 'answered' THEN 'both'
         WHEN a.score IS NOT NULL THEN 'sdq_only'
         WHEN w.state = 'answered' THEN 'own_only'
         ELSE 'neither' END AS category
FROM a1_children a JOIN files g USING (council)
LEFT JOIN ex_surveyed w ON w.council = a.council AND w.child = a.child
WHERE a.age BETWEEN 11 AND 16;
