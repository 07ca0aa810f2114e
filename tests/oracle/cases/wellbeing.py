"""Cases of the families A and R and of C4: scores, surveys, relationships. None: not counted."""

from cases.child import child, episode, score


def a_scores():
    found = [
        child(
            f"sdq{n}",
            {"A1": f"SDQ{n}", "A2": None, "A3": None, "A4": None, "A6": None},
            oc2={2024: {"SDQ_SCORE": 9}, 2025: {"SDQ_REASON": f"SDQ{n}"}},
        )
        for n in (1, 2, 3, 4, 5)
    ]
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
        ((19, 17, 18), "17-40", "17-40_to_17-40", 1, "17-40_to_17-40", -1, "high_all_three"),
        ((18, 19, 17), "17-40", "17-40_to_17-40", -2, "17-40_to_17-40", -1, "high_all_three"),
        ((17, 16, 16), "14-16", "14-16_to_14-16", 0, "17-40_to_14-16", -1, "high_before"),
        ((16, 17, 16), "14-16", "17-40_to_14-16", -1, "14-16_to_14-16", 0, "high_before"),
        ((17, 18, 19), "17-40", "17-40_to_17-40", 1, "17-40_to_17-40", 2, "high_all_three"),
        ((None, 12, 12), "0-13", "0-13_to_0-13", 0, None, None, None),
        ((12, None, 12), "0-13", None, None, "0-13_to_0-13", 0, None),
        ((12, 41, 12), "0-13", None, None, "0-13_to_0-13", 0, None),
    ]
    found += [
        child(
            f"score{n}",
            {"A1": "received", "A2": a2, "A3": scores[2], "A4": a4, "A4m": a4m, "A5": a5, "A5m": a5m, "A6": a6},
            oc2=score(*scores),
        )
        for n, (scores, a2, a4, a4m, a5, a5m, a6) in enumerate(table)
    ]
    return found + [
        child("no_row", {"A1": "neither", "A2": None, "D1": "not_recorded"}),
        child("blank_row", {"A1": "neither"}, oc2={2025: {}}),
        child(
            "both_given",
            {"A1": "received", "A2": "17-40", "A3": 17},
            oc2={2025: {"SDQ_SCORE": 17, "SDQ_REASON": "SDQ2"}},
        ),
        child("too_high", {"A1": "neither", "A3": None}, oc2={2025: {"SDQ_SCORE": 41}}),
        child("not_whole", {"A1": "SDQ4"}, oc2={2025: {"SDQ_SCORE": "7.5", "SDQ_REASON": "SDQ4"}}),
        child(
            "aged_four", {"A1": None, "D4": "not_recorded"}, age=4, oc2=score(None, None, 3) | {2025: {"SDQ_SCORE": 3}}
        ),
        child("five_today", {"A1": "received", "A3": 40}, born="31/03/2020", oc2=score(None, None, 40)),
        child("seventeen", {"A1": None, "A2": None}, age=17, oc2=score(None, None, 9)),
        child("seventeen_tomorrow", {"A1": "received"}, born="01/04/2008", oc2=score(None, None, 9)),
        child("came_in_june", {"A1": None, "D1": None}, care=[episode("01/06/2024")], oc2=score(None, None, 9)),
        child("came_on_the_first", {"A1": "received"}, care=[episode("01/04/2024")], oc2=score(None, None, 9)),
        child(
            "left_today",
            {"A1": None, "D1": None},
            care=[episode("01/06/2020", dec="31/03/2025", rec="E4A")],
            oc2=score(None, None, 9),
        ),
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
    items = [
        ("3333333", "under_19.50", 1925),
        ("4333333", "19.50-27.50", 1998),
        ("5544444", "19.50-27.50", 2703),
        ("5554444", "over_27.50", 2813),
        ("1111111", "under_19.50", 700),
        ("5555555", "over_27.50", 3500),
        (("3", "3", "3", "3", "3", "3", ""), "not_answered", None),
        (("X", "3", "3", "3", "3", "3", "3"), "not_answered", None),
        ("XXXXXXX", "not_asked", None),
    ]
    codes = [
        ("YES", "YES", "YES", "yes", "yes", "yes"),
        ("SOME", "SOME", "SAME", "some", "some", "same"),
        ("NO", "NO", "NO", "no", "no", "no"),
        ("", "MAYBE", "SOME") + ("not_answered",) * 3,
        ("X", "X", "X") + ("not_asked",) * 3,
    ]
    found = []
    for kind, end in (("kid", ""), ("leaver", "L")):
        who = {"age": 15} if kind == "kid" else {"age": 19, "care": [], "oc3": True}
        for n, (cells, words) in enumerate(answers):
            expect = {f"{m}{end}": word for m, word in zip(("A7", "A8", "A9", "A10"), words, strict=True)}
            known = n < 4
            expect |= {
                f"{m}{end}m": cell if known else None for m, cell in zip(("A7", "A8", "A9", "A10"), cells, strict=True)
            }
            expect[f"A12{end}"] = "answered" if known else ("asked_no_answer" if n == 4 else "not_asked")
            found.append(child(f"{kind}_ons{n}", expect, Wellbeing=[ons(*cells)], **who))
        for n, (cells, word, amount) in enumerate(items):
            found.append(
                child(
                    f"{kind}_items{n}",
                    {f"A11{end}": word, f"A11{end}m": amount},
                    Wellbeing=[survey(items=cells)],
                    **who,
                )
            )
        for n, (adult, safe, better, a, b, c) in enumerate(codes):
            found.append(
                child(
                    f"{kind}_codes{n}",
                    {f"A13a{end}": a, f"A13b{end}": b, f"A13c{end}": c},
                    Wellbeing=[survey(TRUSTED_ADULT=adult, FEELS_SAFE=safe, BETTER=better)],
                    **who,
                )
            )
    return found + [
        child(
            "no_survey",
            {
                "A7": "not_asked",
                "A7m": None,
                "A11": "not_asked",
                "A12": "not_asked",
                "A13a": "not_asked",
                "C4": "not_asked",
                "R2a": "not_asked",
                "R3": "not_recorded",
                "R4": "not_asked",
            },
            age=15,
        ),
        child(
            "answered_before",
            {"A7": "0-4", "A7m": 3, "A8": "9-10"},
            age=12,
            Wellbeing=[ons("", 9, "X", "X", "01/12/2024"), ons(3, 2, "X", "X", "01/06/2024")],
        ),
        child("same_day", {"A7": "9-10"}, age=12, Wellbeing=[ons(1, 1, 1, 1), ons(9, 1, 1, 1)]),
        child(
            "other_year",
            {"A7": "not_asked", "A12": "not_asked"},
            age=12,
            Wellbeing=[ons(1, 1, 1, 1, "31/03/2024"), ons(1, 1, 1, 1, "01/04/2025")],
        ),
        child(
            "edges_of_year",
            {"A7": "5-6", "A8": "0-4"},
            age=12,
            Wellbeing=[ons("", 1, 1, 1, "31/03/2025"), ons(5, 2, 1, 1, "01/04/2024")],
        ),
        child(
            "items_in_two_rows",
            {"A11": "not_answered", "A11m": None, "A12": "answered"},
            age=16,
            Wellbeing=[survey("01/05/2024", items="333XXXX"), survey("01/06/2024", items="XXX3333")],
        ),
        child(
            "items_latest_full",
            {"A11m": 700},
            age=16,
            Wellbeing=[
                survey("01/05/2024", items="5555555"),
                survey("01/06/2024", items="1111111"),
                survey("01/07/2024", items="555555"),
            ],
        ),
        child(
            "aged_ten",
            {"A7": None, "A11": None, "A12": "answered", "A13c": "yes"},
            age=10,
            Wellbeing=[ons(5, 5, 5, 5) | {"BETTER": "YES"}],
        ),
        child(
            "aged_seven",
            {"A13b": "yes", "A13c": None, "C4": None},
            age=7,
            Wellbeing=[survey(BETTER="YES", INCLUDED="YES", FEELS_SAFE="YES")],
        ),
        child(
            "aged_three",
            {"A12": None, "A13a": None, "R2a": None, "R4": None},
            age=3,
            care=[episode("01/06/2023")],
            Wellbeing=[survey(TRUSTED_ADULT="YES", FRIEND="YES")],
        ),
        child(
            "eighteen_in_care",
            {"A7": None, "A7L": None, "A12": "answered", "A12L": None},
            age=18,
            oc3=True,
            Wellbeing=[ons(5, 5, 5, 5)],
        ),
        child("died", {"A7L": "5-6", "A12L": "answered"}, age=20, care=[], oc3="DIED", Wellbeing=[ons(5, 5, 5, 5)]),
        child("no_oc3", {"A7": None, "A7L": None, "A12L": None}, age=20, care=[], Wellbeing=[ons(5, 5, 5, 5)]),
        child(
            "left_at_sixteen",
            {"A7L": None, "R5L": None},
            age=16,
            oc3=True,
            care=[episode("01/06/2020", dec="01/12/2024", rec="E4A")],
            Wellbeing=[ons(5, 5, 5, 5)],
        ),
        child("siblings_only", {"A12": "not_asked", "R3": "some"}, Wellbeing=[survey(SIBLINGS_HOME="SOME")]),
        child(
            "own_and_sdq",
            {"A14": "both", "H2": "both", "D9": None},
            age=12,
            oc2=score(None, None, 16),
            Wellbeing=[ons(7, 1, 1, 1)],
        ),
        child("own_low", {"A14": "both", "H2": "one"}, age=12, oc2=score(None, None, 16), Wellbeing=[ons(6, 1, 1, 1)]),
        child("sdq_high", {"H2": "one"}, age=12, oc2=score(None, None, 17), Wellbeing=[ons(10, 1, 1, 1)]),
        child("neither_well", {"H2": "none"}, age=16, oc2=score(None, None, 40), Wellbeing=[ons(0, 1, 1, 1)]),
        child(
            "only_sdq",
            {"A14": "sdq_only", "H2": None},
            age=11,
            oc2=score(None, None, 16),
            Wellbeing=[ons("", "", "", "")],
        ),
        child(
            "only_own",
            {"A14": "own_only", "H2": None},
            age=16,
            oc2={2025: {"SDQ_REASON": "SDQ5"}},
            Wellbeing=[ons(7, 1, 1, 1)],
        ),
        child(
            "own_other_question",
            {"A14": "both", "H2": None},
            age=12,
            oc2=score(None, None, 3),
            Wellbeing=[survey(FRIEND="NO")],
        ),
        child("no_view_at_all", {"A14": "neither"}, age=12),
        child(
            "ten_with_both", {"A14": None, "H2": None}, age=10, oc2=score(None, None, 3), Wellbeing=[ons(7, 1, 1, 1)]
        ),
    ]


def a_ages():
    """The youngest and the oldest of each question."""
    said = ons(5, 5, 5, 5) | survey(
        items="5555555", TRUSTED_ADULT="YES", FEELS_SAFE="YES", BETTER="YES", AFTER_18="YES"
    )
    said |= {"FRIEND": "YES", "INCLUDED": "YES", "SEES_MOTHER": "RIGHT"}
    four = {m: "5-6" for m in ("A7", "A8", "A9", "A10")} | {"A10": "4-5"}
    of_leavers = {f"{m}L": word for m, word in four.items()} | {"A11L": "over_27.50", "A12L": "answered", "R5L": "yes"}
    of_leavers |= {"A13aL": "yes", "A13bL": "yes", "A13cL": "yes"}
    none = dict.fromkeys(four)
    yes = {"A12": "answered", "A13a": "yes", "A13b": "yes", "A13c": "yes", "C4": "yes", "R4": "yes", "R2a": "right"}
    short = [episode("01/06/2024")]
    return [
        child(
            "of_four",
            none | {"A13a": "yes", "A13b": "yes", "A13c": None, "C4": None, "R4": "yes"},
            age=4,
            care=short,
            Wellbeing=[said],
        ),
        child("of_eight", none | yes, age=8, Wellbeing=[said]),
        child("of_ten", none | yes | {"A11": None}, age=10, Wellbeing=[said]),
        child("of_eleven", four | yes | {"A11": None}, age=11, Wellbeing=[said]),
        child("of_fourteen", four | {"A11": None}, age=14, Wellbeing=[said]),
        child("of_fifteen", four | {"A11": "over_27.50", "R5": None}, age=15, Wellbeing=[said]),
        child("of_seventeen", four | yes | {"A11": "over_27.50", "R5": "yes", "A7L": None}, age=17, Wellbeing=[said]),
        child("of_eighteen", none | yes | {"A11": "over_27.50", "R5": "yes"}, age=18, Wellbeing=[said]),
        child(
            "left_in_the_year",
            of_leavers | {"A7": None},
            age=18,
            oc3=True,
            Wellbeing=[said],
            care=[episode("01/06/2020", dec="01/12/2024", rec="E17")],
        ),
        child(
            "anxious_three", {"A10": "2-3", "A7": "0-4", "A8": "5-6", "A9": "7-8"}, age=12, Wellbeing=[ons(0, 5, 7, 3)]
        ),
        child(
            "anxious_five", {"A10": "4-5", "A7": "7-8", "A8": "9-10", "A9": "5-6"}, age=12, Wellbeing=[ons(8, 10, 6, 5)]
        ),
        child("leaver_of_sixteen", dict.fromkeys(of_leavers), age=16, care=[], oc3=True, Wellbeing=[said]),
        child("leaver_of_seventeen", of_leavers, age=17, care=[], oc3=True, Wellbeing=[said]),
        child("leaver_of_25", of_leavers, age=25, care=[], oc3=True, Wellbeing=[said]),
        child("leaver_of_26", dict.fromkeys(of_leavers), age=26, care=[], oc3=True, Wellbeing=[said]),
        child(
            "h2_of_eleven", {"H2": "both", "A14": "both"}, age=11, oc2=score(None, None, 3), Wellbeing=[ons(7, 1, 1, 1)]
        ),
    ]


def r_relationships():
    sees = [
        ("RIGHT", "LITTLE", "MUCH", "right", "too_little", "too_much"),
        ("LITTLE", "MUCH", "NONE_OK", "too_little", "too_much", "content"),
        ("MUCH", "NONE_OK", "NONE_NOT", "too_much", "content", "not_content"),
        ("NONE_OK", "NONE_NOT", "", "content", "not_content", "not_answered"),
        ("NONE_NOT", "YES", "X", "not_content", "not_answered", "not_asked"),
        ("", "X", "RIGHT", "not_answered", "not_asked", "right"),
        ("X", "RIGHT", "LITTLE", "not_asked", "right", "too_little"),
    ]
    found = [
        child(
            f"sees{n}",
            {"R2a": a, "R2b": b, "R2c": c},
            Wellbeing=[survey(SEES_MOTHER=m, SEES_FATHER=f, SEES_SIBLINGS=s)],
        )
        for n, (m, f, s, a, b, c) in enumerate(sees)
    ]
    found += [
        child(f"home{n}", {"R3": word}, Wellbeing=[survey(SIBLINGS_HOME=cell)])
        for n, (cell, word) in enumerate(
            [
                ("ALL", "all"),
                ("SOME", "some"),
                ("NONE", "none"),
                ("X", None),
                ("", "not_recorded"),
                ("ONE", "not_recorded"),
            ]
        )
    ]
    for n, (cell, word) in enumerate(
        [("YES", "yes"), ("NO", "no"), ("", "not_answered"), ("SOME", "not_answered"), ("X", "not_asked")]
    ):
        row = survey(FRIEND=cell, AFTER_18=cell)
        found.append(child(f"friend{n}", {"R4": word, "R5": word}, age=16, Wellbeing=[row]))
        found.append(
            child(f"later{n}", {"R5L": word, "R5": None, "R4": None}, age=17, care=[], oc3=True, Wellbeing=[row])
        )
    for n, (cell, word) in enumerate(
        [("YES", "yes"), ("SOME", "some"), ("NO", "no"), ("", "not_answered"), ("X", "not_asked")]
    ):
        found.append(child(f"included{n}", {"C4": word}, age=8, Wellbeing=[survey(INCLUDED=cell)]))
    return found + [
        child(
            "home_known_before",
            {"R3": "all"},
            Wellbeing=[survey("01/03/2025", SIBLINGS_HOME=""), survey("01/06/2024", SIBLINGS_HOME="ALL")],
        ),
        child(
            "home_none_now",
            {"R3": None},
            Wellbeing=[survey("01/03/2025", SIBLINGS_HOME="X"), survey("01/06/2024", SIBLINGS_HOME="ALL")],
        ),
        child("fifteen", {"R5": None}, age=15, Wellbeing=[survey(AFTER_18="YES")]),
    ]
