-- What the families A, C, D, H and R share: the survey's answers of a population, and the scores of the children of A1.

-- the two populations of the survey: children looked after on 31 March (Q1); young people with an OC3 row in Y who are not
CREATE TABLE asked AS
SELECT c.council, c.child, c.age, CASE WHEN c.q1 THEN 'child' ELSE 'leaver' END AS kind,
    CASE WHEN c.q1 THEN 'last_day' ELSE 'care_leaver' END AS moment, c.last_day AS day, c.year, f.wellbeing AS supplied
FROM cohort c JOIN files f USING (council)
WHERE c.q1 OR c.has_oc3;

-- one question to one population of these ages: `outside` names the silence, else `said` is the answer
CREATE MACRO survey(wanted, who, low, high) AS TABLE
SELECT a.council, a.child, a.moment, a.day, a.year,
    CASE WHEN NOT a.supplied THEN 'table_not_supplied' WHEN w.state IS NULL THEN 'not_asked'
         WHEN w.state <> 'answered' THEN w.state END AS outside,
    w.answer AS said
FROM asked a
LEFT JOIN ex_wellbeing_answer w ON w.council = a.council AND w.child = a.child AND w.question = wanted
WHERE a.kind = who AND a.age BETWEEN low AND high;

-- the children of A1: Q3, aged 5 to 16 on 31 March; without OC2 of Y no score is known
CREATE TABLE a1_children AS
SELECT c.council, c.child, c.age, c.year, c.last_day AS day, f.oc2 AS supplied, s.sdq_score AS score, s.sdq_reason AS reason
FROM cohort c JOIN files f USING (council)
LEFT JOIN oc2 s ON s.council = c.council AND s.child = c.child AND s.year = c.year
WHERE c.q3 AND c.age BETWEEN 5 AND 16;

CREATE MACRO sdq_band(score) AS CASE WHEN score <= 13 THEN '0-13' WHEN score <= 16 THEN '14-16' ELSE '17-40' END;
