-- Episodes after repair, periods of care, placements, carers, and who belongs to which cohort.

-- RULE_3, RULE_3A, Detail 3: of the same start the row of the latest return, and of that the last.
CREATE TABLE recorded AS
SELECT council, word(child) AS child, year AS return_year, date_of(decom) AS decom, date_of(dec) AS dec,
    word(rne) AS rne, word(rec) AS rec, word(ls) AS ls, word(cin) AS cin, word(place) AS place,
    word(place_provider) AS provider, postcode_of(home_post) AS home_postcode,
    postcode_of(pl_post) AS pl_postcode, replace(word(pl_post), ' ', '') AS pl_post, word(urn) AS urn, word(reason_place_change) AS reason
FROM raw_episodes
WHERE word(child) IS NOT NULL AND date_of(decom) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY council, word(child), date_of(decom) ORDER BY year DESC, line DESC) = 1;

-- Detail 6: out before anything looks at neighbours. Only the twelve-month rule sees them, with their own days.
CREATE TABLE short_break AS
SELECT council, child, decom, dec, rne, rec FROM recorded WHERE ls IN ('V3', 'V4');

-- Details 4, 5, 19 and the repairs; each row beside the next one as recorded.
CREATE TABLE repaired AS
WITH beside AS (
    SELECT e.*, lead(decom) OVER chain AS next_decom, lead(rne) OVER chain AS next_rne
    FROM recorded e WHERE ls IS NULL OR ls NOT IN ('V3', 'V4')
    WINDOW chain AS (PARTITION BY council, child ORDER BY decom)
), newest AS (
    SELECT council, max(year) AS newest_year FROM supplied WHERE tbl = 'Episodes' GROUP BY council
), named AS (
    SELECT b.*, CASE
        WHEN dec IS NULL AND next_decom IS NOT NULL AND next_rne IS DISTINCT FROM 'S' THEN 'RULE_1'
        WHEN dec IS NULL AND next_decom IS NOT NULL THEN 'RULE_1A'
        WHEN dec IS NULL AND return_year < newest_year THEN 'RULE_2'
        WHEN next_decom < dec THEN 'RULE_4'
        WHEN rec = 'X1' AND next_rne IS DISTINCT FROM 'S' AND dec < next_decom THEN 'RULE_5'
        END AS repair
    FROM beside b JOIN newest USING (council)
)
SELECT * REPLACE (
        CASE repair WHEN 'RULE_1' THEN next_decom
                    WHEN 'RULE_1A' THEN least(year_end(return_year), next_decom - 1)
                    WHEN 'RULE_2' THEN year_end(return_year)
                    WHEN 'RULE_4' THEN next_decom
                    WHEN 'RULE_5' THEN next_decom
                    ELSE dec END AS dec,
        -- Detail 5: an open episode has no REC, whatever is written.
        CASE WHEN repair = 'RULE_1' THEN 'X1' WHEN repair IN ('RULE_1A', 'RULE_2') THEN 'E99'
             WHEN dec IS NOT NULL THEN rec END AS rec),
    CASE WHEN dec IS NOT NULL THEN rec END AS rec_recorded
FROM named
WHERE repair IS NULL OR repair NOT IN ('RULE_1A', 'RULE_2')
   OR decom < CASE repair WHEN 'RULE_1A' THEN least(year_end(return_year), next_decom - 1)
                          ELSE year_end(return_year) END;

-- Detail 6: RNE=S, or nothing before, or something before that ended otherwise than by X1, begins a period.
CREATE TABLE in_period AS
SELECT *, sum(begins) OVER (PARTITION BY council, child ORDER BY decom ROWS UNBOUNDED PRECEDING) AS period
FROM (
    SELECT *, row_number() OVER chain AS n,
        place IS NOT NULL AND place IN ('T0', 'T1', 'T2', 'T3', 'T4') AS temporary,
        CASE WHEN rne = 'S' OR lag(decom) OVER chain IS NULL OR lag(rec) OVER chain IS DISTINCT FROM 'X1'
             THEN 1 ELSE 0 END AS begins
    FROM repaired
    WINDOW chain AS (PARTITION BY council, child ORDER BY decom)
);

-- Details 8 and 9. `before` is the last episode before this one in its period that was not temporary.
CREATE TABLE episode AS
WITH with_before AS (
    SELECT *,
        first_value(decom) OVER period_chain AS period_start,
        first_value(rne) OVER period_chain AS period_rne,
        lag(temporary) OVER period_chain AS after_temporary,
        last_value(CASE WHEN NOT temporary THEN
                struct_pack(place := place, provider := provider, pl_post := pl_post, urn := urn, reason := reason) END
            IGNORE NULLS)
            OVER (PARTITION BY council, child, period ORDER BY decom
                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM in_period
    WINDOW period_chain AS (PARTITION BY council, child, period ORDER BY decom)
), continuing AS (
    SELECT *,
        before IS NOT NULL AND (
            rne IS NOT DISTINCT FROM 'L'
            OR (place IS NOT NULL AND place IN ('A3', 'A5'))
            OR (after_temporary AND place IS NOT DISTINCT FROM before.place
                AND provider IS NOT DISTINCT FROM before.provider
                AND pl_post IS NOT DISTINCT FROM before.pl_post
                AND urn IS NOT DISTINCT FROM before.urn)) AS goes_on
    FROM with_before
), numbered AS (
    SELECT *,
        sum(CASE WHEN NOT temporary AND NOT goes_on THEN 1 ELSE 0 END) OVER of_child AS placements_so_far,
        sum(CASE WHEN NOT temporary AND NOT goes_on THEN 1 ELSE 0 END) OVER of_period AS placements_in_period,
        sum(CASE WHEN temporary OR goes_on THEN 0
                 WHEN before IS NULL THEN 1
                 WHEN rne IS NOT NULL AND rne IN ('T', 'U') THEN 0
                 ELSE 1 END) OVER of_child AS carers_so_far
    FROM continuing
    WINDOW of_child AS (PARTITION BY council, child ORDER BY decom ROWS UNBOUNDED PRECEDING),
           of_period AS (PARTITION BY council, child, period ORDER BY decom ROWS UNBOUNDED PRECEDING)
), named AS (
    SELECT *,
        CASE WHEN placements_in_period > 0 THEN CAST(placements_so_far AS INTEGER) END AS placement,
        CASE WHEN placements_in_period > 0 THEN CAST(carers_so_far AS INTEGER) END AS carer
    FROM numbered
)
SELECT council, child, CAST(n AS INTEGER) AS n, decom, dec, rne, rec, rec_recorded, ls, cin, place, provider,
    home_postcode, pl_postcode, pl_post, urn, reason, return_year, temporary,
    CAST(period AS INTEGER) AS period, period_start, period_rne,
    placement,
    CASE WHEN placement IS NOT NULL THEN min(decom) OVER (PARTITION BY council, child, placement) END AS placement_start,
    carer,
    CASE WHEN carer IS NOT NULL THEN min(decom) OVER (PARTITION BY council, child, carer) END AS carer_start,
    CASE WHEN temporary THEN before.place ELSE place END AS home,
    before.reason AS reason_before
FROM named;

CREATE TABLE carer_spell AS
SELECT council, child, carer, any_value(period) AS period, min(decom) AS spell_start,
    CASE WHEN bool_or(dec IS NULL) THEN NULL ELSE max(dec) END AS spell_end
FROM episode WHERE carer IS NOT NULL GROUP BY council, child, carer;

-- Details 2, 4, 5, 15.
CREATE TABLE way_out AS
SELECT council, child, n, period, dec, rec, home, reporting_year(dec) AS year,
    row_number() OVER (PARTITION BY council, child, reporting_year(dec) ORDER BY dec DESC) = 1 AS last_of_year
FROM episode
WHERE dec IS NOT NULL AND rec_recorded IS NOT NULL AND rec NOT IN ('X1', 'E99');

-- P2, Detail 19.
CREATE TABLE started AS
SELECT council, child, min(decom) AS decom
FROM episode JOIN this_round r USING (council)
WHERE rne = 'S' AND decom BETWEEN r.first_day AND r.last_day
GROUP BY council, child;

-- B5, Detail 10. A period that begins temporary has no placement to end until its first other episode (Detail 8).
CREATE TABLE ending AS
WITH beside AS (
    SELECT *, lead(decom) OVER chain AS next_decom, lead(rne) OVER chain AS next_rne,
        lead(temporary) OVER chain AS next_temporary, lead(placement) OVER chain AS next_placement
    FROM episode WINDOW chain AS (PARTITION BY council, child, period ORDER BY decom)
), reasoned AS (
    SELECT council, child, n, dec AS day,
        coalesce(reason, CASE WHEN temporary THEN reason_before END, 'OTHER') AS reason
    FROM beside
    WHERE rec_recorded = 'X1' AND next_decom = dec AND next_rne IN ('P', 'B')
      AND NOT next_temporary AND placement IS NOT NULL AND next_placement IS DISTINCT FROM placement
)
SELECT *,
    CASE WHEN reason IN ('CREQB', 'CREQO', 'CHILD', 'LAREQ') THEN 'unplanned'
         WHEN reason IN ('ALLEG', 'STAND', 'APPRR') THEN 'safeguarding'
         WHEN reason IN ('CARPL', 'CLOSE') THEN 'planned'
         ELSE 'other' END AS category,
    CASE WHEN reason IN ('CREQB', 'CREQO', 'CHILD', 'LAREQ') THEN 1
         WHEN reason IN ('ALLEG', 'STAND', 'APPRR') THEN 2
         WHEN reason IN ('CARPL', 'CLOSE') THEN 4
         ELSE 3 END AS weight
FROM reasoned WHERE reason <> 'PLACE';

-- Domain 2.2, word by word, for Q3; of the short breaks the overlap alone (Detail 6): one that ends on 1 April breaks nothing.
CREATE TABLE broken_year AS
SELECT DISTINCT e.council, e.child
FROM (
    SELECT council, child, decom, dec, rne, rec, false AS short FROM episode
    UNION ALL
    SELECT council, child, decom, dec, rne, rec, true FROM short_break
) e JOIN this_round r USING (council)
WHERE (rne = 'S' AND r.first_day < decom AND decom <= r.last_day)
   OR (NOT short AND rec IS DISTINCT FROM 'X1' AND r.first_day <= dec AND dec < r.last_day)
   OR (short AND touches(decom, dec, r.first_day, r.last_day));

CREATE TABLE cohort AS
WITH care AS (
    SELECT e.council, e.child,
        max(CASE WHEN looked_after_on(decom, dec, r.last_day) THEN n END) AS now_n,
        bool_or(touches(decom, dec, r.first_day, r.last_day)) AS q2,
        bool_or(touches(decom, dec, year_start(r.year - 1), year_end(r.year - 1))) AS in_former_year,
        bool_or(looked_after_on(decom, dec, r.last_day) AND period_start <= make_date(r.year - 3, 9, 30)) AS long_period,
        greatest(min(CASE WHEN touches(decom, dec, r.first_day, r.last_day) THEN decom END), any_value(r.first_day))
            AS first_touching,
        max(CASE WHEN touches(decom, dec, r.first_day, r.last_day)
                 THEN least(coalesce(dec - 1, r.last_day), r.last_day) END) AS last_care_day,
        arg_max(coalesce(rec, 'none'), n) AS last_rec
    FROM episode e JOIN this_round r USING (council)
    GROUP BY e.council, e.child
), only_short AS (
    SELECT council, child FROM recorded GROUP BY council, child
    HAVING bool_and(ls IS NOT NULL AND ls IN ('V3', 'V4'))
), flags AS (
    SELECT p.council, p.child, p.birth, p.age, r.year, r.first_day, r.last_day,
        c.now_n, c.now_n IS NOT NULL AS q1,
        coalesce(c.q2, false) AS q2,
        c.now_n IS NOT NULL AND b.child IS NULL AS q3,
        c.now_n IS NOT NULL AND c.in_former_year AS q4,
        coalesce(c.long_period, false) AS q5,
        o.child IS NOT NULL AS has_oc3,
        coalesce(o.in_touch IN ('DIED', 'RHOM'), false) OR s.child IS NOT NULL
            OR coalesce(c.last_rec = 'E3', false) AS g_out,
        CASE WHEN c.q2 THEN c.first_touching END AS first_care_day,
        c.last_care_day
    FROM person p
    JOIN this_round r USING (council)
    LEFT JOIN care c ON c.council = p.council AND c.child = p.child
    LEFT JOIN broken_year b ON b.council = p.council AND b.child = p.child
    LEFT JOIN oc3_now o ON o.council = p.council AND o.child = p.child
    LEFT JOIN only_short s ON s.council = p.council AND s.child = p.child
)
SELECT g.*,
    q1 AND (q4 OR NOT f.year_1) AS q4_as_known,                                                        -- Detail 20
    q1 AND (q5 OR NOT (f.year_1 AND f.year_2)) AS q5_as_known,
    has_oc3 AND NOT g_out AS g_in,
    CASE WHEN q1 THEN last_day ELSE coalesce(last_care_day, last_day) END AS in_year_day
FROM flags g JOIN files f USING (council);
