-- F: leaving and coming back.

INSERT INTO measure VALUES ('F1', 0, 25, false), ('F3', 1, 18, false), ('F4', 0, 25, false), ('F5', 0, 25, false);

-- F1, Detail 15.
INSERT INTO answer
SELECT council, child, 'F1',
    CASE WHEN rec IN ('E11', 'E12') THEN 'adopted'
         WHEN rec IN ('E43', 'E44', 'E45', 'E46', 'E47', 'E48') THEN 'special_guardianship'
         WHEN rec = 'E41' THEN 'child_arrangements'
         WHEN rec = 'E4A' THEN 'home_planned'
         WHEN rec = 'E4B' THEN 'home_not_planned'
         WHEN rec = 'E13' THEN 'relatives'
         WHEN rec IN ('E5', 'E6') THEN 'independent'
         WHEN rec = 'E17' THEN 'stayed_with_carers'
         WHEN rec = 'E7' THEN 'adult_care'
         WHEN rec = 'E3' THEN 'other_authority'
         WHEN rec = 'E9' THEN 'custody'
         WHEN rec = 'E2' THEN 'died'
         ELSE 'other' END,
    NULL, 'end', w.dec - 1, c.year
FROM way_out w JOIN cohort c USING (council, child) WHERE w.year = c.year AND w.last_of_year;

-- F4: the number of the period that ended.
INSERT INTO answer
SELECT council, child, 'F4',
    CASE w.period WHEN 1 THEN 'first' WHEN 2 THEN 'second' ELSE 'third_or_later' END,
    NULL, 'end', w.dec - 1, c.year
FROM way_out w JOIN cohort c USING (council, child) WHERE w.year = c.year AND w.last_of_year;

-- F3: the last ending of Y-1; not enough years where that return is missing (whoever is known to have left, Detail 20).
INSERT INTO answer
SELECT council, child, 'F3',
    CASE WHEN NOT year_1 THEN 'not_enough_years'
         ELSE CASE WHEN rec IN ('E4A', 'E4B') THEN 'home_' ELSE 'other_' END
              || CASE WHEN back THEN 'back' ELSE 'not_back' END END,
    NULL, 'end', last_care, year - 1
FROM (
    SELECT council, child, c.year, f.year_1, w.rec, w.dec - 1 AS last_care,
        EXISTS (SELECT 1 FROM episode e
                WHERE e.council = w.council AND e.child = w.child AND e.rne = 'S'
                  AND e.decom >= w.dec AND e.decom <= plus_months(w.dec, 12)) AS back
    FROM way_out w JOIN cohort c USING (council, child) JOIN files f USING (council)
    WHERE w.year = c.year - 1 AND w.last_of_year
      AND w.rec NOT IN ('E2', 'E3', 'E11', 'E12') AND age_on(c.birth, w.dec - 1) < 17
);

-- F5: the last return home of Y-1.
INSERT INTO answer
SELECT council, child, 'F5',
    CASE WHEN NOT f.after_home THEN 'table_not_supplied'
         WHEN NOT f.year_1 THEN 'not_enough_years'
         ELSE coalesce(CASE a.home_plan WHEN 'YES' THEN 'yes' WHEN 'PART' THEN 'part' WHEN 'NO' THEN 'no' END,
                       'not_recorded') END,
    NULL, 'end', w.dec - 1, c.year - 1
FROM (
    SELECT council, child, year, max(dec) AS dec FROM way_out WHERE rec IN ('E4A', 'E4B') GROUP BY council, child, year
) w
JOIN cohort c USING (council, child)
JOIN files f USING (council)
LEFT JOIN after_home_now a ON a.council = w.council AND a.child = w.child AND a.home_date = w.dec
WHERE w.year = c.year - 1;
