"""Where a child stands in a breakdown (Q6, details 17, 19, 23): one child to a council, so that each cell names its groups.

Each child's groups differ between 1 April, the start, the last day in care and 31 March.
"""

from cases.child import EVERY, Y, child, council, episode, score
from cases.services import assessment, referral, review, sdq, worker
from cases.wellbeing import survey

TABLES = [*EVERY, (Y, "UASC")]
SURVEY = survey(
    items="3333333",
    **dict.fromkeys(("ONS_SATISFIED", "ONS_WORTHWHILE", "ONS_HAPPY", "ONS_ANXIOUS"), 5),
    **dict.fromkeys(("TRUSTED_ADULT", "FEELS_SAFE", "BETTER", "INCLUDED", "FRIEND", "AFTER_18"), "YES"),
    **dict.fromkeys(("SEES_MOTHER", "SEES_FATHER", "SEES_SIBLINGS"), "RIGHT"),
    SIBLINGS_HOME="ALL",
)
MOVED_IN_DECEMBER = [
    episode("01/06/2020", dec="01/12/2024", rec="X1", reason="CHILD"),
    episode("01/12/2024", "P", place="K2", ls="V2"),
]
# 15 on 1 April, 16 on 31 March; seeking asylum until September
AT_THE_END = child(
    "at_the_end", {}, born="01/10/2008", care=MOVED_IN_DECEMBER, oc2=score(20, 20, 20), Wellbeing=[SURVEY],
    Reviews=[review("01/06/2024", "PN1")], SWEpisodes=[worker(1, "01/06/2020")], UASC=[{"DUC": "01/09/2024"}],
    MentalHealth=[referral("01/06/2024", seen="01/07/2024")], CarerSupport=[{"CARER_TRAINING": "DONE"}],
)  # fmt: skip
# under 1 on 1 April, 1 on 31 March: D4
YOUNG = child(
    "young", {}, born="02/04/2023",
    care=[episode("03/04/2023", dec="01/12/2024", rec="X1"), episode("01/12/2024", "P", place="K2", ls="V2")],
)  # fmt: skip
AT_THE_START = child(
    "at_the_start", {}, born="01/10/2008", SDQ=[sdq("10/06/2024")], HealthAssessment=[assessment("10/06/2024")],
    care=[episode("01/06/2024", dec="01/12/2024", rec="X1"), episode("01/12/2024", "P", place="K2", ls="V2")],
    UASC=[{"DUC": "01/09/2024"}],
)  # fmt: skip
# the last day in care is 31 July, the day before the status ended
LEFT = child(
    "left", {}, born="01/10/2008", MentalHealth=[referral("01/06/2024", seen="01/07/2024")], UASC=[{"DUC": "01/08/2024"}],
    care=[episode("01/06/2020", dec="01/06/2024", rec="X1"), episode("01/06/2024", "P", place="K2", dec="01/08/2024", rec="E4A")],
)  # fmt: skip
# 18 on 1 April, 19 on 31 March
LEAVER = child(
    "leaver", {}, born="01/10/2005", care=[], oc3=True, Wellbeing=[SURVEY], UASC=[{"DUC": "01/10/2023"}],
    MentalHealth=[referral("01/06/2024", seen="01/07/2024")],
)  # fmt: skip
# 17 on 1 April, left on the 18th birthday
LEFT_AT_18 = child(
    "left_at_18", {}, born="01/10/2006", oc3=True, Wellbeing=[SURVEY],
    care=[episode("01/06/2020", place="K2", dec="01/10/2024", rec="E17")],
)  # fmt: skip

MOMENTS = {
    f"moment_{one['id']}": council([one], tables=TABLES)
    for one in (AT_THE_END, YOUNG, AT_THE_START, LEFT, LEAVER, LEFT_AT_18)
}

ONS = ("A7", "A8", "A9", "A10", "A11")
AT_LAST = {
    "age": "16-17",
    "placement": "homes",
    "legal_status": "voluntary",
    "uasc": "not_uasc",
    "time_in_care": "2-5_years",
}
AT_START = {
    "age": "10-15", "placement": "foster_other", "legal_status": "care_order", "uasc": "uasc", "time_in_care": "under_6_months",
}  # fmt: skip
ON_LEAVING = {
    "age": "10-15",
    "placement": "homes",
    "legal_status": "care_order",
    "uasc": "uasc",
    "time_in_care": "2-5_years",
}
AFTER_CARE = {"age": "19-21", "placement": None, "legal_status": None, "uasc": "uasc", "time_in_care": None}

# council, measures, and the group of each breakdown; None: no cell
GROUPS = [
    (
        "moment_at_the_end",
        [
            "A1", "A2", "A3", "A4", "A4m", "A5", "A5m", "A6", *ONS, *(f"{m}m" for m in ONS), "A12", "A13a", "A13b", "A13c", "A14",
            "C1", "C2", "C4", "C5", "D1", "D2", "D3", "D5", "D7", "D8", "D9", "E1", "E2", "E3", "H1", "H2",
            "R2a", "R2b", "R2c", "R3", "R4", "R5",
        ],
        AT_LAST,
    ),
    ("moment_young", ["D4"], {"age": "1-4", "placement": "homes"}),
    ("moment_at_the_start", ["D10a", "D10b"], AT_START),
    ("moment_left", ["D7", "D8"], ON_LEAVING),
    (
        "moment_leaver",
        [*(f"{m}L" for m in ONS), *(f"{m}Lm" for m in ONS), "A12L", "A13aL", "A13bL", "A13cL", "R5L"],
        AFTER_CARE,
    ),
    ("moment_left_at_18", ["A7L", "A11L", "A12L", "A13aL", "R5L"], {"age": "17-18", "placement": None, "uasc": "not_uasc"}),
]  # fmt: skip
