-- From answers to cells: one row of groups for a child and moment, then every breakdown that fits (Q6, Q11).

CREATE TABLE counted AS
SELECT a.*, p.birth, p.sex, p.ethnic, p.age AS age_31_march
FROM answer a
JOIN measure m ON m.id = a.measure
JOIN person p ON p.council = a.council AND p.child = a.child
WHERE p.age BETWEEN m.age_from AND m.age_to AND p.age <= 25;

CREATE TABLE moment AS
SELECT m.*,
    CASE m.sex WHEN 'M' THEN 'male' WHEN 'F' THEN 'female' ELSE 'not_known' END AS by_sex,
    CASE WHEN m.moment = 'care_leaver' THEN leaver_age_group(m.age_31_march)
         WHEN m.moment = 'last_day' THEN age_group(m.age_31_march)
         ELSE age_group(age_on(m.birth, m.day)) END AS by_age,
    ethnic_group(m.ethnic) AS by_ethnicity,
    CASE WHEN m.moment <> 'care_leaver' THEN placement_group(e.home) END AS by_placement,
    CASE WHEN m.moment <> 'care_leaver' THEN legal_group(e.ls) END AS by_legal_status,
    CASE WHEN m.moment <> 'care_leaver' AND e.n IS NOT NULL THEN
        CASE e.cin WHEN 'N1' THEN 'abuse_or_neglect' WHEN 'N2' THEN 'disability' ELSE 'other' END END AS by_need,
    CASE WHEN m.moment = 'care_leaver' AND ever.child IS NOT NULL THEN 'uasc'
         WHEN m.moment <> 'care_leaver' AND u.child IS NOT NULL THEN 'uasc'
         ELSE 'not_uasc' END AS by_uasc,
    CASE WHEN m.moment <> 'care_leaver' AND e.n IS NOT NULL
         THEN time_group(e.period_start, e.period_rne, m.day) END AS by_time_in_care
FROM (SELECT DISTINCT council, child, moment, day, uasc_year, birth, sex, ethnic, age_31_march FROM counted) m
LEFT JOIN episode e
    ON e.council = m.council AND e.child = m.child AND looked_after_on(e.decom, e.dec, m.day)
LEFT JOIN (SELECT council, child, year, bool_or(duc IS NULL) AS no_end, max(duc) AS latest_end
           FROM uasc_row GROUP BY council, child, year) u
    ON u.council = m.council AND u.child = m.child AND u.year = m.uasc_year AND (u.no_end OR u.latest_end > m.day)
LEFT JOIN (SELECT DISTINCT council, child FROM uasc_row) ever ON ever.council = m.council AND ever.child = m.child;

CREATE TABLE placed_answer AS
SELECT c.council, c.measure, c.category, c.amount, c.age_31_march,
    m.by_sex, m.by_age, m.by_ethnicity, m.by_placement, m.by_legal_status, m.by_need, m.by_uasc, m.by_time_in_care,
    CASE WHEN c.measure = 'G4' THEN CAST(c.age_31_march AS VARCHAR) END AS by_age_18_21,
    CASE WHEN c.measure = 'P1' AND c.age_31_march >= 16 THEN m.by_placement END AS by_placement_16_17
FROM counted c
JOIN moment m ON m.council = c.council AND m.child = c.child AND m.moment = c.moment AND m.day = c.day
    AND m.uasc_year = c.uasc_year;

CREATE TABLE tally AS
WITH long AS (
    SELECT council, measure, category,
        CASE WHEN grouping(by_sex) = 0 THEN 'sex' WHEN grouping(by_age) = 0 THEN 'age'
             WHEN grouping(by_ethnicity) = 0 THEN 'ethnicity' WHEN grouping(by_placement) = 0 THEN 'placement'
             WHEN grouping(by_legal_status) = 0 THEN 'legal_status' WHEN grouping(by_need) = 0 THEN 'need'
             WHEN grouping(by_uasc) = 0 THEN 'uasc' WHEN grouping(by_time_in_care) = 0 THEN 'time_in_care'
             WHEN grouping(by_age_18_21) = 0 THEN 'age_18_21'
             WHEN grouping(by_placement_16_17) = 0 THEN 'placement_16_17'
             ELSE 'total' END AS breakdown,
        coalesce(by_sex, by_age, by_ethnicity, by_placement, by_legal_status, by_need, by_uasc, by_time_in_care,
                 by_age_18_21, by_placement_16_17) AS in_group,
        count(*) AS children, sum(amount) AS points
    FROM placed_answer
    GROUP BY GROUPING SETS (
        (council, measure, category), (council, measure, category, by_sex), (council, measure, category, by_age),
        (council, measure, category, by_ethnicity), (council, measure, category, by_placement),
        (council, measure, category, by_legal_status), (council, measure, category, by_need),
        (council, measure, category, by_uasc), (council, measure, category, by_time_in_care),
        (council, measure, category, by_age_18_21), (council, measure, category, by_placement_16_17))
)
SELECT council, measure, category, breakdown,
    CASE WHEN breakdown = 'total' THEN 'total' ELSE in_group END AS in_group, children, points
FROM long WHERE breakdown = 'total' OR in_group IS NOT NULL;

CREATE TABLE cell AS
SELECT council, measure || '.' || breakdown AS table_id, in_group, category, children AS value
FROM tally WHERE category IS NOT NULL
UNION ALL
SELECT council, measure || '.' || breakdown, in_group, 'n', children FROM tally WHERE category IS NULL
UNION ALL
SELECT council, measure || '.' || breakdown, in_group, 'sum', CAST(points AS BIGINT)
FROM tally WHERE category IS NULL AND points <> 0;
