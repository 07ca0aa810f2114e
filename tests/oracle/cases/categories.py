"""Every category of every measure of the families A, C, D, E, H and R, in the words of the measures."""

NOT_SUPPLIED = "table_not_supplied"
TNS, NYE, SILENT = [NOT_SUPPLIED], ["not_enough_years"], ["not_answered", "not_asked", NOT_SUPPLIED]
BANDS = ("0-13", "14-16", "17-40")
CHANGES = [f"{then}_to_{now}" for then in BANDS for now in BANDS] + NYE + TNS
# Every category of every measure of these families, in the words of the measures.
CATEGORIES = {
    "A1": ["received", "SDQ1", "SDQ2", "SDQ3", "SDQ4", "SDQ5", "neither", *TNS],
    "A2": [*BANDS, *TNS],
    "A4": CHANGES,
    "A5": CHANGES,
    "A6": ["high_all_three", "high_now", "high_before", "never_high", *NYE, *TNS],
    "A14": ["both", "sdq_only", "own_only", "neither", *TNS],
    "H2": ["both", "one", "none", *TNS],
    "H1": ["0", "1", "2", "3", "none_recorded", *TNS],
    "R3": ["all", "some", "none", "not_recorded", *TNS],
    "C1": [*(f"PN{n}" for n in range(8)), "no_review", *TNS],
    "C2": ["any", "none", *TNS],
    "C4": ["yes", "some", "no", *SILENT],
    "C5": ["yes", "no", *TNS],
    "D5": ["no", "yes_helped", "yes_refused", "yes_not_offered", "not_recorded", *TNS],
    "D7": ["seen", "waiting", "not_accepted", "closed", "not_decided", "not_known", *TNS],
    "D8": [f"{state}_{band}" for state in ("seen", "waiting") for band in ("4_weeks", "18_weeks", "over_18_weeks")]
    + TNS,
    "D9": ["yes", "no", *TNS],
    "D10a": ["first_28_days", "later", "none", *TNS],
    "D10b": ["in_time", "late", "none", *TNS],
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
