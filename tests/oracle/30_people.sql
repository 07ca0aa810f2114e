-- What a child contributes, and where a child stands at a moment (Q6, Q11, Details 8, 17, 19, 23).

CREATE TABLE measure (id VARCHAR, age_from INTEGER, age_to INTEGER, leavers BOOLEAN);
CREATE TABLE answer (
    council VARCHAR, child VARCHAR, measure VARCHAR, category VARCHAR, amount INTEGER,
    moment VARCHAR, day DATE, uasc_year INTEGER);

CREATE MACRO placement_group(place) AS CASE
    WHEN place IN ('U1', 'U2', 'U3') THEN 'foster_relative'
    WHEN place IN ('U4', 'U5', 'U6') THEN 'foster_other'
    WHEN place IN ('A3', 'A4', 'A5', 'A6') THEN 'adoption'
    WHEN place IN ('K1', 'K2') THEN 'homes'
    WHEN place IN ('K3', 'H5', 'P2') THEN 'supported'
    WHEN place = 'P1' THEN 'parents'
    WHEN place IN ('R1', 'R2', 'R3', 'R5', 'S1', 'P3') THEN 'residential_other'
    ELSE 'other' END;

CREATE MACRO legal_group(ls) AS CASE
    WHEN ls IN ('C1', 'C2') THEN 'care_order'
    WHEN ls = 'E1' THEN 'placement_order'
    WHEN ls = 'D1' THEN 'freed'
    WHEN ls = 'V2' THEN 'voluntary'
    WHEN ls IN ('L1', 'L2', 'L3') THEN 'detained'
    WHEN ls IN ('J1', 'J2', 'J3') THEN 'youth_justice' END;

CREATE MACRO ethnic_group(ethnic) AS CASE
    WHEN ethnic IN ('WBRI', 'WIRI', 'WOTH', 'WIRT', 'WROM') THEN 'white'
    WHEN ethnic IN ('MWBC', 'MWBA', 'MWAS', 'MOTH') THEN 'mixed'
    WHEN ethnic IN ('AIND', 'APKN', 'ABAN', 'AOTH', 'CHNE') THEN 'asian'
    WHEN ethnic IN ('BCRB', 'BAFR', 'BOTH') THEN 'black'
    WHEN ethnic = 'OOTH' THEN 'other'
    ELSE 'not_known' END;

CREATE MACRO age_group(age) AS CASE
    WHEN age < 1 THEN 'under_1' WHEN age < 5 THEN '1-4' WHEN age < 10 THEN '5-9' WHEN age < 16 THEN '10-15'
    ELSE '16-17' END;

CREATE MACRO leaver_age_group(age) AS CASE
    WHEN age BETWEEN 17 AND 18 THEN '17-18' WHEN age BETWEEN 19 AND 21 THEN '19-21'
    WHEN age BETWEEN 22 AND 25 THEN '22-25' END;

-- Of a period that began on `start` with `rne`, on `day`; Details 1 and 23.
CREATE MACRO time_group(start, rne, day) AS CASE
    WHEN plus_months(start, 60) <= day THEN '5+_years'
    WHEN rne IS DISTINCT FROM 'S' THEN 'start_not_in_returns'
    WHEN plus_months(start, 24) <= day THEN '2-5_years'
    WHEN plus_months(start, 12) <= day THEN '1-2_years'
    WHEN plus_months(start, 6) <= day THEN '6-12_months'
    ELSE 'under_6_months' END;
