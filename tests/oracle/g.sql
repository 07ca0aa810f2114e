-- G: eighteen plus. Care leavers: a row in OC3 of Y that Detail 16 leaves in. G0 is about children in care.

INSERT INTO measure VALUES
    ('G0', 10, 17, false), ('G1', 17, 25, true), ('G2', 17, 25, true), ('G3', 17, 25, true), ('G4', 18, 21, true),
    ('G5', 17, 25, true), ('G6a', 17, 25, true), ('G6b', 22, 25, true), ('G6c', 22, 25, true), ('G7', 17, 25, true),
    ('G8', 18, 18, true), ('G9', 18, 25, true);

-- G0, Detail 14.
INSERT INTO answer
SELECT council, child, 'G0',
    CASE WHEN NOT f.oc2 THEN 'table_not_supplied' WHEN o.convicted = '1' THEN 'yes' WHEN o.convicted = '0' THEN 'no'
         ELSE 'not_recorded' END,
    NULL, 'last_day', c.last_day, c.year
FROM cohort c JOIN files f USING (council) LEFT JOIN oc2_now o USING (council, child)
WHERE c.q3 AND c.age BETWEEN 10 AND 17;

CREATE TABLE leaver AS
SELECT c.council, c.child, c.birth, c.age, c.year, c.first_day, c.last_day, o.in_touch, o.activ, o.accom,
    f.leaver_support, s.child IS NOT NULL AS in_extract, s.staying_close, s.adviser, s.told_25, s.took_25,
    s.pathway_review, s.pathway_review_day, s.mh_service
FROM cohort c
JOIN files f USING (council)
JOIN oc3_now o USING (council, child)
LEFT JOIN leaver_support_now s USING (council, child)
WHERE c.g_in AND c.age BETWEEN 17 AND 25;

INSERT INTO answer
SELECT council, child, 'G1',
    CASE WHEN in_touch IN ('YES', 'NO', 'REFU', 'NREQ') THEN in_touch ELSE 'not_recorded' END,
    NULL, 'care_leaver', last_day, year
FROM leaver;

-- ACCOM is a letter and 1 (suitable) or 2.
INSERT INTO answer
SELECT council, child, 'G2',
    CASE WHEN accom LIKE '_1' THEN 'suitable' WHEN accom LIKE '_2' THEN 'unsuitable' ELSE 'no_information' END,
    NULL, 'care_leaver', last_day, year
FROM leaver WHERE accom IS NULL OR left(accom, 1) NOT IN ('G', 'H', 'R');

-- Detail 22.
INSERT INTO answer
SELECT council, child, 'G3',
    CASE WHEN activ IN ('F1', 'P1') THEN 'higher_education'
         WHEN left(activ, 1) IN ('F', 'P') THEN 'other_learning_or_work'
         WHEN activ IN ('G4', 'G5', 'G6') THEN 'not_in_learning_or_work'
         ELSE 'no_information' END,
    NULL, 'care_leaver', last_day, year
FROM leaver;

-- G4: the 18th birthday lies in year Y - (age - 18), whose return must be there.
INSERT INTO answer
SELECT council, child, 'G4',
    CASE WHEN NOT birthday_return THEN 'not_enough_years'
         WHEN left(accom, 1) = 'Z' THEN 'with_former_carer' ELSE 'elsewhere' END,
    NULL, 'care_leaver', last_day, year
FROM (
    SELECT l.*,
        CASE l.age WHEN 18 THEN true WHEN 19 THEN f.year_1 WHEN 20 THEN f.year_2 ELSE f.year_3 END AS birthday_return,
        EXISTS (
            SELECT 1 FROM way_out w
            WHERE w.council = l.council AND w.child = l.child AND w.n = k.last_n
              AND w.home IN ('U1', 'U2', 'U3', 'U4', 'U5', 'U6')
              AND w.dec BETWEEN birthday(l.birth, 18) - 1 AND birthday(l.birth, 18)) AS left_foster_care_at_18,
        k.days_since_14
    FROM leaver l
    JOIN files f USING (council)
    LEFT JOIN (
        SELECT e.council, e.child, max(e.n) AS last_n,
            sum(greatest(0, coalesce(e.dec, r.last_day + 1) - greatest(e.decom, birthday(p.birth, 14)))) AS days_since_14
        FROM episode e JOIN person p USING (council, child) JOIN this_round r USING (council)
        GROUP BY e.council, e.child
    ) k USING (council, child)
    WHERE l.age BETWEEN 18 AND 21
)
WHERE NOT birthday_return OR (left_foster_care_at_18 AND days_since_14 >= 91);

-- G5, G6, G7, G9: LeaverSupport.
INSERT INTO answer
SELECT council, child, 'G5',
    CASE WHEN NOT leaver_support THEN 'table_not_supplied'
         ELSE coalesce(CASE staying_close WHEN 'USED' THEN 'used' WHEN 'OFFERED' THEN 'offered' WHEN 'NONE' THEN 'neither'
                       END, 'not_recorded') END,
    NULL, 'care_leaver', last_day, year
FROM leaver;

INSERT INTO answer
SELECT council, child, asked.measure,
    CASE WHEN NOT leaver_support THEN 'table_not_supplied' WHEN asked.said = '1' THEN 'yes' WHEN asked.said = '0' THEN 'no'
         ELSE 'not_recorded' END,
    NULL, 'care_leaver', last_day, year
FROM leaver, LATERAL (VALUES ('G6a', adviser, 17), ('G6b', told_25, 22), ('G6c', took_25, 22)) AS asked(measure, said, youngest)
WHERE age >= asked.youngest;

INSERT INTO answer
SELECT council, child, 'G7',
    CASE WHEN NOT leaver_support THEN 'table_not_supplied'
         WHEN NOT in_extract THEN 'not_recorded'
         WHEN pathway_review IS NULL THEN 'no'
         WHEN pathway_review_day IS NULL OR pathway_review_day > last_day THEN 'not_recorded'
         WHEN pathway_review_day >= make_date(year - 1, 10, 1) THEN 'yes'
         ELSE 'no' END,
    NULL, 'care_leaver', last_day, year
FROM leaver;

INSERT INTO answer
SELECT council, child, 'G9',
    CASE WHEN NOT leaver_support THEN 'table_not_supplied'
         ELSE coalesce(CASE mh_service WHEN 'CHILD' THEN 'child' WHEN 'ADULT' THEN 'adult' WHEN 'NONE' THEN 'none' END,
                       'not_known') END,
    NULL, 'care_leaver', last_day, year
FROM leaver WHERE age >= 18;

-- G8: 18th birthday in Y, looked after in Y or a row in OC3 of Y; X was not in such a service and is not in it.
INSERT INTO answer
SELECT council, child, 'G8',
    CASE WHEN NOT f.leaver_support THEN 'table_not_supplied'
         ELSE coalesce(CASE s.mh_at_18 WHEN 'ADULT' THEN 'adult' WHEN 'TO25' THEN 'to_25' WHEN 'AGREED' THEN 'agreed'
                                       WHEN 'GAP' THEN 'gap' END, 'not_known') END,
    NULL, 'care_leaver', c.last_day, c.year
FROM cohort c
JOIN files f USING (council)
LEFT JOIN leaver_support_now s USING (council, child)
WHERE birthday(c.birth, 18) BETWEEN c.first_day AND c.last_day
  AND (c.q2 OR c.has_oc3) AND NOT c.g_out
  AND (NOT f.leaver_support OR s.mh_at_18 IS DISTINCT FROM 'X');
