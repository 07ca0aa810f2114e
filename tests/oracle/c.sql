-- Family C: voice. Looked after on 31 March (Q1).

INSERT INTO measure VALUES ('C1', 4, 25, false), ('C2', 4, 25, false), ('C4', 8, 25, false), ('C5', 0, 25, false);

-- the reviews of the year, of the return of Y, with the age on their day
CREATE TEMP TABLE c_review AS
SELECT c.council, c.child, r.review, r.review_code, age_on(c.birth, r.review) >= 4 AS at_four
FROM cohort c JOIN review_now r USING (council, child)
WHERE c.q1 AND r.review BETWEEN c.first_day AND c.last_day;

-- C1, detail 12: the latest review; two on one day, the higher code
INSERT INTO answer BY NAME
SELECT c.council, c.child, 'C1' AS measure, 'last_day' AS moment, c.last_day AS day, c.year AS uasc_year,
    CASE WHEN NOT f.reviews THEN 'table_not_supplied' ELSE coalesce(r.review_code, 'no_review') END AS category
FROM cohort c JOIN files f USING (council)
LEFT JOIN (
    FROM c_review QUALIFY row_number() OVER (PARTITION BY council, child ORDER BY review DESC, review_code DESC) = 1
) r ON r.council = c.council AND r.child = c.child
WHERE c.q1 AND coalesce(r.at_four, c.age >= 4);

-- C2: any PN4 or PN7 among the reviews at 4 or over, PN0 left out
INSERT INTO answer BY NAME
SELECT c.council, c.child, 'C2' AS measure, 'last_day' AS moment, c.last_day AS day, c.year AS uasc_year,
    CASE WHEN NOT f.reviews THEN 'table_not_supplied' WHEN r.without_view THEN 'any' ELSE 'none' END AS category
FROM cohort c JOIN files f USING (council)
LEFT JOIN (
    SELECT council, child, bool_or(review_code IN ('PN4', 'PN7')) AS without_view
    FROM c_review WHERE at_four AND review_code <> 'PN0' GROUP BY council, child
) r ON r.council = c.council AND r.child = c.child
WHERE c.q1 AND CASE WHEN f.reviews THEN r.child IS NOT NULL ELSE c.age >= 4 END;

-- C4
INSERT INTO answer BY NAME
SELECT council, child, 'C4' AS measure, moment, day, year AS uasc_year, coalesce(outside, lower(said)) AS category
FROM survey('INCLUDED', 'child', 8, 25);

-- C5, detail 21: a worker change that the child asked for, or an ending by detail 10 with reason CHILD
INSERT INTO answer BY NAME
SELECT c.council, c.child, 'C5' AS measure, 'last_day' AS moment, c.last_day AS day, c.year AS uasc_year,
    CASE WHEN NOT f.sw THEN 'table_not_supplied'
         WHEN EXISTS (FROM sw_now w WHERE w.council = c.council AND w.child = c.child AND w.sw_reason = 'CHCHAN'
                          AND w.sw_decom BETWEEN c.first_day AND c.last_day)
             OR EXISTS (FROM ending n WHERE n.council = c.council AND n.child = c.child AND n.reason = 'CHILD'
                          AND n.day BETWEEN c.first_day AND c.last_day) THEN 'yes'
         ELSE 'no' END AS category
FROM cohort c JOIN files f USING (council)
WHERE c.q1;
