-- Family D: health and mental health.

INSERT INTO measure VALUES
    ('D1', 0, 25, false), ('D2', 0, 25, false), ('D3', 0, 25, false), ('D4', 0, 4, false), ('D5', 0, 25, false),
    ('D7', 0, 25, false), ('D8', 0, 25, false), ('D9', 5, 16, false), ('D10a', 4, 17, false), ('D10b', 0, 25, false);

-- D1 to D5, detail 14: Q3; blank or no row is not recorded
INSERT INTO answer BY NAME
SELECT c.council, c.child, m.measure, 'last_day' AS moment, c.last_day AS day, c.year AS uasc_year,
    CASE WHEN NOT f.oc2 THEN 'table_not_supplied'
         WHEN m.measure = 'D5' THEN
            CASE WHEN o.substance_misuse = '0' THEN 'no'
                 WHEN o.substance_misuse = '1' AND o.intervention_received = '1' THEN 'yes_helped'
                 WHEN o.substance_misuse = '1' AND o.intervention_offered = '1' THEN 'yes_refused'
                 WHEN o.substance_misuse = '1' AND o.intervention_offered = '0' THEN 'yes_not_offered'
                 ELSE 'not_recorded' END
         ELSE CASE CASE m.measure WHEN 'D1' THEN o.health_assessment WHEN 'D2' THEN o.immunisations WHEN 'D3' THEN o.teeth_check
                  ELSE o.health_check END WHEN '1' THEN 'yes' WHEN '0' THEN 'no' ELSE 'not_recorded' END
    END AS category
FROM cohort c JOIN files f USING (council)
CROSS JOIN (SELECT unnest(['D1', 'D2', 'D3', 'D4', 'D5']) AS measure) m
LEFT JOIN oc2 o ON o.council = c.council AND o.child = c.child AND o.year = c.year
WHERE c.q3 AND (m.measure <> 'D4' OR c.age <= 4);

-- D7: the first referral of the year; of several on that day the one that stands highest in the table of docs/extracts.md,
-- and of those the one with the longest wait
CREATE TEMP TABLE d_first AS
SELECT m.*, o.last_day
FROM ex_mental_health m JOIN this_round o USING (council)
WHERE m.referral BETWEEN o.first_day AND o.last_day
QUALIFY row_number() OVER (PARTITION BY m.council, m.child ORDER BY m.referral,
    list_position(['seen', 'not_accepted', 'closed', 'waiting', 'not_decided', 'not_known'], m.state),
    m.seen DESC) = 1;

INSERT INTO answer BY NAME
SELECT c.council, c.child, 'D7' AS measure, 'in_year' AS moment, c.in_year_day AS day, c.year AS uasc_year,
    CASE WHEN f.mental_health THEN d.state ELSE 'table_not_supplied' END AS category
FROM cohort c JOIN files f USING (council)
LEFT JOIN d_first d ON d.council = c.council AND d.child = c.child
WHERE (c.q2 OR c.has_oc3) AND (d.child IS NOT NULL OR NOT f.mental_health);

-- D8: also those made before the year and on its first day neither seen nor closed; the longest wait, of equals one that ended
CREATE TEMP TABLE d_longest AS
SELECT council, child, coalesce(seen, last_day) - referral AS days, seen IS NOT NULL AS ended
FROM (
    SELECT council, child, referral, seen, state, last_day FROM d_first
    UNION ALL
    SELECT m.council, m.child, m.referral, m.seen, m.state, o.last_day
    FROM ex_mental_health m JOIN this_round o USING (council)
    WHERE m.referral < o.first_day AND coalesce(m.seen >= o.first_day, true) AND coalesce(m.closed >= o.first_day, true)
)
WHERE state IN ('seen', 'waiting', 'not_decided')
QUALIFY row_number() OVER (PARTITION BY council, child ORDER BY days DESC, ended DESC) = 1;

INSERT INTO answer BY NAME
SELECT c.council, c.child, 'D8' AS measure, 'in_year' AS moment, c.in_year_day AS day, c.year AS uasc_year,
    CASE WHEN NOT f.mental_health THEN 'table_not_supplied'
         ELSE CASE WHEN d.ended THEN 'seen' ELSE 'waiting' END
             || CASE WHEN d.days <= 28 THEN '_4_weeks' WHEN d.days <= 126 THEN '_18_weeks' ELSE '_over_18_weeks' END
    END AS category
FROM cohort c JOIN files f USING (council)
LEFT JOIN d_longest d ON d.council = c.council AND d.child = c.child
WHERE (c.q2 OR c.has_oc3) AND (d.child IS NOT NULL OR NOT f.mental_health);

-- D9: a high score (A2), and any referral of the two years
INSERT INTO answer BY NAME
SELECT a.council, a.child, 'D9' AS measure, 'last_day' AS moment, a.day, a.year AS uasc_year,
    CASE WHEN NOT (f.oc2 AND f.mental_health) THEN 'table_not_supplied'
         WHEN EXISTS (FROM ex_mental_health m WHERE m.council = a.council AND m.child = a.child) THEN 'yes'
         ELSE 'no' END AS category
FROM a1_children a JOIN files f USING (council)
WHERE NOT f.oc2 OR a.score >= 17;

-- D10a: P2, aged 4 to 16 on the day of the start, and looked after 28 days on; carers' scores alone
INSERT INTO answer BY NAME
SELECT s.council, s.child, 'D10a' AS measure, 'start' AS moment, s.decom AS day, c.year AS uasc_year,
    CASE WHEN NOT f.sdq THEN 'table_not_supplied'
         WHEN q.first_score <= s.decom + 28 THEN 'first_28_days'
         WHEN q.first_score <= c.last_day THEN 'later'
         ELSE 'none' END AS category
FROM started s JOIN cohort c USING (council, child) JOIN files f USING (council)
LEFT JOIN (
    SELECT s.council, s.child, min(d.sdq_date) AS first_score
    FROM started s JOIN ex_sdq d ON d.council = s.council AND d.child = s.child AND d.sdq_date >= s.decom
    WHERE d.informant = 'CARER' AND d.sdq_score IS NOT NULL
    GROUP BY s.council, s.child
) q ON q.council = s.council AND q.child = s.child
WHERE age_on(c.birth, s.decom) BETWEEN 4 AND 16
    AND EXISTS (FROM episode e WHERE e.council = s.council AND e.child = s.child
                    AND looked_after_on(e.decom, e.dec, s.decom + 28));

-- D10b: an initial assessment since the start; one that is not said to be initial counts where it is the first since the start
INSERT INTO answer BY NAME
SELECT s.council, s.child, 'D10b' AS measure, 'start' AS moment, s.decom AS day, c.year AS uasc_year,
    CASE WHEN NOT f.health_assessment THEN 'table_not_supplied' WHEN h.day <= w.last_in_time THEN 'in_time'
         WHEN h.day IS NOT NULL THEN 'late' ELSE 'none' END AS category
FROM started s JOIN cohort c USING (council, child) JOIN files f USING (council)
LEFT JOIN ex_twentieth_day w ON w.start = s.decom
LEFT JOIN (
    SELECT council, child, min(day) AS day
    FROM (
        SELECT s.council, s.child, a.day, a.kind, min(a.day) OVER (PARTITION BY s.council, s.child) AS first_since
        FROM started s JOIN ex_health a ON a.council = s.council AND a.child = s.child AND a.day >= s.decom
    )
    WHERE kind = 'initial' OR kind = 'not_said' AND day = first_since
    GROUP BY council, child
) h ON h.council = s.council AND h.child = s.child;
