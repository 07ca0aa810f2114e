"""Tiny worlds by hand for the families A, C, D, E, H and R: what each child must contribute, and where it stands in the
breakdowns, is written in the folder cases from the words of the measures, and compared with what run.py says. Every
category of every measure of these families is expected at least once.

    python tests/oracle/selfcheck_families.py
"""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
from cases.bank_holidays import BANK_HOLIDAYS
from cases.categories import CATEGORIES
from cases.councils import COUNCILS
from cases.moments import GROUPS, MOMENTS

HERE = Path(__file__).resolve().parent
COLUMNS = {
    "Header": "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB",
    "Episodes": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN",
    "Reviews": "CHILD,DOB,REVIEW,REVIEW_CODE",
    "OC2": "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT,"
    "SUBSTANCE_MISUSE,INTERVENTION_RECEIVED,INTERVENTION_OFFERED",
    "OC3": "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM",
    "SWEpisodes": "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON",
    "SDQ": "CHILD,SDQ_DATE,INFORMANT,SDQ_SCORE,SDQ_REASON",
    "UASC": "CHILD,DOB,DUC",
    "Wellbeing": "CHILD,SURVEY_DATE,ONS_SATISFIED,ONS_WORTHWHILE,ONS_HAPPY,ONS_ANXIOUS,SWEMWBS1,SWEMWBS2,SWEMWBS3,"
    "SWEMWBS4,SWEMWBS5,SWEMWBS6,SWEMWBS7,TRUSTED_ADULT,FEELS_SAFE,BETTER,INCLUDED,SEES_MOTHER,SEES_FATHER,"
    "SEES_SIBLINGS,SIBLINGS_HOME,FRIEND,AFTER_18",
    "MentalHealth": "CHILD,REFERRAL_DATE,DECISION,FIRST_APPT_DATE,CLOSED_DATE",
    "CarerSupport": "CHILD,CARER_TRAINING,CARER_THERAPY,CHILD_THERAPY",
    "HealthAssessment": "CHILD,HEALTH_CHECK_TYPE,HEALTH_CHECK_DATE,HEALTH_CHECK_STATUS",
}
# A survey's cell that a case does not name was not asked.
UNNAMED = {"Wellbeing": "X"}


def main():
    given, cells = run({**COUNCILS, **MOMENTS})
    faults = faults_of_children(given) + faults_of_groups(cells) + faults_of_holidays()
    n_expected = sum(len(child["expect"]) for council in COUNCILS.values() for child in council["children"])
    n_groups = sum(len(measures) * len(groups) for _, measures, groups in GROUPS)
    print(f"{n_expected} values of children and {n_groups} groups expected, {len(faults)} faults")
    sys.exit("\n".join(faults) if faults else 0)


def run(councils):
    """What run.py says: of (council, child, measure) the category or amount; of (council, table) the groups with a cell."""
    with tempfile.TemporaryDirectory() as scratch:
        worlds, out, children = Path(scratch) / "worlds", Path(scratch) / "cells.csv", Path(scratch) / "children.csv"
        for name, council in councils.items():
            lay_out(worlds / name, council)
        command = [sys.executable, HERE / "run.py", "--worlds", worlds, "--out", out, "--children", children]
        subprocess.run([*command, "--families", "A,C,D,E,H,R"], check=True)
        given, cells = {}, {}
        with open(children, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                given[row["council"], row["child"], row["measure"]] = row["category_or_amount"]
        with open(out, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                cells.setdefault((row["council"], row["table"]), set()).add(row["group"])
    return given, cells


def faults_of_children(given):
    faults, expected_categories = [], set()
    for name, council in COUNCILS.items():
        for child in council["children"]:
            for measure, expected in child["expect"].items():
                got = given.get((name, child["id"].upper(), measure))
                expected_categories.add((measure, expected))
                if got != (None if expected is None else str(expected)):
                    faults.append(f"{name}, {child['id']}, {measure}: expected {expected}, got {got}")
    return faults + [
        f"{measure}: {category} is expected nowhere"
        for measure, categories in CATEGORIES.items()
        for category in categories
        if (measure, category) not in expected_categories
    ]


def faults_of_groups(cells):
    faults = []
    for name, measures, groups in GROUPS:
        for measure in measures:
            for breakdown, expected in {"total": "total", **groups}.items():
                got = cells.get((name, f"{measure}.{breakdown}"), set())
                if got != ({expected} if expected else set()):
                    faults.append(f"{name}, {measure}.{breakdown}: expected {expected}, got {sorted(got)}")
    return faults


def faults_of_holidays():
    """The part of 15_extracts.sql that computes them needs no other table."""
    sql = (HERE / "15_extracts.sql").read_text(encoding="utf-8")
    base = duckdb.connect(":memory:")
    base.execute(sql[sql.index("-- Easter Sunday") :])
    computed = {year: [] for year in BANK_HOLIDAYS}
    for (day,) in base.execute("SELECT day FROM ex_bank_holiday WHERE isodow(day) <= 5 ORDER BY day").fetchall():
        if day.year in computed:
            computed[day.year].append(f"{day:%m%d}")
    return [
        f"bank holidays of {year}: expected {expected}, got {' '.join(computed[year])}"
        for year, expected in BANK_HOLIDAYS.items()
        if computed[year] != expected.split()
    ]


def lay_out(folder, council):
    """Writes a council's tables; a row is a dictionary by column, and CHILD and DOB are filled in."""
    year = council["round"]
    folder.mkdir(parents=True)
    (folder / "round.txt").write_text(f"{year}\n", encoding="utf-8")
    rows = {}
    for return_year in council["returns"]:
        rows[return_year, "Header"], rows[return_year, "Episodes"] = [], []
    for return_year, table in council["tables"]:
        rows[return_year, table] = []
    for child in council["children"]:
        for return_year in council["returns"]:
            rows[return_year, "Header"].append(
                {"CHILD": child["id"], "SEX": "F", "DOB": child["born"], "ETHNIC": "WBRI", "UPN": "UN1"}
            )
            rows[return_year, "Episodes"] += [
                {"CHILD": child["id"], **episode} for episode in child["care"] if touches(episode, return_year)
            ]
        for (return_year, table), given in child["rows"].items():
            if (return_year, table) in rows:
                rows[return_year, table] += [{"CHILD": child["id"], "DOB": child["born"], **row} for row in given]
    for (return_year, table), given in rows.items():
        columns = [c for c in COLUMNS[table].split(",") if c not in council["without_columns"].get(table, ())]
        path = folder / str(return_year) / f"{table}.csv"
        path.parent.mkdir(exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval=UNNAMED.get(table, ""), extrasaction="ignore")
            writer.writeheader()
            writer.writerows(given)


def touches(episode, return_year):
    """Whether a return of that year would hold the episode; an end after its 31 March is then not yet known to it."""

    def number(day):
        return int(day[6:] + day[3:5] + day[:2])

    return number(episode["DECOM"]) <= return_year * 10000 + 331 and (
        not episode.get("DEC") or number(episode["DEC"]) >= (return_year - 1) * 10000 + 401
    )


if __name__ == "__main__":
    main()
