"""Councils by hand: those that supply everything, and those that lack a table, a year or a column."""

from cases.child import Y, child, council, episode, score
from cases.services import c_voice, d_health, d_starts, e_carers, h_gave
from cases.wellbeing import a_ages, a_scores, a_surveys, r_relationships, survey

NOT_SUPPLIED = "table_not_supplied"
SURVEYED = ("A7", "A8", "A9", "A10", "A12", "A13a", "A13b", "A13c", "R2a", "R2b", "R2c", "R3", "R4", "C4")
LEAVERS = ("A7L", "A8L", "A9L", "A10L", "A11L", "A12L", "A13aL", "A13bL", "A13cL", "R5L")


def all_of(measures, value):
    return dict.fromkeys(measures, value)


BARE = [
    child(
        "b12",
        all_of(
            SURVEYED
            + (
                "A1",
                "A2",
                "A4",
                "A5",
                "A6",
                "A14",
                "C1",
                "C2",
                "C5",
                "D1",
                "D2",
                "D3",
                "D5",
                "D7",
                "D8",
                "D9",
                "E1",
                "E2",
                "E3",
                "H1",
                "H2",
            ),
            NOT_SUPPLIED,
        )
        | all_of(("A3", "A4m", "A5m", "A7m", "A11m", "A11", "D4", "D10a", "D10b", "R5"), None),
        age=12,
    ),
    child("b16", {"A11": NOT_SUPPLIED, "R5": NOT_SUPPLIED, "A14": NOT_SUPPLIED, "A11m": None}, age=16),
    child(
        "b4",
        {"D4": NOT_SUPPLIED, "A1": None, "C1": NOT_SUPPLIED, "C2": NOT_SUPPLIED, "A13c": None},
        age=4,
        care=[episode("01/06/2022")],
    ),
    child("b3", {"C1": None, "C2": None, "R3": NOT_SUPPLIED, "D1": NOT_SUPPLIED}, age=3, care=[episode("01/06/2022")]),
    child("b_start", {"D10a": NOT_SUPPLIED, "D10b": NOT_SUPPLIED, "A1": None}, care=[episode("01/06/2024")]),
    child(
        "b_short",
        {
            "D10a": None,
            "C1": None,
            "C2": None,
            "C5": None,
            "A12": None,
            "E1": None,
            "D10b": NOT_SUPPLIED,
            "D7": NOT_SUPPLIED,
        },
        care=[episode("01/06/2024", dec="20/06/2024", rec="E4A")],
    ),
    child("b_leaver", all_of(LEAVERS + ("D7", "D8"), NOT_SUPPLIED), age=19, care=[], oc3=True),
    child("b_home", {"E1": None}, care=[episode("01/06/2020", place="P1")]),
]
NO_FORMER = [
    child(
        "n_score",
        {
            "A2": "17-40",
            "A4": "not_enough_years",
            "A4m": None,
            "A5": "not_enough_years",
            "A6": "not_enough_years",
            "D9": NOT_SUPPLIED,
            "A14": None,
        },
        oc2=score(None, None, 17),
    ),
    child("n_low", {"D9": None, "H2": NOT_SUPPLIED, "A14": NOT_SUPPLIED}, age=12, oc2=score(None, None, 3)),
    child(
        "n_none",
        {"A4": None, "A5": None, "A6": None, "H2": None, "A14": NOT_SUPPLIED, "D9": None},
        age=12,
        oc2={2025: {"SDQ_REASON": "SDQ2"}},
    ),
]
NO_FORMER_OC2 = [
    child("g_score", {"A4": NOT_SUPPLIED, "A5": NOT_SUPPLIED, "A6": NOT_SUPPLIED}, oc2=score(None, None, 17))
]
NO_2024 = [
    child(
        "m_score",
        {"A4": "not_enough_years", "A5": "17-40_to_0-13", "A5m": -9, "A6": "not_enough_years"},
        oc2=score(20, None, 11),
    ),
    child("m_now", {"A4": "not_enough_years", "A5": None, "A6": "not_enough_years"}, oc2=score(None, None, 11)),
]
OC2_2023_LACKS = [
    child("l_score", {"A4": "17-40_to_17-40", "A5": NOT_SUPPLIED, "A6": NOT_SUPPLIED}, oc2=score(None, 20, 20))
]
FEW_QUESTIONS = [
    child(
        "few",
        {
            "A7": "0-4",
            "A8": "not_asked",
            "A11": "not_answered",
            "A13a": "not_asked",
            "R3": "not_recorded",
            "R4": "not_answered",
            "A12": "answered",
        },
        age=16,
        Wellbeing=[survey(items=["3"] * 6, ONS_SATISFIED=2, FRIEND="")],
    ),
    child("few_x", {"A12": "not_asked", "A11": "not_asked"}, age=16, Wellbeing=[survey()]),
]

COUNCILS = {
    "scores": council(a_scores()),
    "surveys": council(a_surveys() + a_ages() + r_relationships()),
    "voice": council(c_voice()),
    "health": council(d_health() + d_starts()),
    "carers": council(e_carers() + h_gave()),
    "bare": council(BARE, returns=(2023, 2024, 2025), tables=[(Y, "OC3")]),
    "new": council(NO_FORMER, returns=(2025,), tables=[(Y, "OC2"), (Y, "OC3")]),
    "former_oc2": council(NO_FORMER_OC2, tables=[(Y, "OC2")]),
    "without_2024": council(NO_2024, returns=(2023, 2025)),
    "without_oc2_2023": council(OC2_2023_LACKS, tables=[(2024, "OC2"), (2025, "OC2")]),
    "few": council(
        FEW_QUESTIONS,
        without_columns={
            "Wellbeing": (
                "ONS_WORTHWHILE",
                "SWEMWBS7",
                "TRUSTED_ADULT",
                "FEELS_SAFE",
                "BETTER",
                "INCLUDED",
                "SIBLINGS_HOME",
                "SEES_MOTHER",
            )
        },
    ),
}
