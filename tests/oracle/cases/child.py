"""What a case is made of: a child, the episodes and the rows of one child, and a council.

Reporting year 2025: 1 April 2024 to 31 March 2025. `aged(9)` is a birthday on 1 June, so that the age is that of 31 March.
Unless a case says otherwise a child has been in care with foster carers since 1 June 2020.
"""

Y = 2025
EVERY = [(year, table) for year in (2023, 2024, 2025) for table in ("OC2", "OC3", "Reviews", "SWEpisodes")] + [
    (Y, t) for t in ("SDQ", "Wellbeing", "MentalHealth", "CarerSupport", "HealthAssessment")
]


def aged(years):
    return f"01/06/{Y - years - 1}"


def episode(decom, rne="S", place="U4", dec="", rec="", reason="", ls="C2", post="AB1 1AA"):
    return {
        "DECOM": decom,
        "RNE": rne,
        "LS": ls,
        "CIN": "N1",
        "PLACE": place,
        "PLACE_PROVIDER": "PR1",
        "DEC": dec,
        "REC": rec,
        "REASON_PLACE_CHANGE": reason,
        "PL_POST": post,
    }


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
    return {
        "round": Y,
        "returns": returns,
        "tables": [t for t in tables if t[0] in returns],
        "children": children,
        "without_columns": without_columns or {},
    }
