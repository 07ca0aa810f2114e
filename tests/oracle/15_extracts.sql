-- Local extracts of the reporting year: which rows count and what they say (docs/extracts.md; rules EX..). The typed rows
-- come from 10_returns.sql and only from the folder of year Y. NULL = not recorded. Rows of a child without a Header meet no
-- population later (EX02). School, LeaverSupport and AfterHome are read by the families B, F and G themselves.

-- one of the codes, else NULL
CREATE MACRO ex_code(cell, codes) AS CASE WHEN list_contains(codes, cell) THEN cell END;

-- SDQ: EX10, EX12 drop; EX11 set aside; EX18 the last row of child, day and informant
CREATE TABLE ex_sdq AS
SELECT s.council, s.child, s.sdq_date, s.informant, s.sdq_score
FROM sdq_now s JOIN this_round o USING (council)
WHERE s.informant IN ('CARER', 'SELF', 'TEACHER') AND s.sdq_date BETWEEN o.first_day AND make_date(o.year, 5, 31)
QUALIFY row_number() OVER (PARTITION BY s.council, s.child, s.sdq_date, s.informant ORDER BY s.line DESC) = 1;

-- Wellbeing, one row for each survey of a child (EX20, EX28 done): EX21 set aside
CREATE TABLE ex_survey AS
SELECT w.*
FROM wellbeing_now w JOIN this_round o USING (council)
WHERE w.survey_date BETWEEN o.first_day AND o.last_day;

-- the questions and the answers that each may have
CREATE TABLE ex_question AS
SELECT unnest(['ONS_SATISFIED', 'ONS_WORTHWHILE', 'ONS_HAPPY', 'ONS_ANXIOUS']) AS question, range(0, 11)::VARCHAR[] AS answers
UNION ALL
SELECT 'SWEMWBS' || n, range(1, 6)::VARCHAR[] FROM range(1, 8) t(n)
UNION ALL
SELECT unnest(['TRUSTED_ADULT', 'FEELS_SAFE', 'INCLUDED']), ['YES', 'SOME', 'NO']
UNION ALL
SELECT 'BETTER', ['YES', 'SAME', 'NO']
UNION ALL
SELECT unnest(['SEES_MOTHER', 'SEES_FATHER', 'SEES_SIBLINGS']), ['RIGHT', 'LITTLE', 'MUCH', 'NONE_OK', 'NONE_NOT']
UNION ALL
SELECT unnest(['FRIEND', 'AFTER_18']), ['YES', 'NO'];

-- each cell of each survey: answered, blank or unreadable (EX22 to EX24), or not asked (X, or the file lacks the column)
CREATE TABLE ex_survey_wide AS
SELECT council, child, survey_date, columns_given,
    coalesce(COLUMNS('(?i)^(ons_.*|swemwbs[1-7]|trusted_adult|feels_safe|better|included|sees_.*|friend|after_18)$'), '')
FROM ex_survey;

CREATE TABLE ex_survey_cell AS
SELECT c.council, c.child, c.survey_date, q.question,
    CASE WHEN NOT list_contains(c.columns_given, q.question) OR c.answer = 'X' THEN 'not_asked'
         WHEN list_contains(q.answers, c.answer) THEN 'answered'
         ELSE 'not_answered' END AS state,
    c.answer
FROM (
    UNPIVOT ex_survey_wide ON COLUMNS(* EXCLUDE (council, child, survey_date, columns_given))
    INTO NAME question VALUE answer
) c
JOIN ex_question q ON q.question = upper(c.question);

-- for each question the latest row in which it is answered; else whether it was put at all
CREATE TABLE ex_wellbeing_answer AS
SELECT council, child, question,
    CASE WHEN bool_or(state = 'answered') THEN 'answered' WHEN bool_or(state = 'not_answered') THEN 'not_answered'
         ELSE 'not_asked' END AS state,
    arg_max(answer, survey_date) FILTER (WHERE state = 'answered') AS answer
FROM ex_survey_cell GROUP BY council, child, question;

-- A12, A14: answered when any question of any row is; SIBLINGS_HOME is no question
CREATE TABLE ex_surveyed AS
SELECT council, child,
    CASE WHEN bool_or(state = 'answered') THEN 'answered' WHEN bool_or(state = 'not_answered') THEN 'asked_no_answer'
         ELSE 'not_asked' END AS state
FROM ex_survey_cell GROUP BY council, child;

-- A11: the seven items of a row; metric score in hundredths of the published table, sum 7 to 35
CREATE TABLE ex_metric AS
SELECT unnest(range(7, 36)) AS item_sum, unnest([
    700, 951, 1125, 1240, 1333, 1408, 1475, 1532, 1584, 1636, 1688, 1743, 1798, 1859, 1925, 1998, 2073, 2154, 2235, 2321,
    2411, 2503, 2602, 2703, 2813, 2931, 3070, 3255, 3500]) AS metric;

CREATE TABLE ex_swemwbs AS
SELECT r.council, r.child,
    CASE WHEN bool_or(r.complete) THEN 'answered' WHEN bool_or(r.put) THEN 'not_answered' ELSE 'not_asked' END AS state,
    arg_max(m.metric, r.survey_date) FILTER (WHERE r.complete) AS metric
FROM (
    SELECT council, child, survey_date, count(*) FILTER (WHERE state = 'answered') = 7 AS complete,
        bool_or(state <> 'not_asked') AS put, sum(try_cast(answer AS INT)) FILTER (WHERE state = 'answered') AS item_sum
    FROM ex_survey_cell WHERE question LIKE 'SWEMWBS%' GROUP BY council, child, survey_date
) r LEFT JOIN ex_metric m ON m.item_sum = r.item_sum AND r.complete
GROUP BY r.council, r.child;

-- R3: the latest row of the year with a known SIBLINGS_HOME; X has none in care here (EX29 unreadable is not recorded)
CREATE TABLE ex_siblings AS
SELECT council, child, arg_max(home, survey_date) AS home
FROM (SELECT council, child, survey_date, ex_code(siblings_home, ['ALL', 'SOME', 'NONE', 'X']) AS home FROM ex_survey)
WHERE home IS NOT NULL GROUP BY council, child;

-- MentalHealth: EX40, EX45 drop; EX41 set aside; EX47 a day after 31 March is blank; then the first line of the table that fits
CREATE TABLE ex_mental_health AS
SELECT council, child, referral, seen, closed,
    CASE WHEN seen IS NOT NULL THEN 'seen' WHEN decision = 'NOT' THEN 'not_accepted' WHEN closed IS NOT NULL THEN 'closed'
         WHEN decision = 'ACC' THEN 'waiting' WHEN decision = 'WAIT' THEN 'not_decided' ELSE 'not_known' END AS state
FROM (
    SELECT m.council, m.child, m.referral_date AS referral, m.decision AS decision,
        CASE WHEN m.first_appt_date <= o.last_day THEN m.first_appt_date END AS seen,
        CASE WHEN m.closed_date <= o.last_day THEN m.closed_date END AS closed
    FROM mental_health_now m JOIN this_round o USING (council)
    WHERE m.referral_date <= o.last_day AND coalesce(m.closed_date >= year_start(o.year - 1), true)
        AND coalesce(m.first_appt_date >= m.referral_date, true)
        AND coalesce(m.closed_date >= coalesce(m.first_appt_date, m.referral_date), true)
);

-- CarerSupport (EX53 done): EX50 to EX52 not a code, not recorded
CREATE TABLE ex_carer_support AS
SELECT council, child, ex_code(carer_training, ['DONE', 'TIME', 'LATE', 'NOT']) AS training,
    ex_code(carer_therapy, ['USED', 'OFFERED', 'NONE']) AS carer_therapy,
    ex_code(child_therapy, ['USED', 'OFFERED', 'NONE']) AS child_therapy
FROM carer_support_now;

-- HealthAssessment: EX80, EX83 set aside, EX81, EX82 drop; the completed assessments of health, whichever they are
CREATE TABLE ex_health AS
SELECT council, child, day, kind
FROM (
    SELECT a.council, a.child, a.health_check_date AS day, a.health_check_status AS status, o.year, o.first_day,
        CASE WHEN a.health_check_type IN ('IHA', 'INITIAL HEALTH ASSESSMENT') THEN 'initial'
             WHEN a.health_check_type IN ('RHA', 'REVIEW HEALTH ASSESSMENT') THEN 'review'
             WHEN a.health_check_type IN ('HA', 'HEALTH ASSESSMENT') THEN 'not_said' END AS kind
    FROM health_assessment_now a JOIN this_round o USING (council)
)
WHERE kind IS NOT NULL AND status = 'COMPLETED' AND day BETWEEN first_day AND make_date(year, 5, 31);

-- Easter Sunday of the Gregorian calendar (the anonymous rule of 1876), all divisions whole
CREATE TABLE ex_easter AS
WITH s1 AS (SELECT unnest(range(2016, 2029))::INT AS yr),
s2 AS (SELECT yr, yr % 19 AS a, yr // 100 AS b, yr % 100 AS c FROM s1),
s3 AS (SELECT *, (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30 AS h FROM s2),
s4 AS (SELECT *, (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7 AS l FROM s3),
s5 AS (SELECT *, (a + 11 * h + 22 * l) // 451 AS m FROM s4)
SELECT yr, make_date(yr, (h + l - 7 * m + 114) // 31, (h + l - 7 * m + 114) % 31 + 1) AS easter FROM s5;

-- Bank holidays in England: Monday = 1 ... Sunday = 7
CREATE MACRO ex_monday_from(day) AS day + ((8 - isodow(day)) % 7)::INT;
CREATE TABLE ex_bank_holiday AS
WITH ruled AS (
    SELECT CASE WHEN isodow(make_date(yr, 1, 1)) >= 6 THEN ex_monday_from(make_date(yr, 1, 1)) ELSE make_date(yr, 1, 1) END
        AS day FROM ex_easter
    UNION SELECT easter - 2 FROM ex_easter
    UNION SELECT easter + 1 FROM ex_easter
    UNION SELECT ex_monday_from(make_date(yr, 5, 1)) FROM ex_easter
    UNION SELECT ex_monday_from(make_date(yr, 5, 25)) FROM ex_easter
    UNION SELECT ex_monday_from(make_date(yr, 8, 25)) FROM ex_easter
    UNION SELECT make_date(yr, 12, 25) FROM ex_easter
    UNION SELECT make_date(yr, 12, 26) FROM ex_easter
    -- Christmas on a Saturday: Monday and Tuesday; on a Sunday: Tuesday; Boxing Day on a Saturday: Monday
    UNION SELECT make_date(yr, 12, 27) FROM ex_easter WHERE isodow(make_date(yr, 12, 25)) IN (6, 7)
    UNION SELECT make_date(yr, 12, 28) FROM ex_easter WHERE isodow(make_date(yr, 12, 25)) IN (5, 6)
)
SELECT day FROM ruled WHERE day NOT IN (DATE '2020-05-04', DATE '2022-05-30')
UNION SELECT unnest([DATE '2020-05-08', DATE '2022-06-02', DATE '2022-06-03', DATE '2022-09-19', DATE '2023-05-08']);

-- the last day that lies within twenty working days of each possible start, which is day 0
CREATE TABLE ex_twentieth_day AS
WITH days AS (
    SELECT day, isodow(day) <= 5 AND day NOT IN (SELECT day FROM ex_bank_holiday) AS working
    FROM (SELECT unnest(generate_series(DATE '2016-01-01', DATE '2028-12-31', INTERVAL 1 DAY))::DATE AS day)
), counted AS (
    SELECT day, working, sum(working::INT) OVER (ORDER BY day) AS nth FROM days
)
SELECT s.day AS start, w.day AS last_in_time
FROM counted s JOIN counted w ON w.working AND w.nth = s.nth + 20;
