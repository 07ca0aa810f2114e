"""The cases of selfcheck_families.py. Reporting year 2025: 1 April 2024 to 31 March 2025. None: not counted.

Ages are those on 31 March 2025; `aged(9)` is a birthday on 1 June. Unless a case says otherwise a child has been in care with
foster carers since 1 June 2020.
"""

Y = 2025
EVERY = [(year, table) for year in (2023, 2024, 2025) for table in ("OC2", "OC3", "Reviews", "SWEpisodes")] + [
    (Y, t) for t in ("SDQ", "Wellbeing", "MentalHealth", "CarerSupport", "HealthAssessment")]


def aged(years):
    return f"01/06/{Y - years - 1}"


def episode(decom, rne="S", place="U4", dec="", rec="", reason="", ls="C2", post="AB1 1AA"):
    return {"DECOM": decom, "RNE": rne, "LS": ls, "CIN": "N1", "PLACE": place, "PLACE_PROVIDER": "PR1", "DEC": dec, "REC": rec,
            "REASON_PLACE_CHANGE": reason, "PL_POST": post}


LONG = [episode("01/06/2020")]


def child(name, expect, born=None, age=9, care=LONG, oc2=None, oc3=False, **tables):
    """`oc2` by return year; other tables of year 2025 by name, each a list of rows."""
    rows = {(Y, table): given for table, given in tables.items()}
    rows.update({(year, "OC2"): [cells] for year, cells in (oc2 or {}).items()})
    if oc3:
        rows[Y, "OC3"] = [{"IN_TOUCH": "YES" if oc3 is True else oc3, "ACTIV": "0", "ACCOM": "0"}]
    return {"id": name, "born": born or aged(age), "care": care, "rows": rows, "expect": expect}


def score(*by_year):
    """Scores of 2023, 2024, 2025; None: no score."""
    return {year: {"SDQ_SCORE": n} for year, n in zip((2023, 2024, 2025), by_year, strict=True) if n is not None}


def council(children, returns=(2023, 2024, 2025), tables=EVERY, without_columns=None):
    return {"round": Y, "returns": returns, "tables": [t for t in tables if t[0] in returns], "children": children,
            "without_columns": without_columns or {}}


def a_scores():
    found = [child(f"sdq{n}", {"A1": f"SDQ{n}", "A2": None, "A3": None, "A4": None, "A6": None},
                   oc2={2024: {"SDQ_SCORE": 9}, 2025: {"SDQ_REASON": f"SDQ{n}"}}) for n in (1, 2, 3, 4, 5)]
    # scores of 2023, 2024, 2025; then A2, A4, A4m, A5, A5m, A6
    table = [
        ((5, 10, 13), "0-13", "0-13_to_0-13", 3, "0-13_to_0-13", 8, "never_high"),
        ((14, 0, 14), "14-16", "0-13_to_14-16", 14, "14-16_to_14-16", 0, "never_high"),
        ((17, 13, 40), "17-40", "0-13_to_17-40", 20, "17-40_to_17-40", 20, "high_now"),
        ((16, 14, 0), "0-13", "14-16_to_0-13", -14, "14-16_to_0-13", -16, "never_high"),
        ((13, 16, 16), "14-16", "14-16_to_14-16", 0, "0-13_to_14-16", 3, "never_high"),
        ((0, 15, 17), "17-40", "14-16_to_17-40", 2, "0-13_to_17-40", 17, "high_now"),
        ((18, 39, 2), "0-13", "17-40_to_0-13", -20, "17-40_to_0-13", -16, "high_before"),
        ((40, 17, 15), "14-16", "17-40_to_14-16", -2, "17-40_to_14-16", -20, "high_before"),
        ((15, 20, 22), "17-40", "17-40_to_17-40", 2, "14-16_to_17-40", 7, "high_now"),
        ((17, 18, 19), "17-40", "17-40_to_17-40", 1, "17-40_to_17-40", 2, "high_all_three"),
        ((None, 12, 12), "0-13", "0-13_to_0-13", 0, None, None, None),
        ((12, None, 12), "0-13", None, None, "0-13_to_0-13", 0, None),
        ((12, 41, 12), "0-13", None, None, "0-13_to_0-13", 0, None),
    ]
    found += [child(f"score{n}", {"A1": "received", "A2": a2, "A3": scores[2], "A4": a4, "A4m": a4m, "A5": a5, "A5m": a5m, "A6": a6},
                    oc2=score(*scores)) for n, (scores, a2, a4, a4m, a5, a5m, a6) in enumerate(table)]
    return found + [
        child("no_row", {"A1": "neither", "A2": None, "D1": "not_recorded"}),
        child("blank_row", {"A1": "neither"}, oc2={2025: {}}),
        child("both_given", {"A1": "received", "A2": "17-40", "A3": 17}, oc2={2025: {"SDQ_SCORE": 17, "SDQ_REASON": "SDQ2"}}),
        child("too_high", {"A1": "neither", "A3": None}, oc2={2025: {"SDQ_SCORE": 41}}),
        child("not_whole", {"A1": "SDQ4"}, oc2={2025: {"SDQ_SCORE": "7.5", "SDQ_REASON": "SDQ4"}}),
        child("aged_four", {"A1": None, "D4": "not_recorded"}, age=4, oc2=score(None, None, 3) | {2025: {"SDQ_SCORE": 3}}),
        child("five_today", {"A1": "received", "A3": 40}, born="31/03/2020", oc2=score(None, None, 40)),
        child("seventeen", {"A1": None, "A2": None}, age=17, oc2=score(None, None, 9)),
        child("seventeen_tomorrow", {"A1": "received"}, born="01/04/2008", oc2=score(None, None, 9)),
        child("came_in_june", {"A1": None, "D1": None}, care=[episode("01/06/2024")], oc2=score(None, None, 9)),
        child("came_on_the_first", {"A1": "received"}, care=[episode("01/04/2024")], oc2=score(None, None, 9)),
        child("left_today", {"A1": None, "D1": None}, care=[episode("01/06/2020", dec="31/03/2025", rec="E4A")], oc2=score(None, None, 9)),
    ]


ITEMS = [f"SWEMWBS{n}" for n in range(1, 8)]


def survey(day="10/10/2024", items="", **cells):
    return {"SURVEY_DATE": day, **dict(zip(ITEMS, items)), **cells}


def ons(satisfied, worthwhile, happy, anxious, day="10/10/2024"):
    return survey(day, ONS_SATISFIED=satisfied, ONS_WORTHWHILE=worthwhile, ONS_HAPPY=happy, ONS_ANXIOUS=anxious)


def a_surveys():
    answers = [
        ((4, 6, 8, 1), ("0-4", "5-6", "7-8", "0-1")),
        ((5, 7, 9, 2), ("5-6", "7-8", "9-10", "2-3")),
        ((7, 9, 0, 4), ("7-8", "9-10", "0-4", "4-5")),
        ((10, 3, 5, 6), ("9-10", "0-4", "5-6", "6-10")),
        (("", "", "11", "NO"), ("not_answered",) * 4),
        (("X", "X", "X", "X"), ("not_asked",) * 4),
    ]
    # metric scores: sum 21 is 19.25, sum 22 is 19.98, sum 30 is 27.03, sum 31 is 28.13
    items = [("3333333", "under_19.50", 1925), ("4333333", "19.50-27.50", 1998), ("5544444", "19.50-27.50", 2703),
             ("5554444", "over_27.50", 2813), ("1111111", "under_19.50", 700), ("5555555", "over_27.50", 3500),
             (("3", "3", "3", "3", "3", "3", ""), "not_answered", None), (("X", "3", "3", "3", "3", "3", "3"), "not_answered", None),
             ("XXXXXXX", "not_asked", None)]
    codes = [("YES", "YES", "YES", "yes", "yes", "yes"), ("SOME", "SOME", "SAME", "some", "some", "same"),
             ("NO", "NO", "NO", "no", "no", "no"), ("", "MAYBE", "SOME") + ("not_answered",) * 3,
             ("X", "X", "X") + ("not_asked",) * 3]
    found = []
    for kind, end in (("kid", ""), ("leaver", "L")):
        who = {"age": 15} if kind == "kid" else {"age": 19, "care": [], "oc3": True}
        for n, (cells, words) in enumerate(answers):
            expect = {f"{m}{end}": word for m, word in zip(("A7", "A8", "A9", "A10"), words, strict=True)}
            known = n < 4
            expect |= {f"{m}{end}m": cell if known else None for m, cell in zip(("A7", "A8", "A9", "A10"), cells, strict=True)}
            expect[f"A12{end}"] = "answered" if known else ("asked_no_answer" if n == 4 else "not_asked")
            found.append(child(f"{kind}_ons{n}", expect, Wellbeing=[ons(*cells)], **who))
        for n, (cells, word, amount) in enumerate(items):
            found.append(child(f"{kind}_items{n}", {f"A11{end}": word, f"A11{end}m": amount}, Wellbeing=[survey(items=cells)], **who))
        for n, (adult, safe, better, a, b, c) in enumerate(codes):
            found.append(child(f"{kind}_codes{n}", {f"A13a{end}": a, f"A13b{end}": b, f"A13c{end}": c},
                               Wellbeing=[survey(TRUSTED_ADULT=adult, FEELS_SAFE=safe, BETTER=better)], **who))
    return found + [
        child("no_survey", {"A7": "not_asked", "A7m": None, "A11": "not_asked", "A12": "not_asked", "A13a": "not_asked",
                            "C4": "not_asked", "R2a": "not_asked", "R3": "not_recorded", "R4": "not_asked"}, age=15),
        child("answered_before", {"A7": "0-4", "A7m": 3, "A8": "9-10"}, age=12,
              Wellbeing=[ons("", 9, "X", "X", "01/12/2024"), ons(3, 2, "X", "X", "01/06/2024")]),
        child("same_day", {"A7": "9-10"}, age=12, Wellbeing=[ons(1, 1, 1, 1), ons(9, 1, 1, 1)]),
        child("other_year", {"A7": "not_asked", "A12": "not_asked"}, age=12,
              Wellbeing=[ons(1, 1, 1, 1, "31/03/2024"), ons(1, 1, 1, 1, "01/04/2025")]),
        child("edges_of_year", {"A7": "5-6", "A8": "0-4"}, age=12,
              Wellbeing=[ons("", 1, 1, 1, "31/03/2025"), ons(5, 2, 1, 1, "01/04/2024")]),
        child("items_in_two_rows", {"A11": "not_answered", "A11m": None, "A12": "answered"}, age=16,
              Wellbeing=[survey("01/05/2024", items="333XXXX"), survey("01/06/2024", items="XXX3333")]),
        child("items_latest_full", {"A11m": 700}, age=16, Wellbeing=[
            survey("01/05/2024", items="5555555"), survey("01/06/2024", items="1111111"), survey("01/07/2024", items="555555")]),
        child("aged_ten", {"A7": None, "A11": None, "A12": "answered", "A13c": "yes"}, age=10, Wellbeing=[ons(5, 5, 5, 5) | {"BETTER": "YES"}]),
        child("aged_seven", {"A13b": "yes", "A13c": None, "C4": None}, age=7, Wellbeing=[survey(BETTER="YES", INCLUDED="YES", FEELS_SAFE="YES")]),
        child("aged_three", {"A12": None, "A13a": None, "R2a": None, "R4": None}, age=3, care=[episode("01/06/2023")],
              Wellbeing=[survey(TRUSTED_ADULT="YES", FRIEND="YES")]),
        child("eighteen_in_care", {"A7": None, "A7L": None, "A12": "answered", "A12L": None}, age=18, oc3=True, Wellbeing=[ons(5, 5, 5, 5)]),
        child("died", {"A7L": "5-6", "A12L": "answered"}, age=20, care=[], oc3="DIED", Wellbeing=[ons(5, 5, 5, 5)]),
        child("no_oc3", {"A7": None, "A7L": None, "A12L": None}, age=20, care=[], Wellbeing=[ons(5, 5, 5, 5)]),
        child("left_at_sixteen", {"A7L": None, "R5L": None}, age=16, oc3=True, care=[episode("01/06/2020", dec="01/12/2024", rec="E4A")],
              Wellbeing=[ons(5, 5, 5, 5)]),
        child("siblings_only", {"A12": "not_asked", "R3": "some"}, Wellbeing=[survey(SIBLINGS_HOME="SOME")]),
        child("own_and_sdq", {"A14": "both", "H2": "both", "D9": None}, age=12, oc2=score(None, None, 16), Wellbeing=[ons(7, 1, 1, 1)]),
        child("own_low", {"A14": "both", "H2": "one"}, age=12, oc2=score(None, None, 16), Wellbeing=[ons(6, 1, 1, 1)]),
        child("sdq_high", {"H2": "one"}, age=12, oc2=score(None, None, 17), Wellbeing=[ons(10, 1, 1, 1)]),
        child("neither_well", {"H2": "none"}, age=16, oc2=score(None, None, 40), Wellbeing=[ons(0, 1, 1, 1)]),
        child("only_sdq", {"A14": "sdq_only", "H2": None}, age=11, oc2=score(None, None, 16), Wellbeing=[ons("", "", "", "")]),
        child("only_own", {"A14": "own_only", "H2": None}, age=16, oc2={2025: {"SDQ_REASON": "SDQ5"}}, Wellbeing=[ons(7, 1, 1, 1)]),
        child("own_other_question", {"A14": "both", "H2": None}, age=12, oc2=score(None, None, 3), Wellbeing=[survey(FRIEND="NO")]),
        child("no_view_at_all", {"A14": "neither"}, age=12),
        child("ten_with_both", {"A14": None, "H2": None}, age=10, oc2=score(None, None, 3), Wellbeing=[ons(7, 1, 1, 1)]),
    ]


def r_relationships():
    sees = [("RIGHT", "LITTLE", "MUCH", "right", "too_little", "too_much"), ("LITTLE", "MUCH", "NONE_OK", "too_little", "too_much", "content"),
            ("MUCH", "NONE_OK", "NONE_NOT", "too_much", "content", "not_content"), ("NONE_OK", "NONE_NOT", "", "content", "not_content", "not_answered"),
            ("NONE_NOT", "YES", "X", "not_content", "not_answered", "not_asked"), ("", "X", "RIGHT", "not_answered", "not_asked", "right"),
            ("X", "RIGHT", "LITTLE", "not_asked", "right", "too_little")]
    found = [child(f"sees{n}", {"R2a": a, "R2b": b, "R2c": c}, Wellbeing=[survey(SEES_MOTHER=m, SEES_FATHER=f, SEES_SIBLINGS=s)])
             for n, (m, f, s, a, b, c) in enumerate(sees)]
    found += [child(f"home{n}", {"R3": word}, Wellbeing=[survey(SIBLINGS_HOME=cell)])
              for n, (cell, word) in enumerate([("ALL", "all"), ("SOME", "some"), ("NONE", "none"), ("X", None), ("", "not_recorded"), ("ONE", "not_recorded")])]
    for n, (cell, word) in enumerate([("YES", "yes"), ("NO", "no"), ("", "not_answered"), ("SOME", "not_answered"), ("X", "not_asked")]):
        row = survey(FRIEND=cell, AFTER_18=cell)
        found.append(child(f"friend{n}", {"R4": word, "R5": word}, age=16, Wellbeing=[row]))
        found.append(child(f"later{n}", {"R5L": word, "R5": None, "R4": None}, age=17, care=[], oc3=True, Wellbeing=[row]))
    for n, (cell, word) in enumerate([("YES", "yes"), ("SOME", "some"), ("NO", "no"), ("", "not_answered"), ("X", "not_asked")]):
        found.append(child(f"included{n}", {"C4": word}, age=8, Wellbeing=[survey(INCLUDED=cell)]))
    return found + [
        child("home_known_before", {"R3": "all"}, Wellbeing=[survey("01/03/2025", SIBLINGS_HOME=""), survey("01/06/2024", SIBLINGS_HOME="ALL")]),
        child("home_none_now", {"R3": None}, Wellbeing=[survey("01/03/2025", SIBLINGS_HOME="X"), survey("01/06/2024", SIBLINGS_HOME="ALL")]),
        child("fifteen", {"R5": None}, age=15, Wellbeing=[survey(AFTER_18="YES")]),
    ]


def review(day, code):
    return {"REVIEW": day, "REVIEW_CODE": code}


def worker(number, decom, dec="", reason="MANAGE"):
    return {"SW_ID": f"SW{number}", "SW_DECOM": decom, "SW_DEC": dec, "SW_REASON": reason}


def moved(reason, day="01/10/2024", rne="P"):
    return [episode("01/06/2020", dec=day, rec="X1", reason=reason), episode(day, rne=rne, post="AB1 1AB")]


def c_voice():
    found = [child(f"pn{n}", {"C1": f"PN{n}", "C2": "any" if n in (4, 7) else "none"}, Reviews=[review("01/10/2024", f"PN{n}")])
             for n in range(1, 8)]
    return found + [
        child("no_review", {"C1": "no_review", "C2": None}),
        child("review_of_other_year", {"C1": "no_review", "C2": None}, Reviews=[review("31/03/2024", "PN1"), review("01/04/2025", "PN1")]),
        child("latest_review", {"C1": "PN1", "C2": "any"}, Reviews=[review("31/03/2025", "PN1"), review("01/04/2024", "PN4")]),
        child("two_on_a_day", {"C1": "PN5", "C2": "none"}, Reviews=[review("01/10/2024", "PN5"), review("01/10/2024", "PN2")]),
        child("pn0_at_four", {"C1": "PN0", "C2": None}, age=4, Reviews=[review("01/10/2024", "PN0")]),
        child("under_four_then", {"C1": None, "C2": None}, born="01/01/2021", care=[episode("01/06/2023")], Reviews=[review("31/12/2024", "PN7")]),
        child("four_that_day", {"C1": "PN7", "C2": "any"}, born="01/01/2021", care=[episode("01/06/2023")],
              Reviews=[review("01/01/2025", "PN7"), review("01/06/2024", "PN0")]),
        child("under_four_no_review", {"C1": None}, age=3, care=[episode("01/06/2023")]),
        child("left_care", {"C1": None, "C5": None}, care=[episode("01/06/2020", dec="01/12/2024", rec="E4A")], Reviews=[review("01/06/2024", "PN1")]),
        child("asked_for_worker", {"C5": "yes"}, SWEpisodes=[worker(1, "01/10/2024", reason="CHCHAN")]),
        child("asked_before", {"C5": "no"}, SWEpisodes=[worker(1, "31/03/2024", reason="CHCHAN")]),
        child("other_worker_change", {"C5": "no"}, SWEpisodes=[worker(1, "01/10/2024", reason="PCCHAN")]),
        child("asked_to_move", {"C5": "yes"}, care=moved("CHILD")),
        child("asked_to_move_before", {"C5": "no"}, care=moved("CHILD", day="31/03/2024")),
        child("asked_same_carer", {"C5": "no"}, care=moved("CHILD", rne="T")),
        child("moved_by_plan", {"C5": "no"}, care=moved("CARPL")),
        child("asked_first_of_two", {"C5": "yes"}, care=[
            episode("01/06/2020", dec="01/06/2024", rec="X1", reason="CHILD"), episode("01/06/2024", "P", dec="01/10/2024", rec="X1", reason="CREQB", post="AB1 1AB"),
            episode("01/10/2024", "P", post="AB1 1AC")]),
    ]


def referral(day, decision="ACC", seen="", closed=""):
    return {"REFERRAL_DATE": day, "DECISION": decision, "FIRST_APPT_DATE": seen, "CLOSED_DATE": closed}


def d_health():
    checks = ("HEALTH_ASSESSMENT", "IMMUNISATIONS", "TEETH_CHECK", "HEALTH_CHECK")
    found = [child(f"checks{n}", {m: word for m in ("D1", "D2", "D3", "D4")}, age=4, care=[episode("01/06/2022")], oc2={2025: dict.fromkeys(checks, cell)})
             for n, (cell, word) in enumerate([("1", "yes"), ("0", "no"), ("", "not_recorded")])]
    misuse = [("0", "", "", "no"), ("1", "1", "", "yes_helped"), ("1", "0", "1", "yes_refused"), ("1", "0", "0", "yes_not_offered"),
              ("1", "0", "", "not_recorded"), ("1", "", "", "not_recorded"), ("", "1", "1", "not_recorded"), ("1", "", "1", "yes_refused")]
    found += [child(f"misuse{n}", {"D5": word, "D4": None}, age=15,
                    oc2={2025: {"SUBSTANCE_MISUSE": m, "INTERVENTION_RECEIVED": r, "INTERVENTION_OFFERED": o}}) for n, (m, r, o, word) in enumerate(misuse)]
    # days from 1 June 2024: 29 June is 28, 30 June 29, 5 October 126, 6 October 127; to 31 March: 3 March is 28, 2 March 29, 25 November 126
    refer = [
        ([referral("01/06/2024", seen="29/06/2024")], "seen", "seen_4_weeks"),
        ([referral("01/06/2024", seen="30/06/2024")], "seen", "seen_18_weeks"),
        ([referral("01/06/2024", seen="05/10/2024")], "seen", "seen_18_weeks"),
        ([referral("01/06/2024", seen="06/10/2024", closed="01/11/2024")], "seen", "seen_over_18_weeks"),
        ([referral("01/06/2024", "NOT", seen="01/06/2024")], "seen", "seen_4_weeks"),
        ([referral("03/03/2025")], "waiting", "waiting_4_weeks"),
        ([referral("02/03/2025")], "waiting", "waiting_18_weeks"),
        ([referral("25/11/2024")], "waiting", "waiting_18_weeks"),
        ([referral("24/11/2024")], "waiting", "waiting_over_18_weeks"),
        ([referral("03/03/2025", "WAIT")], "not_decided", "waiting_4_weeks"),
        ([referral("01/06/2024", "NOT", closed="08/06/2024")], "not_accepted", None),
        ([referral("01/06/2024", closed="08/06/2024")], "closed", None),
        ([referral("01/06/2024", "WAIT", closed="08/06/2024")], "closed", None),
        ([referral("01/06/2024", "")], "not_known", None),
        ([referral("01/06/2024", seen="10/04/2025")], "waiting", "waiting_over_18_weeks"),
        ([referral("01/04/2024", "NOT"), referral("02/04/2024")], "not_accepted", None),
        ([referral("31/03/2024", "NOT"), referral("31/03/2025")], "waiting", "waiting_4_weeks"),
        ([referral("01/06/2024", "WAIT"), referral("01/06/2024", "NOT"), referral("01/06/2024", seen="09/06/2024")], "seen", "seen_4_weeks"),
        ([referral("01/06/2024", ""), referral("01/06/2024", closed="01/07/2024"), referral("01/06/2024")], "closed", None),
        ([referral("01/02/2024", seen="20/05/2024")], None, "seen_18_weeks"),
        ([referral("01/02/2024", seen="31/03/2024")], None, None),
        ([referral("01/02/2024", closed="31/03/2024")], None, None),
        ([referral("01/02/2024", closed="20/05/2024")], None, None),
        ([referral("01/01/2022")], None, "waiting_over_18_weeks"),
        ([referral("01/01/2022", closed="31/03/2023")], None, None),
        ([referral("01/06/2024", "NOT"), referral("01/02/2024", "WAIT")], "not_accepted", "waiting_over_18_weeks"),
        ([referral("01/03/2025"), referral("01/03/2024", seen="05/04/2024")], "waiting", "seen_18_weeks"),
        # 90 days both: 31 December to 31 March, 1 February to 1 May; the one that has ended
        ([referral("31/12/2024"), referral("01/02/2024", seen="01/05/2024")], "waiting", "seen_18_weeks"),
    ]
    found += [child(f"refer{n}", {"D7": d7, "D8": d8}, MentalHealth=given) for n, (given, d7, d8) in enumerate(refer)]
    once = [referral("01/06/2024", seen="29/06/2024")]
    return found + [
        child("refer_left", {"D7": "seen", "D8": "seen_4_weeks"}, care=[episode("01/06/2020", dec="02/04/2024", rec="E4A")], MentalHealth=once),
        child("refer_left_before", {"D7": None, "D8": None}, care=[episode("01/06/2020", dec="01/04/2024", rec="E4A")], MentalHealth=once),
        child("refer_leaver", {"D7": "seen", "D8": "seen_4_weeks"}, age=20, care=[], oc3=True, MentalHealth=once),
        child("refer_stranger", {"D7": None, "D8": None}, age=20, care=[], MentalHealth=once),
        child("high_referred", {"D9": "yes"}, oc2=score(None, None, 17), MentalHealth=[referral("01/02/2023", "NOT", closed="01/04/2023")]),
        child("high_long_ago", {"D9": "no"}, oc2=score(None, None, 40), MentalHealth=[referral("01/02/2023", "NOT", closed="31/03/2023")]),
        child("high_not_referred", {"D9": "no"}, oc2=score(None, None, 17)),
        child("not_high", {"D9": None}, oc2=score(None, None, 16), MentalHealth=once),
    ]


def sdq(day, informant="CARER", points="9", reason=""):
    return {"SDQ_DATE": day, "INFORMANT": informant, "SDQ_SCORE": points, "SDQ_REASON": reason}


def assessment(day, kind="IHA", status="COMPLETED"):
    return {"HEALTH_CHECK_TYPE": kind, "HEALTH_CHECK_DATE": day, "HEALTH_CHECK_STATUS": status}


def d_starts():
    june = [episode("01/06/2024")]
    asked = [
        ([sdq("29/06/2024")], june, "first_28_days"), ([sdq("01/06/2024")], june, "first_28_days"), ([sdq("30/06/2024")], june, "later"),
        ([sdq("31/03/2025")], june, "later"), ([sdq("31/05/2024")], june, "none"), ([sdq("10/06/2024", "SELF"), sdq("10/06/2024", "TEACHER")], june, "none"),
        ([sdq("10/06/2024", points="", reason="SDQ2")], june, "none"), ([sdq("10/06/2024", points="41")], june, "none"), ([], june, "none"),
        ([sdq("10/06/2024"), sdq("10/06/2024", points="", reason="SDQ2")], june, "none"),
        ([sdq("31/05/2024"), sdq("01/02/2025")], june, "later"),
        ([sdq("10/04/2025")], [episode("20/03/2025")], "first_28_days"), ([sdq("10/04/2025")], [episode("10/03/2025")], "none"),
        ([sdq("10/06/2024")], [episode("01/06/2024", dec="30/06/2024", rec="E4A")], "first_28_days"),
        ([sdq("10/06/2024")], [episode("01/06/2024", dec="29/06/2024", rec="E4A")], None),
        # gone, but in care again 28 days on: the first start counts
        ([sdq("28/06/2024")], [episode("01/06/2024", dec="05/06/2024", rec="E4A"), episode("25/06/2024")], "first_28_days"),
        ([sdq("10/06/2024")], LONG, None),
    ]
    found = [child(f"asked{n}", {"D10a": word}, SDQ=rows, care=care) for n, (rows, care, word) in enumerate(asked)]
    december = [episode("02/12/2024")]  # the 20th working day after it is 2 January: 25 and 26 December and 1 January are none
    seen = [
        ([assessment("02/01/2025")], december, "in_time"), ([assessment("03/01/2025")], december, "late"), ([assessment("02/12/2024")], december, "in_time"),
        ([assessment("01/12/2024")], december, "none"), ([], december, "none"), ([assessment("10/12/2024", status="PLANNED")], december, "none"),
        ([assessment("10/12/2024", status="REFUSED"), assessment("16/01/2025")], december, "late"),
        ([assessment("10/12/2024", "HA")], december, "in_time"), ([assessment("10/12/2024", "RHA")], december, "none"),
        ([assessment("10/12/2024", "RHA"), assessment("11/12/2024", "HA")], december, "none"),
        ([assessment("01/11/2024", "RHA"), assessment("11/12/2024", "HEALTH ASSESSMENT")], december, "in_time"),
        ([assessment("10/12/2024", "DENTAL"), assessment("03/01/2025", "HA")], december, "late"),
        ([assessment("10/02/2025", "Initial Health Assessment"), assessment("10/12/2024", "RHA")], december, "late"),
        # from 20 March 2025: Good Friday is 18 April, so the 20th working day is 17 April
        ([assessment("17/04/2025")], [episode("20/03/2025")], "in_time"), ([assessment("22/04/2025")], [episode("20/03/2025")], "late"),
        ([assessment("22/04/2025")], [episode("21/03/2025")], "in_time"), ([assessment("24/04/2025")], [episode("24/03/2025")], "late"),
        ([assessment("01/06/2025")], [episode("24/03/2025")], "none"), ([assessment("10/12/2024")], LONG, None),
    ]
    found += [child(f"seen{n}", {"D10b": word}, HealthAssessment=rows, care=care) for n, (rows, care, word) in enumerate(seen)]
    return found + [
        child("three_at_start", {"D10a": None, "D10b": "none"}, born="02/06/2020", care=june, SDQ=[sdq("10/06/2024")]),
        child("four_at_start", {"D10a": "first_28_days"}, born="01/06/2020", care=june, SDQ=[sdq("10/06/2024")]),
        child("seventeen_at_start", {"D10a": None}, born="01/06/2007", care=june, SDQ=[sdq("10/06/2024")]),
        child("sixteen_at_start", {"D10a": "first_28_days"}, born="02/06/2007", care=june, SDQ=[sdq("10/06/2024")]),
    ]


def e_carers():
    support = [("DONE", "USED", "NONE", "in_time", "used", "neither"), ("TIME", "OFFERED", "USED", "still_time", "offered", "used"),
               ("LATE", "NONE", "OFFERED", "not", "neither", "offered"), ("NOT", "", "MANY", "not", "not_recorded", "not_recorded"),
               ("", "used", "used", "not_recorded", "used", "used")]

    def row(training, carer="", kid=""):
        return [{"CARER_TRAINING": training, "CARER_THERAPY": carer, "CHILD_THERAPY": kid}]

    found = [child(f"carer{n}", {"E1": a, "E2": b, "E3": c}, CarerSupport=row(training, carer, kid))
             for n, (training, carer, kid, a, b, c) in enumerate(support)]
    found += [child(f"lives_{place}", {"E1": word}, care=[episode("01/06/2023", place=place)], CarerSupport=row("DONE"))
              for place, word in [("U1", "in_time"), ("K1", "in_time"), ("K2", "in_time"), ("P1", None), ("A6", None), ("K3", None), ("T4", None)]]
    return found + [
        child("no_carer_row", {"E1": "not_recorded", "E2": "not_recorded", "E3": "not_recorded"}),
        child("carer_twice", {"E1": "not"}, CarerSupport=row("DONE") + row("LATE")),
        child("short_stay", {"E1": "in_time"}, CarerSupport=row("DONE"),
              care=[episode("01/06/2020", dec="20/03/2025", rec="X1"), episode("20/03/2025", "P", place="T2", post="")]),
        child("left_home", {"E1": None}, CarerSupport=row("DONE"), care=[episode("01/06/2020", dec="20/03/2025", rec="E4A")]),
    ]


def h_gave():
    calm, busy = [worker(1, "01/06/2020")], [worker(n, f"0{n}/06/2024", f"0{n + 1}/06/2024") for n in (1, 2, 3)]
    homes = [episode("01/06/2020", dec="01/05/2024", rec="X1"), episode("01/05/2024", "T", dec="01/06/2024", rec="X1", post="AB1 1AB"),
             episode("01/06/2024", "T", post="AB1 1AC")]
    strangers = [episode("01/06/2020", dec="01/05/2024", rec="X1"), episode("01/05/2024", "P", dec="01/06/2024", rec="X1", post="AB1 1AB"),
                 episode("01/06/2024", "P", post="AB1 1AC")]
    return [
        child("calm", {"H1": "3"}, SWEpisodes=calm),
        child("two_workers_back", {"H1": "3"}, SWEpisodes=[worker(1, "01/06/2020", "01/06/2024"), worker(2, "01/06/2024", "01/07/2024"), worker(1, "01/07/2024")]),
        child("three_workers", {"H1": "2"}, SWEpisodes=busy),
        child("moved_once", {"H1": "2"}, care=moved("CARPL"), SWEpisodes=calm),
        child("moved_a_year_ago", {"H1": "3"}, care=moved("CARPL", day="31/03/2024"), SWEpisodes=calm),
        child("moved_within_a_year", {"H1": "2"}, care=moved("CARPL", day="01/04/2024"), SWEpisodes=calm),
        child("three_homes_one_carer", {"H1": "2"}, care=homes, SWEpisodes=calm),
        child("three_homes", {"H1": "1"}, care=strangers, SWEpisodes=calm),
        child("three_of_all", {"H1": "0"}, care=strangers, SWEpisodes=busy),
        child("no_worker", {"H1": "none_recorded"}),
        child("worker_ended", {"H1": "none_recorded"}, SWEpisodes=[worker(1, "01/06/2020", "01/04/2024")]),
        child("too_young", {"H1": None}, age=4, SWEpisodes=calm),
        child("new_in_care", {"H1": None}, care=[episode("01/06/2024")], SWEpisodes=calm),
    ]


NOT_SUPPLIED = "table_not_supplied"
SURVEYED = ("A7", "A8", "A9", "A10", "A12", "A13a", "A13b", "A13c", "R2a", "R2b", "R2c", "R3", "R4", "C4")
LEAVERS = ("A7L", "A8L", "A9L", "A10L", "A11L", "A12L", "A13aL", "A13bL", "A13cL", "R5L")


def all_of(measures, value):
    return dict.fromkeys(measures, value)


BARE = [
    child("b12", all_of(SURVEYED + ("A1", "A2", "A4", "A5", "A6", "A14", "C1", "C2", "C5", "D1", "D2", "D3", "D5", "D7", "D8", "D9", "E1", "E2", "E3", "H1", "H2"),
                        NOT_SUPPLIED) | all_of(("A3", "A4m", "A5m", "A7m", "A11m", "A11", "D4", "D10a", "D10b", "R5"), None), age=12),
    child("b16", {"A11": NOT_SUPPLIED, "R5": NOT_SUPPLIED, "A14": NOT_SUPPLIED, "A11m": None}, age=16),
    child("b4", {"D4": NOT_SUPPLIED, "A1": None, "C1": NOT_SUPPLIED, "A13c": None}, age=4, care=[episode("01/06/2022")]),
    child("b3", {"C1": None, "C2": None, "R3": NOT_SUPPLIED, "D1": NOT_SUPPLIED}, age=3, care=[episode("01/06/2022")]),
    child("b_start", {"D10a": NOT_SUPPLIED, "D10b": NOT_SUPPLIED, "A1": None}, care=[episode("01/06/2024")]),
    child("b_short", {"D10a": None, "D10b": NOT_SUPPLIED, "D7": NOT_SUPPLIED}, care=[episode("01/06/2024", dec="20/06/2024", rec="E4A")]),
    child("b_leaver", all_of(LEAVERS + ("D7", "D8"), NOT_SUPPLIED), age=19, care=[], oc3=True),
    child("b_home", {"E1": None}, care=[episode("01/06/2020", place="P1")]),
]
NO_FORMER = [
    child("n_score", {"A2": "17-40", "A4": "not_enough_years", "A4m": None, "A5": "not_enough_years", "A6": "not_enough_years", "D9": NOT_SUPPLIED, "A14": None},
          oc2=score(None, None, 17)),
    child("n_low", {"D9": None, "H2": NOT_SUPPLIED, "A14": NOT_SUPPLIED}, age=12, oc2=score(None, None, 3)),
    child("n_none", {"A4": None, "A5": None, "A6": None, "H2": None, "A14": NOT_SUPPLIED, "D9": None}, age=12, oc2={2025: {"SDQ_REASON": "SDQ2"}}),
]
NO_FORMER_OC2 = [child("g_score", {"A4": NOT_SUPPLIED, "A5": NOT_SUPPLIED, "A6": NOT_SUPPLIED}, oc2=score(None, None, 17))]
NO_2024 = [child("m_score", {"A4": "not_enough_years", "A5": "17-40_to_0-13", "A5m": -9, "A6": "not_enough_years"}, oc2=score(20, None, 11)),
           child("m_now", {"A4": "not_enough_years", "A5": None, "A6": "not_enough_years"}, oc2=score(None, None, 11))]
OC2_2023_LACKS = [child("l_score", {"A4": "17-40_to_17-40", "A5": NOT_SUPPLIED, "A6": NOT_SUPPLIED}, oc2=score(None, 20, 20))]
FEW_QUESTIONS = [
    child("few", {"A7": "0-4", "A8": "not_asked", "A11": "not_answered", "A13a": "not_asked", "R3": "not_recorded", "R4": "not_answered", "A12": "answered"},
          age=16, Wellbeing=[survey(items=["3"] * 6, ONS_SATISFIED=2, FRIEND="")]),
    child("few_x", {"A12": "not_asked", "A11": "not_asked"}, age=16, Wellbeing=[survey()]),
]

COUNCILS = {
    "scores": council(a_scores()),
    "surveys": council(a_surveys() + r_relationships()),
    "voice": council(c_voice()),
    "health": council(d_health() + d_starts()),
    "carers": council(e_carers() + h_gave()),
    "bare": council(BARE, returns=(2023, 2024, 2025), tables=[(Y, "OC3")]),
    "new": council(NO_FORMER, returns=(2025,), tables=[(Y, "OC2"), (Y, "OC3")]),
    "former_oc2": council(NO_FORMER_OC2, tables=[(Y, "OC2")]),
    "without_2024": council(NO_2024, returns=(2023, 2025)),
    "without_oc2_2023": council(OC2_2023_LACKS, tables=[(2024, "OC2"), (2025, "OC2")]),
    "few": council(FEW_QUESTIONS, without_columns={"Wellbeing": (
        "ONS_WORTHWHILE", "SWEMWBS7", "TRUSTED_ADULT", "FEELS_SAFE", "BETTER", "INCLUDED", "SIBLINGS_HOME", "SEES_MOTHER")}),
}

TNS, NYE, SILENT = [NOT_SUPPLIED], ["not_enough_years"], ["not_answered", "not_asked", NOT_SUPPLIED]
BANDS = ("0-13", "14-16", "17-40")
CHANGES = [f"{then}_to_{now}" for then in BANDS for now in BANDS] + NYE + TNS
# Every category of every measure of these families, in the words of the measures.
CATEGORIES = {
    "A1": ["received", "SDQ1", "SDQ2", "SDQ3", "SDQ4", "SDQ5", "neither", *TNS], "A2": [*BANDS, *TNS], "A4": CHANGES, "A5": CHANGES,
    "A6": ["high_all_three", "high_now", "high_before", "never_high", *NYE, *TNS],
    "A14": ["both", "sdq_only", "own_only", "neither", *TNS], "H2": ["both", "one", "none", *TNS],
    "H1": ["0", "1", "2", "3", "none_recorded", *TNS],
    "R3": ["all", "some", "none", "not_recorded", *TNS],
    "C1": [*(f"PN{n}" for n in range(8)), "no_review", *TNS], "C2": ["any", "none", *TNS], "C4": ["yes", "some", "no", *SILENT], "C5": ["yes", "no", *TNS],
    "D5": ["no", "yes_helped", "yes_refused", "yes_not_offered", "not_recorded", *TNS],
    "D7": ["seen", "waiting", "not_accepted", "closed", "not_decided", "not_known", *TNS],
    "D8": [f"{state}_{band}" for state in ("seen", "waiting") for band in ("4_weeks", "18_weeks", "over_18_weeks")] + TNS,
    "D9": ["yes", "no", *TNS], "D10a": ["first_28_days", "later", "none", *TNS], "D10b": ["in_time", "late", "none", *TNS],
    "E1": ["in_time", "still_time", "not", "not_recorded", *TNS],
}
for _m in ("E2", "E3"):
    CATEGORIES[_m] = ["used", "offered", "neither", "not_recorded", *TNS]
for _m in ("D1", "D2", "D3", "D4"):
    CATEGORIES[_m] = ["yes", "no", "not_recorded", *TNS]
for _m in ("R2a", "R2b", "R2c"):
    CATEGORIES[_m] = ["right", "too_little", "too_much", "content", "not_content", *SILENT]
for _m in ("R4", "R5", "R5L"):
    CATEGORIES[_m] = ["yes", "no", *SILENT]
for _end in ("", "L"):
    for _m in ("A7", "A8", "A9"):
        CATEGORIES[_m + _end] = ["0-4", "5-6", "7-8", "9-10", *SILENT]
    CATEGORIES["A10" + _end] = ["0-1", "2-3", "4-5", "6-10", *SILENT]
    CATEGORIES["A11" + _end] = ["under_19.50", "19.50-27.50", "over_27.50", *SILENT]
    CATEGORIES["A12" + _end] = ["answered", "asked_no_answer", "not_asked", *TNS]
    CATEGORIES["A13a" + _end] = CATEGORIES["A13b" + _end] = ["yes", "some", "no", *SILENT]
    CATEGORIES["A13c" + _end] = ["yes", "same", "no", *SILENT]
