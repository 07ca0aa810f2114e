-- B: stability.

INSERT INTO measure VALUES
    ('B1', 0, 25, false), ('B2', 0, 25, false), ('B3', 2, 15, false), ('B4a', 0, 25, false), ('B4b', 0, 25, false),
    ('B5', 0, 25, false), ('B5r', 0, 25, false), ('B6', 0, 25, false), ('B7', 0, 25, false), ('B8', 0, 25, false),
    ('B9', 0, 25, false), ('B10', 10, 25, false), ('B11', 0, 25, false), ('B12', 0, 25, false), ('B13', 0, 25, false),
    ('B14', 0, 25, false);

CREATE TABLE looked_after_now AS
SELECT c.*, f.* EXCLUDE (council), e.decom AS now_decom, e.home, e.placement_start, e.period_start, e.carer, e.carer_start,
    e.period
FROM cohort c JOIN files f USING (council)
JOIN episode e ON e.council = c.council AND e.child = c.child AND e.n = c.now_n;

-- B1, B2: a placement counts when a day of it lies in the window; never fewer than 1 (Detail 8).
CREATE TABLE placements AS
SELECT council, child,
    greatest(1, count(DISTINCT CASE WHEN touches(e.decom, e.dec, r.first_day, r.last_day) THEN placement END)) AS in_year,
    greatest(1, count(DISTINCT CASE WHEN touches(e.decom, e.dec, year_start(r.year - 1), r.last_day) THEN placement END))
        AS in_two_years
FROM episode e JOIN this_round r USING (council)
GROUP BY council, child;

INSERT INTO answer
SELECT council, child, 'B1', CASE WHEN in_year >= 5 THEN '5+' ELSE CAST(in_year AS VARCHAR) END,
    NULL, 'last_day', last_day, year
FROM looked_after_now JOIN placements USING (council, child);

INSERT INTO answer
SELECT council, child, 'B2',
    CASE WHEN NOT year_1 THEN 'not_enough_years'
         WHEN in_two_years >= 5 THEN '5+' ELSE CAST(in_two_years AS VARCHAR) END,
    NULL, 'last_day', last_day, year
FROM looked_after_now JOIN placements USING (council, child) WHERE q4_as_known;

-- B3, Detail 9: the spell before is of the same period; carers are numbered one after another.
INSERT INTO answer
SELECT council, child, 'B3',
    CASE WHEN NOT (year_1 AND year_2) THEN 'not_enough_years'
         WHEN carer_start <= year_end(year - 2) THEN 'same_carer'
         WHEN home IN ('A3', 'A4', 'A5', 'A6') AND b.spell_start <= year_end(year - 2) THEN 'same_carer'
         ELSE 'other_carer' END,
    NULL, 'last_day', last_day, year
FROM looked_after_now l
LEFT JOIN (SELECT council, child, period, carer + 1 AS carer, spell_start FROM carer_spell) b
    USING (council, child, period, carer)
WHERE q5_as_known AND age < 16;

-- B4: changes by their label; who was not in care on the day before the window has a first entry that is none.
CREATE TABLE carer_changes AS
WITH windows AS (
    SELECT council, year, first_day, last_day, 1 AS years FROM this_round
    UNION ALL
    SELECT council, year, year_start(year - 1), last_day, 2 FROM this_round
), of_child AS (
    SELECT w.council, e.child, w.years, w.first_day, w.last_day, e.decom, e.rne,
        bool_or(looked_after_on(e.decom, e.dec, w.first_day - 1)) OVER one AS in_care_before,
        row_number() OVER (PARTITION BY w.council, e.child, w.years, e.decom >= w.first_day ORDER BY e.decom) AS nth
    FROM windows w JOIN episode e USING (council)
    WINDOW one AS (PARTITION BY w.council, e.child, w.years)
)
SELECT council, child, years,
    count(*) FILTER (WHERE decom BETWEEN first_day AND last_day AND rne IN ('S', 'P', 'B')
                       AND (in_care_before OR nth > 1)) AS changes
FROM of_child GROUP BY council, child, years;

INSERT INTO answer
SELECT council, child, 'B4a', CASE WHEN changes >= 4 THEN '4+' ELSE CAST(changes AS VARCHAR) END,
    NULL, 'last_day', last_day, year
FROM looked_after_now JOIN carer_changes USING (council, child) WHERE years = 1;

INSERT INTO answer
SELECT council, child, 'B4b',
    CASE WHEN NOT year_1 THEN 'not_enough_years' WHEN changes >= 4 THEN '4+' ELSE CAST(changes AS VARCHAR) END,
    NULL, 'last_day', last_day, year
FROM looked_after_now JOIN carer_changes USING (council, child) WHERE years = 2 AND q4_as_known;

-- B5, B5r: endings by Detail 10 in the year; the weightiest, and the last. B14 asks about the move that B5 names.
CREATE TABLE named_ending AS
SELECT l.council, l.child,
    arg_min(g.category, g.weight) AS category,
    arg_max(g.reason, g.day) AS last_reason,
    arg_max(g.day, -100000 * g.weight + (g.day - l.first_day)) AS day
FROM looked_after_now l JOIN ending g USING (council, child)
WHERE g.day BETWEEN l.first_day AND l.last_day
GROUP BY l.council, l.child;

INSERT INTO answer
SELECT council, child, 'B5', coalesce(category, 'none'), NULL, 'last_day', last_day, year
FROM looked_after_now LEFT JOIN named_ending USING (council, child);

INSERT INTO answer
SELECT council, child, 'B5r', coalesce(last_reason, 'none'), NULL, 'last_day', last_day, year
FROM looked_after_now LEFT JOIN named_ending USING (council, child);

-- B6: lower edge inside; no placement yet: since the period began.
INSERT INTO answer
SELECT council, child, 'B6',
    CASE WHEN plus_months(start, 60) <= last_day THEN '5+_years'
         WHEN plus_months(start, 24) <= last_day THEN '2-5_years'
         WHEN plus_months(start, 12) <= last_day THEN '1-2_years'
         WHEN plus_months(start, 6) <= last_day THEN '6-12_months'
         WHEN plus_months(start, 3) <= last_day THEN '3-6_months'
         WHEN plus_months(start, 1) <= last_day THEN '1-3_months'
         WHEN last_day - start >= 8 THEN '8_days-1_month'
         ELSE '1-7_days' END,
    NULL, 'last_day', last_day, year
FROM (SELECT *, coalesce(placement_start, period_start) AS start FROM looked_after_now);

-- B7, B8, Detail 11: each return's rows for its own year.
CREATE TABLE workers AS
SELECT s.council, s.child,
    count(DISTINCT CASE WHEN s.year = r.year THEN sw_id END) AS in_year,
    count(DISTINCT CASE WHEN s.year >= r.year - 1 THEN sw_id END) AS in_two_years
FROM sw s JOIN this_round r USING (council)
WHERE sw_id IS NOT NULL AND touches(sw_decom, sw_dec, year_start(s.year), year_end(s.year))
GROUP BY s.council, s.child;

INSERT INTO answer
SELECT council, child, 'B7',
    CASE WHEN NOT sw THEN 'table_not_supplied' WHEN coalesce(in_year, 0) = 0 THEN 'none_recorded'
         WHEN in_year >= 3 THEN '3+' ELSE CAST(in_year AS VARCHAR) END,
    NULL, 'last_day', last_day, year
FROM looked_after_now LEFT JOIN workers USING (council, child);

INSERT INTO answer
SELECT council, child, 'B8',
    CASE WHEN NOT sw THEN 'table_not_supplied' WHEN NOT year_1 THEN 'not_enough_years'
         WHEN NOT sw_1 THEN 'table_not_supplied' WHEN coalesce(in_two_years, 0) = 0 THEN 'none_recorded'
         WHEN in_two_years >= 3 THEN '3+' ELSE CAST(in_two_years AS VARCHAR) END,
    NULL, 'last_day', last_day, year
FROM looked_after_now LEFT JOIN workers USING (council, child) WHERE q4_as_known;

-- B9: main enrolments with a day in the two years (EX34); a move is a first day at another school than before.
CREATE TABLE enrolment AS
SELECT s.council, s.child, s.school, s.school_start, s.school_end, r.year, r.first_day, r.last_day,
    lag(s.school) OVER (PARTITION BY s.council, s.child
                        ORDER BY s.school_start, s.school_end NULLS LAST, s.school) IS DISTINCT FROM s.school AS other_school
FROM school_now s JOIN this_round r USING (council)
WHERE s.main_school = '1' AND s.school IS NOT NULL AND s.school_start IS NOT NULL
  AND s.school_start <= r.last_day AND (s.school_end IS NULL OR s.school_end >= year_start(r.year - 1));

CREATE TABLE school_moves AS
WITH first_days AS (
    SELECT council, child,
        max(r.first_day) AS y_first,
        greatest(min(CASE WHEN touches(decom, dec, r.first_day, r.last_day) THEN decom END), max(r.first_day)) AS in_y,
        greatest(min(CASE WHEN touches(decom, dec, year_start(r.year - 1), year_end(r.year - 1)) THEN decom END),
                 max(year_start(r.year - 1))) AS in_y_1,
        bool_or(touches(decom, dec, r.first_day, r.last_day)) AS care_in_y,
        bool_or(touches(decom, dec, year_start(r.year - 1), year_end(r.year - 1))) AS care_in_y_1
    FROM episode e JOIN this_round r USING (council) GROUP BY council, child
)
SELECT n.council, n.child,
    bool_or(n.school_end IS NULL OR n.school_end >= n.first_day) AS enrolled_in_year,
    count(*) FILTER (WHERE other_school AND NOT summer AND care_in_y
                       AND school_start BETWEEN in_y AND last_day) AS moves,
    count(*) FILTER (WHERE other_school AND NOT summer AND care_in_y_1
                       AND school_start BETWEEN in_y_1 AND year_end(year - 1)) AS moves_before
FROM (SELECT *, month(school_start) IN (8, 9) AS summer FROM enrolment) n
JOIN first_days d ON d.council = n.council AND d.child = n.child
GROUP BY n.council, n.child;

INSERT INTO answer
SELECT council, child, 'B9',
    CASE WHEN NOT school THEN 'table_not_supplied' WHEN enrolled_in_year IS NOT TRUE THEN 'not_recorded'
         WHEN moves >= 2 THEN '2+' ELSE CAST(moves AS VARCHAR) END,
    NULL, 'last_day', last_day, year
FROM looked_after_now LEFT JOIN school_moves USING (council, child);

-- B10: how many of B2 3+, B8 3+, B9 1+ over two years.
INSERT INTO answer
SELECT l.council, l.child, 'B10',
    CASE WHEN NOT (sw AND school) THEN 'table_not_supplied' WHEN NOT year_1 THEN 'not_enough_years'
         WHEN NOT sw_1 THEN 'table_not_supplied'
         WHEN coalesce(w.in_two_years, 0) = 0 OR m.child IS NULL THEN 'not_known'
         ELSE CAST(CAST(p.in_two_years >= 3 AS INTEGER) + CAST(w.in_two_years >= 3 AS INTEGER)
                   + CAST(m.moves + m.moves_before >= 1 AS INTEGER) AS VARCHAR) END,
    NULL, 'last_day', last_day, year
FROM looked_after_now l
JOIN placements p USING (council, child)
LEFT JOIN workers w USING (council, child)
LEFT JOIN school_moves m USING (council, child)
WHERE q4_as_known AND age >= 10;

-- B11, B12, Details 11 and 23: days closed; same child, code and start is one.
CREATE TABLE times_away AS
SELECT m.council, m.child, m.missing, count(DISTINCT m.mis_start) AS times
FROM missing_now m
JOIN this_round r USING (council)
JOIN episode e ON e.council = m.council AND e.child = m.child
WHERE greatest(m.mis_start, e.decom, r.first_day)
      <= least(coalesce(m.mis_end, r.last_day), coalesce(e.dec - 1, r.last_day), r.last_day)
GROUP BY m.council, m.child, m.missing;

INSERT INTO answer
SELECT c.council, c.child, kind.measure,
    CASE WHEN NOT f.missing THEN 'table_not_supplied'
         WHEN t.times IS NULL THEN '0' WHEN t.times = 1 THEN '1' WHEN t.times <= 4 THEN '2-4'
         WHEN t.times <= 9 THEN '5-9' ELSE '10+' END,
    NULL, 'in_year', c.in_year_day, c.year
FROM cohort c
JOIN files f USING (council)
CROSS JOIN (VALUES ('B11', 'M'), ('B12', 'A')) AS kind(measure, code)
LEFT JOIN times_away t ON t.council = c.council AND t.child = c.child AND t.missing = kind.code
WHERE c.q2;

-- B13, domain 1.2: of the episode of 31 March. No distance from outside England, nor to the grid of Northern Ireland.
INSERT INTO answer
SELECT council, child, 'B13',
    CASE WHEN NOT postcodes THEN 'table_not_supplied'
         WHEN miles IS NULL THEN 'not_known'
         WHEN own AND miles > 20.0 THEN 'inside_over_20' WHEN own THEN 'inside_20'
         WHEN miles > 20.0 THEN 'outside_over_20' ELSE 'outside_20' END,
    NULL, 'last_day', last_day, year
FROM (
    SELECT l.council, l.child, l.last_day, l.year, l.postcodes, there.own,
        CASE WHEN here.country = 'E' AND there.country <> 'N' THEN
            round(sqrt((there.easting - here.easting) ** 2 + (there.northing - here.northing) ** 2) / 1000 / 1.6093, 1) END
            AS miles
    FROM looked_after_now l
    JOIN episode e ON e.council = l.council AND e.child = l.child AND e.n = l.now_n
    LEFT JOIN located here ON here.council = e.council AND here.postcode = e.home_postcode
    LEFT JOIN located there ON there.council = e.council AND there.postcode = e.pl_postcode
);

-- B14, Detail 21.
INSERT INTO answer
SELECT council, child, 'B14',
    CASE WHEN NOT reviews THEN 'table_not_supplied'
         WHEN reaches_back AND NOT before_in_y AND NOT year_1 THEN 'not_enough_years'
         WHEN reaches_back AND NOT before_in_y AND NOT reviews_1 THEN 'table_not_supplied'
         WHEN before THEN 'review_before' WHEN after THEN 'review_after' ELSE 'neither' END,
    NULL, 'last_day', last_day, year
FROM (
    SELECT l.council, l.child, l.last_day, l.year, l.reviews, l.reviews_1, l.year_1,
        g.day - 28 < l.first_day AS reaches_back,
        bool_or(v.review BETWEEN g.day - 28 AND g.day AND v.year = l.year) IS TRUE AS before_in_y,
        bool_or(v.review BETWEEN g.day - 28 AND g.day) IS TRUE AS before,
        bool_or(v.review BETWEEN g.day + 1 AND least(g.day + 28, l.last_day)) IS TRUE AS after
    FROM looked_after_now l
    JOIN named_ending g USING (council, child)
    LEFT JOIN review v ON v.council = l.council AND v.child = l.child AND v.year IN (l.year, l.year - 1)
    GROUP BY l.council, l.child, l.last_day, l.year, l.reviews, l.reviews_1, l.year_1, g.day, l.first_day
);
