-- Family E: carers. Looked after on 31 March in a home (detail 8) with foster carers or in a children's home.

INSERT INTO measure VALUES ('E1', 0, 25, false), ('E2', 0, 25, false), ('E3', 0, 25, false);

INSERT INTO answer BY NAME
SELECT c.council, c.child, m.measure, 'last_day' AS moment, c.last_day AS day, c.year AS uasc_year,
    CASE WHEN NOT f.carer_support THEN 'table_not_supplied'
         WHEN m.measure = 'E1' THEN
            CASE s.training WHEN 'DONE' THEN 'in_time' WHEN 'TIME' THEN 'still_time' WHEN 'LATE' THEN 'not'
                WHEN 'NOT' THEN 'not' ELSE 'not_recorded' END
         ELSE CASE CASE m.measure WHEN 'E2' THEN s.carer_therapy ELSE s.child_therapy END
            WHEN 'USED' THEN 'used' WHEN 'OFFERED' THEN 'offered' WHEN 'NONE' THEN 'neither' ELSE 'not_recorded' END
    END AS category
FROM cohort c JOIN files f USING (council)
JOIN episode e ON e.council = c.council AND e.child = c.child AND e.n = c.now_n
CROSS JOIN (SELECT unnest(['E1', 'E2', 'E3']) AS measure) m
LEFT JOIN ex_carer_support s ON s.council = c.council AND s.child = c.child
WHERE c.q1 AND e.home IN ('U1', 'U2', 'U3', 'U4', 'U5', 'U6', 'K1', 'K2');
