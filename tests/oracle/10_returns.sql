-- From text to types. run.py has filled raw_<table>: council, year, line and every column as text, of years <= Y.

-- A blank cell is NULL; letters are folded.
CREATE MACRO word(x) AS nullif(upper(trim(x)), '');
CREATE MACRO date_of(x) AS CAST(try_strptime(nullif(trim(x), ''), '%d/%m/%Y') AS DATE);
CREATE MACRO year_start(y) AS make_date(y - 1, 4, 1);
CREATE MACRO year_end(y) AS make_date(y, 3, 31);
CREATE MACRO reporting_year(day) AS CAST(year(day) + CASE WHEN month(day) >= 4 THEN 1 ELSE 0 END AS INTEGER);

-- Detail 1. Written out, so that nothing hangs on how the database adds months.
CREATE MACRO is_leap(y) AS (y % 4 = 0 AND y % 100 <> 0) OR y % 400 = 0;
CREATE MACRO days_in_month(y, m) AS
    CASE WHEN m IN (4, 6, 9, 11) THEN 30 WHEN m <> 2 THEN 31 WHEN is_leap(y) THEN 29 ELSE 28 END;
CREATE MACRO day_or_last(y, m, d) AS make_date(y, m, least(d, days_in_month(y, m)));
CREATE MACRO plus_months(day, n) AS
    day_or_last((year(day) * 12 + month(day) - 1 + n) // 12, (year(day) * 12 + month(day) - 1 + n) % 12 + 1, day(day));
CREATE MACRO birthday(birth, n) AS day_or_last(year(birth) + n, month(birth), day(birth));
CREATE MACRO age_on(birth, on_day) AS
    CAST(year(on_day) - year(birth)
         - CASE WHEN birthday(birth, year(on_day) - year(birth)) > on_day THEN 1 ELSE 0 END AS INTEGER);

-- Q1 and Detail 2: half-open.
CREATE MACRO looked_after_on(decom, dec, on_day) AS decom <= on_day AND (dec IS NULL OR dec > on_day);
CREATE MACRO touches(decom, dec, from_day, to_day) AS decom <= to_day AND (dec IS NULL OR dec > from_day);

CREATE TABLE this_round AS
SELECT council, year, year_start(year) AS first_day, year_end(year) AS last_day FROM rounds;

-- Q8, Q9. A return of a former year is there when its Episodes are.
CREATE TABLE files AS
SELECT r.council,
    bool_or(s.tbl = 'Episodes' AND s.year = r.year - 1) IS TRUE AS year_1,
    bool_or(s.tbl = 'Episodes' AND s.year = r.year - 2) IS TRUE AS year_2,
    bool_or(s.tbl = 'Episodes' AND s.year = r.year - 3) IS TRUE AS year_3,
    bool_or(s.tbl = 'OC2' AND s.year = r.year) IS TRUE AS oc2,
    bool_or(s.tbl = 'OC2' AND s.year = r.year - 1) IS TRUE AS oc2_1,
    bool_or(s.tbl = 'OC2' AND s.year = r.year - 2) IS TRUE AS oc2_2,
    bool_or(s.tbl = 'OC3' AND s.year = r.year) IS TRUE AS oc3,
    bool_or(s.tbl = 'Reviews' AND s.year = r.year) IS TRUE AS reviews,
    bool_or(s.tbl = 'Reviews' AND s.year = r.year - 1) IS TRUE AS reviews_1,
    bool_or(s.tbl = 'Missing' AND s.year = r.year) IS TRUE AS missing,
    bool_or(s.tbl = 'UASC' AND s.year = r.year) IS TRUE AS uasc,
    bool_or(s.tbl = 'SWEpisodes' AND s.year = r.year) IS TRUE AS sw,
    bool_or(s.tbl = 'SWEpisodes' AND s.year = r.year - 1) IS TRUE AS sw_1,
    bool_or(s.tbl = 'SDQ' AND s.year = r.year) IS TRUE AS sdq,
    bool_or(s.tbl = 'Wellbeing' AND s.year = r.year) IS TRUE AS wellbeing,
    bool_or(s.tbl = 'School' AND s.year = r.year) IS TRUE AS school,
    bool_or(s.tbl = 'MentalHealth' AND s.year = r.year) IS TRUE AS mental_health,
    bool_or(s.tbl = 'CarerSupport' AND s.year = r.year) IS TRUE AS carer_support,
    bool_or(s.tbl = 'LeaverSupport' AND s.year = r.year) IS TRUE AS leaver_support,
    bool_or(s.tbl = 'AfterHome' AND s.year = r.year) IS TRUE AS after_home,
    bool_or(s.tbl = 'HealthAssessment' AND s.year = r.year) IS TRUE AS health_assessment,
    r.council IN (SELECT council FROM own_area) AS postcodes
FROM this_round r LEFT JOIN supplied s USING (council)
GROUP BY r.council, r.year;

-- docs/postcodes.md. NULL when a text has not the shape of a postcode; spaces may stand between its two halves alone.
CREATE MACRO postcode_of(x) AS
    CASE WHEN regexp_full_match(word(x), '[A-Z]{1,2}[0-9][A-Z0-9]? *[0-9][A-Z]{2}') THEN replace(word(x), ' ', '') END;

-- docs/postcodes.md. One without a point lies nowhere.
CREATE TABLE located AS
SELECT DISTINCT p.council, postcode_of(p.postcode) AS postcode,
    CAST(nullif(trim(p.easting), '') AS BIGINT) AS easting, CAST(nullif(trim(p.northing), '') AS BIGINT) AS northing,
    word(p.district)[1] AS country,
    EXISTS (FROM own_area o WHERE o.council = p.council AND o.code IN (word(p.district), word(p.county))) AS own
FROM raw_postcode p
WHERE nullif(trim(p.easting), '') IS NOT NULL AND nullif(trim(p.northing), '') IS NOT NULL;

-- Detail 7: the newest Header with a date of birth; within one return the last row.
CREATE TABLE person AS
SELECT council, child, birth, sex, ethnic, age_on(birth, last_day) AS age
FROM (
    SELECT council, word(child) AS child, date_of(dob) AS birth,
        CASE word(sex) WHEN 'M' THEN 'M' WHEN '1' THEN 'M' WHEN 'F' THEN 'F' WHEN '2' THEN 'F' ELSE 'U' END AS sex,
        word(ethnic) AS ethnic, year, line
    FROM raw_header
    WHERE word(child) IS NOT NULL AND date_of(dob) IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY council, word(child) ORDER BY year DESC, line DESC) = 1
) JOIN this_round USING (council);

CREATE TABLE oc2 AS
SELECT council, word(child) AS child, year, line,
    CASE WHEN regexp_full_match(trim(sdq_score), '[0-9]{1,4}') AND CAST(trim(sdq_score) AS INTEGER) <= 40
         THEN CAST(trim(sdq_score) AS INTEGER) END AS sdq_score,                                     -- Detail 13
    word(sdq_reason) AS sdq_reason, word(convicted) AS convicted, word(health_check) AS health_check,
    word(immunisations) AS immunisations, word(teeth_check) AS teeth_check,
    word(health_assessment) AS health_assessment, word(substance_misuse) AS substance_misuse,
    word(intervention_received) AS intervention_received, word(intervention_offered) AS intervention_offered
FROM raw_oc2 WHERE word(child) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY council, word(child), year ORDER BY line DESC) = 1;

CREATE TABLE oc3 AS
SELECT council, word(child) AS child, year, line,
    word(in_touch) AS in_touch, word(activ) AS activ, word(accom) AS accom
FROM raw_oc3 WHERE word(child) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY council, word(child), year ORDER BY line DESC) = 1;

CREATE TABLE review AS
SELECT council, word(child) AS child, year, line, date_of(review) AS review, word(review_code) AS review_code
FROM raw_reviews WHERE word(child) IS NOT NULL;

CREATE TABLE uasc_row AS
SELECT council, word(child) AS child, year, line, date_of(duc) AS duc FROM raw_uasc WHERE word(child) IS NOT NULL;

CREATE TABLE missing_row AS
SELECT council, word(child) AS child, year, line, word(missing) AS missing,
    date_of(mis_start) AS mis_start, date_of(mis_end) AS mis_end
FROM raw_missing WHERE word(child) IS NOT NULL;

CREATE TABLE sw AS
SELECT council, word(child) AS child, year, line, word(sw_id) AS sw_id,
    date_of(sw_decom) AS sw_decom, date_of(sw_dec) AS sw_dec, word(sw_reason) AS sw_reason
FROM raw_swepisodes WHERE word(child) IS NOT NULL;

-- The extracts.
CREATE TABLE sdq AS
SELECT council, word(child) AS child, year, line, date_of(sdq_date) AS sdq_date, word(informant) AS informant,
    CASE WHEN regexp_full_match(trim(sdq_score), '[0-9]{1,4}') AND CAST(trim(sdq_score) AS INTEGER) <= 40
         THEN CAST(trim(sdq_score) AS INTEGER) END AS sdq_score,
    word(sdq_reason) AS sdq_reason
FROM raw_sdq WHERE word(child) IS NOT NULL;

-- EX28: of one child and date the last row.
CREATE TABLE wellbeing AS
SELECT council, word(child) AS child, year, line, date_of(survey_date) AS survey_date, columns_given,
    word(ons_satisfied) AS ons_satisfied, word(ons_worthwhile) AS ons_worthwhile,
    word(ons_happy) AS ons_happy, word(ons_anxious) AS ons_anxious,
    word(swemwbs1) AS swemwbs1, word(swemwbs2) AS swemwbs2, word(swemwbs3) AS swemwbs3, word(swemwbs4) AS swemwbs4,
    word(swemwbs5) AS swemwbs5, word(swemwbs6) AS swemwbs6, word(swemwbs7) AS swemwbs7,
    word(trusted_adult) AS trusted_adult, word(feels_safe) AS feels_safe, word(better) AS better,
    word(included) AS included, word(sees_mother) AS sees_mother, word(sees_father) AS sees_father,
    word(sees_siblings) AS sees_siblings, word(siblings_home) AS siblings_home,
    word(friend) AS friend, word(after_18) AS after_18
FROM raw_wellbeing WHERE word(child) IS NOT NULL AND date_of(survey_date) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY council, word(child), year, date_of(survey_date) ORDER BY line DESC) = 1;

-- EX37: of one child, school and first day the last row.
CREATE TABLE school AS
SELECT council, word(child) AS child, year, line, word(school) AS school,
    date_of(school_start) AS school_start, date_of(school_end) AS school_end,
    CASE WHEN word(main_school) = '0' THEN '0' ELSE '1' END AS main_school
FROM raw_school WHERE word(child) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY council, word(child), year, word(school), date_of(school_start)
                           ORDER BY line DESC) = 1;

CREATE TABLE mental_health AS
SELECT council, word(child) AS child, year, line, date_of(referral_date) AS referral_date, word(decision) AS decision,
    date_of(first_appt_date) AS first_appt_date, date_of(closed_date) AS closed_date
FROM raw_mentalhealth WHERE word(child) IS NOT NULL;

CREATE TABLE carer_support AS
SELECT council, word(child) AS child, year, line, word(carer_training) AS carer_training,
    word(carer_therapy) AS carer_therapy, word(child_therapy) AS child_therapy
FROM raw_carersupport WHERE word(child) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY council, word(child), year ORDER BY line DESC) = 1;

CREATE TABLE leaver_support AS
SELECT council, word(child) AS child, year, line, word(staying_close) AS staying_close, word(adviser) AS adviser,
    word(told_25) AS told_25, word(took_25) AS took_25, word(pathway_review) AS pathway_review,
    date_of(pathway_review) AS pathway_review_day, word(mh_at_18) AS mh_at_18, word(mh_service) AS mh_service
FROM raw_leaversupport WHERE word(child) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY council, word(child), year ORDER BY line DESC) = 1;

-- EX74: of one child and return home the last row.
CREATE TABLE after_home AS
SELECT council, word(child) AS child, year, line, date_of(home_date) AS home_date, word(home_plan) AS home_plan
FROM raw_afterhome WHERE word(child) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY council, word(child), year, date_of(home_date) ORDER BY line DESC) = 1;

CREATE TABLE health_assessment AS
SELECT council, word(child) AS child, year, line, word(health_check_type) AS health_check_type,
    date_of(health_check_date) AS health_check_date, word(health_check_status) AS health_check_status
FROM raw_healthassessment WHERE word(child) IS NOT NULL;

-- The rows of the return of Y.
CREATE VIEW oc2_now AS SELECT t.* FROM oc2 t JOIN this_round r USING (council) WHERE t.year = r.year;
CREATE VIEW oc3_now AS SELECT t.* FROM oc3 t JOIN this_round r USING (council) WHERE t.year = r.year;
CREATE VIEW review_now AS SELECT t.* FROM review t JOIN this_round r USING (council) WHERE t.year = r.year;
CREATE VIEW missing_now AS SELECT t.* FROM missing_row t JOIN this_round r USING (council) WHERE t.year = r.year;
CREATE VIEW sw_now AS SELECT t.* FROM sw t JOIN this_round r USING (council) WHERE t.year = r.year;
CREATE VIEW sdq_now AS SELECT t.* FROM sdq t JOIN this_round r USING (council) WHERE t.year = r.year;
CREATE VIEW wellbeing_now AS SELECT t.* FROM wellbeing t JOIN this_round r USING (council) WHERE t.year = r.year;
CREATE VIEW school_now AS SELECT t.* FROM school t JOIN this_round r USING (council) WHERE t.year = r.year;
CREATE VIEW mental_health_now AS
SELECT t.* FROM mental_health t JOIN this_round r USING (council) WHERE t.year = r.year;
CREATE VIEW carer_support_now AS
SELECT t.* FROM carer_support t JOIN this_round r USING (council) WHERE t.year = r.year;
CREATE VIEW leaver_support_now AS
SELECT t.* FROM leaver_support t JOIN this_round r USING (council) WHERE t.year = r.year;
CREATE VIEW after_home_now AS SELECT t.* FROM after_home t JOIN this_round r USING (council) WHERE t.year = r.year;
CREATE VIEW health_assessment_now AS
SELECT t.* FROM health_assessment t JOIN this_round r USING (council) WHERE t.year = r.year;
