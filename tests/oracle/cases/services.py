"""Cases of the families C, D, E and H: reviews, health, referrals, starts, carers. None: not counted."""

from cases.child import LONG, child, episode, score


def review(day, code):
    return {"REVIEW": day, "REVIEW_CODE": code}


def worker(number, decom, dec="", reason="MANAGE"):
    return {"SW_ID": f"SW{number}", "SW_DECOM": decom, "SW_DEC": dec, "SW_REASON": reason}


def moved(reason, day="01/10/2024", rne="P"):
    return [episode("01/06/2020", dec=day, rec="X1", reason=reason), episode(day, rne=rne, post="AB1 1AB")]


def c_voice():
    found = [
        child(
            f"pn{n}", {"C1": f"PN{n}", "C2": "any" if n in (4, 7) else "none"}, Reviews=[review("01/10/2024", f"PN{n}")]
        )
        for n in range(1, 8)
    ]
    return found + [
        child("no_review", {"C1": "no_review", "C2": None}),
        child(
            "review_of_other_year",
            {"C1": "no_review", "C2": None},
            Reviews=[review("31/03/2024", "PN1"), review("01/04/2025", "PN1")],
        ),
        child(
            "latest_review",
            {"C1": "PN1", "C2": "any"},
            Reviews=[review("31/03/2025", "PN1"), review("01/04/2024", "PN4")],
        ),
        child(
            "two_on_a_day",
            {"C1": "PN5", "C2": "none"},
            Reviews=[review("01/10/2024", "PN5"), review("01/10/2024", "PN2")],
        ),
        child("pn0_at_four", {"C1": "PN0", "C2": None}, age=4, Reviews=[review("01/10/2024", "PN0")]),
        child(
            "under_four_then",
            {"C1": None, "C2": None},
            born="01/01/2021",
            care=[episode("01/06/2023")],
            Reviews=[review("31/12/2024", "PN7")],
        ),
        child(
            "four_that_day",
            {"C1": "PN7", "C2": "any"},
            born="01/01/2021",
            care=[episode("01/06/2023")],
            Reviews=[review("01/01/2025", "PN7"), review("01/06/2024", "PN0")],
        ),
        child("under_four_no_review", {"C1": None}, age=3, care=[episode("01/06/2023")]),
        child(
            "left_care",
            {"C1": None, "C5": None},
            care=[episode("01/06/2020", dec="01/12/2024", rec="E4A")],
            Reviews=[review("01/06/2024", "PN1")],
        ),
        child("asked_for_worker", {"C5": "yes"}, SWEpisodes=[worker(1, "01/10/2024", reason="CHCHAN")]),
        child("asked_before", {"C5": "no"}, SWEpisodes=[worker(1, "31/03/2024", reason="CHCHAN")]),
        child("other_worker_change", {"C5": "no"}, SWEpisodes=[worker(1, "01/10/2024", reason="PCCHAN")]),
        child("asked_to_move", {"C5": "yes"}, care=moved("CHILD")),
        child("asked_to_move_before", {"C5": "no"}, care=moved("CHILD", day="31/03/2024")),
        child("asked_same_carer", {"C5": "no"}, care=moved("CHILD", rne="T")),
        child("moved_by_plan", {"C5": "no"}, care=moved("CARPL")),
        child(
            "asked_first_of_two",
            {"C5": "yes"},
            care=[
                episode("01/06/2020", dec="01/06/2024", rec="X1", reason="CHILD"),
                episode("01/06/2024", "P", dec="01/10/2024", rec="X1", reason="CREQB", post="AB1 1AB"),
                episode("01/10/2024", "P", post="AB1 1AC"),
            ],
        ),
    ]


def referral(day, decision="ACC", seen="", closed=""):
    return {"REFERRAL_DATE": day, "DECISION": decision, "FIRST_APPT_DATE": seen, "CLOSED_DATE": closed}


def d_health():
    checks = ("HEALTH_ASSESSMENT", "IMMUNISATIONS", "TEETH_CHECK", "HEALTH_CHECK")
    found = [
        child(
            f"checks{n}",
            {m: word for m in ("D1", "D2", "D3", "D4")},
            age=4,
            care=[episode("01/06/2022")],
            oc2={2025: dict.fromkeys(checks, cell)},
        )
        for n, (cell, word) in enumerate([("1", "yes"), ("0", "no"), ("", "not_recorded")])
    ]
    misuse = [
        ("0", "", "", "no"),
        ("1", "1", "", "yes_helped"),
        ("1", "0", "1", "yes_refused"),
        ("1", "0", "0", "yes_not_offered"),
        ("1", "0", "", "not_recorded"),
        ("1", "", "", "not_recorded"),
        ("", "1", "1", "not_recorded"),
        ("1", "", "1", "yes_refused"),
    ]
    found += [
        child(
            f"misuse{n}",
            {"D5": word, "D4": None},
            age=15,
            oc2={2025: {"SUBSTANCE_MISUSE": m, "INTERVENTION_RECEIVED": r, "INTERVENTION_OFFERED": o}},
        )
        for n, (m, r, o, word) in enumerate(misuse)
    ]
    # days from 1 June 2024: 29 June is 28, 30 June 29, 5 October 126, 6 October 127
    # days to 31 March 2025: from 3 March 28, from 2 March 29, from 25 November 126, from 24 November 127
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
        ([referral("01/06/2024", closed="01/06/2024")], "closed", None),
        ([referral("01/06/2024", seen="08/06/2024", closed="08/06/2024")], "seen", "seen_4_weeks"),
        ([referral("01/06/2024", closed="31/03/2025")], "closed", None),
        ([referral("01/06/2024", closed="01/04/2025")], "waiting", "waiting_over_18_weeks"),
        ([referral("01/06/2024", "WAIT", closed="08/06/2024")], "closed", None),
        ([referral("01/06/2024", "")], "not_known", None),
        ([referral("01/06/2024", seen="10/04/2025")], "waiting", "waiting_over_18_weeks"),
        ([referral("01/04/2024", "NOT"), referral("02/04/2024")], "not_accepted", None),
        ([referral("01/04/2024"), referral("01/04/2024", "NOT")], "not_accepted", None),
        (
            [referral("01/06/2024", seen="30/06/2024"), referral("01/06/2024", seen="10/06/2024")],
            "seen",
            "seen_18_weeks",
        ),
        ([referral("31/03/2024", "NOT"), referral("31/03/2025")], "waiting", "waiting_4_weeks"),
        (
            [referral("01/06/2024", "WAIT"), referral("01/06/2024", "NOT"), referral("01/06/2024", seen="09/06/2024")],
            "seen",
            "seen_4_weeks",
        ),
        (
            [referral("01/06/2024", ""), referral("01/06/2024", closed="01/07/2024"), referral("01/06/2024")],
            "closed",
            None,
        ),
        ([referral("01/02/2024", seen="20/05/2024")], None, "seen_18_weeks"),
        # still waiting when the year began
        ([referral("31/03/2024", seen="01/04/2024")], None, "seen_4_weeks"),
        ([referral("31/03/2024", "WAIT", closed="01/04/2024")], None, None),
        ([referral("01/04/2024", seen="01/04/2024")], "seen", "seen_4_weeks"),
        ([referral("31/03/2025", seen="31/03/2025")], "seen", "seen_4_weeks"),
        ([referral("01/04/2025", seen="01/04/2025")], None, None),
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
        child(
            "refer_left",
            {"D7": "seen", "D8": "seen_4_weeks"},
            care=[episode("01/06/2020", dec="02/04/2024", rec="E4A")],
            MentalHealth=once,
        ),
        child(
            "refer_left_before",
            {"D7": None, "D8": None},
            care=[episode("01/06/2020", dec="01/04/2024", rec="E4A")],
            MentalHealth=once,
        ),
        child("refer_leaver", {"D7": "seen", "D8": "seen_4_weeks"}, age=20, care=[], oc3=True, MentalHealth=once),
        child("refer_stranger", {"D7": None, "D8": None}, age=20, care=[], MentalHealth=once),
        child(
            "high_referred",
            {"D9": "yes"},
            oc2=score(None, None, 17),
            MentalHealth=[referral("01/02/2023", "NOT", closed="01/04/2023")],
        ),
        child(
            "high_long_ago",
            {"D9": "no"},
            oc2=score(None, None, 40),
            MentalHealth=[referral("01/02/2023", "NOT", closed="31/03/2023")],
        ),
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
        ([sdq("29/06/2024")], june, "first_28_days"),
        ([sdq("01/06/2024")], june, "first_28_days"),
        ([sdq("30/06/2024")], june, "later"),
        ([sdq("31/03/2025")], june, "later"),
        ([sdq("31/05/2024")], june, "none"),
        ([sdq("10/06/2024", "SELF"), sdq("10/06/2024", "TEACHER")], june, "none"),
        ([sdq("10/06/2024", points="", reason="SDQ2")], june, "none"),
        ([sdq("10/06/2024", points="41")], june, "none"),
        ([], june, "none"),
        ([sdq("10/06/2024"), sdq("10/06/2024", points="", reason="SDQ2")], june, "none"),
        ([sdq("31/05/2024"), sdq("01/02/2025")], june, "later"),
        ([sdq("10/06/2024"), sdq("01/02/2025")], june, "first_28_days"),
        ([sdq("10/04/2025")], [episode("20/03/2025")], "first_28_days"),
        ([sdq("10/04/2025")], [episode("10/03/2025")], "none"),
        ([sdq("10/06/2024")], [episode("01/06/2024", dec="30/06/2024", rec="E4A")], "first_28_days"),
        ([sdq("10/06/2024")], [episode("01/06/2024", dec="29/06/2024", rec="E4A")], None),
        # gone, but in care again 28 days on: the first start counts
        (
            [sdq("28/06/2024")],
            [episode("01/06/2024", dec="05/06/2024", rec="E4A"), episode("25/06/2024")],
            "first_28_days",
        ),
        ([sdq("10/06/2024")], LONG, None),
    ]
    found = [child(f"asked{n}", {"D10a": word}, SDQ=rows, care=care) for n, (rows, care, word) in enumerate(asked)]
    december = [
        episode("02/12/2024")
    ]  # the 20th working day after it is 2 January: 25 and 26 December and 1 January are none
    seen = [
        ([assessment("02/01/2025")], december, "in_time"),
        ([assessment("03/01/2025"), assessment("10/12/2024")], december, "in_time"),
        ([assessment("03/01/2025")], december, "late"),
        ([assessment("02/12/2024")], december, "in_time"),
        ([assessment("01/12/2024")], december, "none"),
        ([], december, "none"),
        ([assessment("10/12/2024", status="PLANNED")], december, "none"),
        ([assessment("10/12/2024", status="REFUSED"), assessment("16/01/2025")], december, "late"),
        ([assessment("10/12/2024", "HA")], december, "in_time"),
        ([assessment("10/12/2024", "RHA")], december, "none"),
        ([assessment("10/12/2024", "RHA"), assessment("11/12/2024", "HA")], december, "none"),
        ([assessment("01/11/2024", "RHA"), assessment("11/12/2024", "HEALTH ASSESSMENT")], december, "in_time"),
        ([assessment("10/12/2024", "DENTAL"), assessment("03/01/2025", "HA")], december, "late"),
        ([assessment("10/02/2025", "Initial Health Assessment"), assessment("10/12/2024", "RHA")], december, "late"),
        # from 20 March 2025: Good Friday is 18 April, so the 20th working day is 17 April
        ([assessment("17/04/2025")], [episode("20/03/2025")], "in_time"),
        ([assessment("22/04/2025")], [episode("20/03/2025")], "late"),
        ([assessment("22/04/2025")], [episode("21/03/2025")], "in_time"),
        ([assessment("24/04/2025")], [episode("24/03/2025")], "late"),
        ([assessment("01/06/2025")], [episode("24/03/2025")], "none"),
        ([assessment("10/12/2024")], LONG, None),
    ]
    found += [
        child(f"seen{n}", {"D10b": word}, HealthAssessment=rows, care=care) for n, (rows, care, word) in enumerate(seen)
    ]
    return found + [
        child("three_at_start", {"D10a": None, "D10b": "none"}, born="02/06/2020", care=june, SDQ=[sdq("10/06/2024")]),
        child("four_at_start", {"D10a": "first_28_days"}, born="01/06/2020", care=june, SDQ=[sdq("10/06/2024")]),
        child("seventeen_at_start", {"D10a": None}, born="01/06/2007", care=june, SDQ=[sdq("10/06/2024")]),
        child("sixteen_at_start", {"D10a": "first_28_days"}, born="02/06/2007", care=june, SDQ=[sdq("10/06/2024")]),
    ]


def e_carers():
    support = [
        ("DONE", "USED", "NONE", "in_time", "used", "neither"),
        ("TIME", "OFFERED", "USED", "still_time", "offered", "used"),
        ("LATE", "NONE", "OFFERED", "not", "neither", "offered"),
        ("NOT", "", "MANY", "not", "not_recorded", "not_recorded"),
        ("", "used", "used", "not_recorded", "used", "used"),
    ]

    def row(training, carer="", kid=""):
        return [{"CARER_TRAINING": training, "CARER_THERAPY": carer, "CHILD_THERAPY": kid}]

    found = [
        child(f"carer{n}", {"E1": a, "E2": b, "E3": c}, CarerSupport=row(training, carer, kid))
        for n, (training, carer, kid, a, b, c) in enumerate(support)
    ]
    found += [
        child(f"lives_{place}", {"E1": word}, care=[episode("01/06/2023", place=place)], CarerSupport=row("DONE"))
        for place, word in [
            ("U1", "in_time"),
            ("K1", "in_time"),
            ("K2", "in_time"),
            ("P1", None),
            ("A6", None),
            ("K3", None),
            ("T4", None),
        ]
    ]
    return found + [
        child("no_carer_row", {"E1": "not_recorded", "E2": "not_recorded", "E3": "not_recorded"}),
        child("carer_twice", {"E1": "not"}, CarerSupport=row("DONE") + row("LATE")),
        child(
            "short_stay",
            {"E1": "in_time"},
            CarerSupport=row("DONE"),
            care=[episode("01/06/2020", dec="20/03/2025", rec="X1"), episode("20/03/2025", "P", place="T2", post="")],
        ),
        child(
            "left_home",
            {"E1": None},
            CarerSupport=row("DONE"),
            care=[episode("01/06/2020", dec="20/03/2025", rec="E4A")],
        ),
    ]


def h_gave():
    calm, busy = [worker(1, "01/06/2020")], [worker(n, f"0{n}/06/2024", f"0{n + 1}/06/2024") for n in (1, 2, 3)]
    homes = [
        episode("01/06/2020", dec="01/05/2024", rec="X1"),
        episode("01/05/2024", "T", dec="01/06/2024", rec="X1", post="AB1 1AB"),
        episode("01/06/2024", "T", post="AB1 1AC"),
    ]
    strangers = [
        episode("01/06/2020", dec="01/05/2024", rec="X1"),
        episode("01/05/2024", "P", dec="01/06/2024", rec="X1", post="AB1 1AB"),
        episode("01/06/2024", "P", post="AB1 1AC"),
    ]
    return [
        child("calm", {"H1": "3"}, SWEpisodes=calm),
        child(
            "two_workers_back",
            {"H1": "3"},
            SWEpisodes=[
                worker(1, "01/06/2020", "01/06/2024"),
                worker(2, "01/06/2024", "01/07/2024"),
                worker(1, "01/07/2024"),
            ],
        ),
        child("three_workers", {"H1": "2"}, SWEpisodes=busy),
        child("moved_once", {"H1": "2"}, care=moved("CARPL"), SWEpisodes=calm),
        child("moved_a_year_ago", {"H1": "3"}, care=moved("CARPL", day="31/03/2024"), SWEpisodes=calm),
        child("moved_within_a_year", {"H1": "2"}, care=moved("CARPL", day="01/04/2024"), SWEpisodes=calm),
        child("three_homes_one_carer", {"H1": "2"}, care=homes, SWEpisodes=calm),
        child("three_homes", {"H1": "1"}, care=strangers, SWEpisodes=calm),
        child("three_of_all", {"H1": "0"}, care=strangers, SWEpisodes=busy),
        child("no_worker", {"H1": "none_recorded"}),
        child("worker_ended", {"H1": "none_recorded"}, SWEpisodes=[worker(1, "01/06/2020", "01/04/2024")]),
        child("five", {"H1": "3"}, age=5, care=[episode("01/06/2023")], SWEpisodes=calm),
        child("sixteen", {"H1": "3"}, age=16, SWEpisodes=calm),
        child("seventeen", {"H1": None}, age=17, SWEpisodes=calm),
        child("too_young", {"H1": None}, age=4, SWEpisodes=calm),
        child("new_in_care", {"H1": None}, care=[episode("01/06/2024")], SWEpisodes=calm),
    ]
