-- Family H: what care gave (H1) and how life is (H2). They are never added.

INSERT INTO measure VALUES ('H1', 5, 16, false), ('H2', 11, 16, false);

-- H1: Q3; at most two placements (B1) and at most two workers (B7) in the year, the carer of 31 March for a year or longer (B3)
INSERT INTO answer BY NAME
SELECT c.council, c.child, 'H1' AS measure, 'last_day' AS moment, c.last_day AS day, c.year AS uasc_year,
    CASE WHEN NOT f.sw THEN 'table_not_supplied' WHEN w.n_workers IS NULL THEN 'none_recorded'
         ELSE ((coalesce(p.n_placements, 1) <= 2)::INT + coalesce(e.carer_start <= year_end(c.year - 1), false)::INT
             + (w.n_workers <= 2)::INT)::VARCHAR END AS category
FROM cohort c JOIN files f USING (council)
JOIN episode e ON e.council = c.council AND e.child = c.child AND e.n = c.now_n
LEFT JOIN (
    SELECT c.council, c.child, count(DISTINCT e.placement) AS n_placements
    FROM cohort c JOIN episode e USING (council, child)
    WHERE touches(e.decom, e.dec, c.first_day, c.last_day)
    GROUP BY c.council, c.child
) p ON p.council = c.council AND p.child = c.child
LEFT JOIN (
    SELECT c.council, c.child, count(DISTINCT w.sw_id) AS n_workers
    FROM cohort c JOIN sw_now w USING (council, child)
    WHERE touches(w.sw_decom, w.sw_dec, c.first_day, c.last_day)
    GROUP BY c.council, c.child
) w ON w.council = c.council AND w.child = c.child
WHERE c.q3 AND c.age BETWEEN 5 AND 16;

-- H2: only children whose carer's score (A2) and own view (A7) are both known
INSERT INTO answer BY NAME
SELECT a.council, a.child, 'H2' AS measure, 'last_day' AS moment, a.day, a.year AS uasc_year,
    CASE WHEN NOT (f.oc2 AND f.wellbeing) THEN 'table_not_supplied'
         ELSE ['none', 'one', 'both'][1 + (a.score < 17)::INT + (w.answer::INT >= 7)::INT] END AS category
FROM a1_children a JOIN files f USING (council)
LEFT JOIN ex_wellbeing_answer w
    ON w.council = a.council AND w.child = a.child AND w.question = 'ONS_SATISFIED' AND w.state = 'answered'
WHERE a.age BETWEEN 11 AND 16
    AND CASE WHEN NOT f.oc2 THEN true WHEN NOT f.wellbeing THEN a.score IS NOT NULL
             ELSE a.score IS NOT NULL AND w.answer IS NOT NULL END;
