"""Counts the measures a second time, in SQL: see README.md beside this file.

The only thing done here is to find files, to set council, return year and line before each row, and to run the SQL.
"""

import argparse
import csv
import json
import re
import sys
import tempfile
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
FAMILIES = "ABCDEFGHPR"

# What is read of each table: domain 1.2 and docs/extracts.md. The name of a file is the name of its table.
TABLES = {
    "Header": "CHILD SEX DOB ETHNIC",
    "Episodes": "CHILD DECOM RNE LS CIN PLACE PLACE_PROVIDER DEC REC REASON_PLACE_CHANGE HOME_POST PL_POST URN",
    "Reviews": "CHILD REVIEW REVIEW_CODE",
    "UASC": "CHILD DUC",
    "OC2": "CHILD SDQ_SCORE SDQ_REASON CONVICTED HEALTH_CHECK IMMUNISATIONS TEETH_CHECK HEALTH_ASSESSMENT "
    "SUBSTANCE_MISUSE INTERVENTION_RECEIVED INTERVENTION_OFFERED",
    "OC3": "CHILD IN_TOUCH ACTIV ACCOM",
    "AD1": "CHILD",
    "PlacedAdoption": "CHILD",
    "PrevPerm": "CHILD",
    "Missing": "CHILD MISSING MIS_START MIS_END",
    "SWEpisodes": "CHILD SW_ID SW_DECOM SW_DEC SW_REASON",
    "DoLo": "CHILD",
    "SDQ": "CHILD SDQ_DATE INFORMANT SDQ_SCORE SDQ_REASON",
    "Wellbeing": "CHILD SURVEY_DATE ONS_SATISFIED ONS_WORTHWHILE ONS_HAPPY ONS_ANXIOUS SWEMWBS1 SWEMWBS2 SWEMWBS3 "
    "SWEMWBS4 SWEMWBS5 SWEMWBS6 SWEMWBS7 TRUSTED_ADULT FEELS_SAFE BETTER INCLUDED SEES_MOTHER SEES_FATHER "
    "SEES_SIBLINGS SIBLINGS_HOME FRIEND AFTER_18",
    "School": "CHILD SCHOOL SCHOOL_START SCHOOL_END MAIN_SCHOOL",
    "MentalHealth": "CHILD REFERRAL_DATE DECISION FIRST_APPT_DATE CLOSED_DATE",
    "CarerSupport": "CHILD CARER_TRAINING CARER_THERAPY CHILD_THERAPY",
    "LeaverSupport": "CHILD STAYING_CLOSE ADVISER TOLD_25 TOOK_25 PATHWAY_REVIEW MH_AT_18 MH_SERVICE",
    "AfterHome": "CHILD HOME_DATE HOME_PLAN",
    "HealthAssessment": "CHILD HEALTH_CHECK_TYPE HEALTH_CHECK_DATE HEALTH_CHECK_STATUS",
}
# What is read of a postcode directory (docs/postcodes.md): our name, and the names of the column, the first that stands.
DIRECTORY = {
    "postcode": "pcds|pcd|pcd7|pcd8",
    "easting": "oseast1m|east1m",
    "northing": "osnrth1m|north1m",
    "district": r"laua|oslaua|lad\d\dcd",
    "county": r"cty|oscty|cty\d\dcd",
}
NOT_READ = {"AD1", "PlacedAdoption", "PrevPerm", "DoLo"}
NAME_OF = {name.lower(): name for name in TABLES}


def main():
    options = arguments()
    began = time.monotonic()
    base = duckdb.connect(":memory:")
    base.execute("SET preserve_insertion_order = true")
    load(base, Path(options.worlds))
    loaded = time.monotonic()
    for step in steps(options.families):
        run_file(base, HERE / f"{step}.sql")
    refuse_two_answers(base)
    write(base, options)
    if options.json_counts:
        counts = {name: base.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                  for name in ("rounds", "person", "episode", "answer", "cell")}
        counts["seconds_to_load"] = round(loaded - began, 3)
        counts["seconds"] = round(time.monotonic() - began, 3)
        print(json.dumps(counts))


def steps(families):
    """Names of the SQL files for these families, in the order in which they run."""
    return ["10_returns", "15_extracts", "20_care", "30_people", "40_asked", *families.lower(), "90_cells"]


def arguments():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--worlds", required=True, help="folder with one folder for each council")
    words.add_argument("--out", required=True, help="CSV of cells to write")
    words.add_argument("--children", help="CSV of what each child contributes, for finding differences")
    words.add_argument("--families", default=",".join(FAMILIES), help="letters with commas between, such as A,B")
    words.add_argument("--json-counts", action="store_true", help="print counts and seconds as JSON")
    options = words.parse_args()
    letters = "".join(options.families.upper().split(","))
    for letter in letters:
        if letter not in FAMILIES:
            words.error(f"no family {letter}: the families are {','.join(FAMILIES)}")
    options.families = "".join(sorted(letters))
    return options


def load(base, worlds):
    """Every table of every council as text, in raw_<table>; `rounds` and `supplied` from folders and file names."""
    base.execute("CREATE TABLE rounds (council VARCHAR, year INTEGER)")
    base.execute("CREATE TABLE supplied (council VARCHAR, year INTEGER, tbl VARCHAR)")
    rounds, supplied, files, directories = [], [], {name: [] for name in TABLES}, []
    for folder in sorted(path for path in worlds.iterdir() if path.is_dir()):
        council, year = folder.name, year_of(folder / "round.txt")
        rounds.append((council, year))
        if (folder / "postcodes.csv").exists():
            directories.append((council, folder))
        for one_year in sorted(path for path in folder.iterdir() if path.is_dir()):
            if not one_year.name.isdigit():
                sys.exit(f"{one_year}: the folder of a return is named by its year")
            if int(one_year.name) > year:
                continue  # Detail 3
            for path in sorted(one_year.glob("*.[cC][sS][vV]")):
                name = NAME_OF.get(path.stem.lower())
                if name is None:
                    sys.exit(f"{path}: no table of that name; the tables are {', '.join(TABLES)}")
                supplied.append((council, int(one_year.name), name))
                files[name].append((council, int(one_year.name), path))
    if not rounds:
        sys.exit(f"{worlds}: no folder of a council in it")
    base.execute("BEGIN")
    base.executemany("INSERT INTO rounds VALUES (?, ?)", rounds)
    if supplied:
        base.executemany("INSERT INTO supplied VALUES (?, ?, ?)", supplied)
    base.execute("COMMIT")
    for name in TABLES:
        if name not in NOT_READ:
            load_table(base, name, files[name])
    load_directories(base, directories)


def year_of(path):
    try:
        return int(path.read_text(encoding="utf-8-sig").strip())
    except (OSError, ValueError) as error:
        sys.exit(f"{path}: must hold the reporting year: {error}")


def load_directories(base, folders):
    """Where postcodes lie, as text, in raw_postcode; the codes of the authority's own area, one on a line, in own_area."""
    base.execute("CREATE TABLE own_area (council VARCHAR, code VARCHAR)")
    base.execute(f"CREATE TABLE raw_postcode (council VARCHAR, {', '.join(f'{name} VARCHAR' for name in DIRECTORY)})")
    with tempfile.TemporaryDirectory() as scratch:
        joined = Path(scratch) / "postcodes.csv"
        with open(joined, "w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for council, folder in folders:
                for code in (folder / "ons.txt").read_text(encoding="utf-8").split():
                    base.execute("INSERT INTO own_area VALUES (?, ?)", [council, code])
                out.writerows([council, *row] for row in directory_rows(folder / "postcodes.csv"))
        base.execute("INSERT INTO raw_postcode SELECT * FROM read_csv(?, auto_detect = false, header = false, delim = ',', "
                     "quote = '\"', escape = '\"', all_varchar = true, columns = "
                     + json.dumps({name: "VARCHAR" for name in ("council", *DIRECTORY)}).replace('"', "'") + ")",
                     [str(joined)])


def directory_rows(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file)
        first = [cell.strip().lower() for cell in next(rows, [])]
        places = []
        for name, pattern in DIRECTORY.items():
            place = [at for way in pattern.split("|") for at, cell in enumerate(first) if re.fullmatch(way, cell)]
            if not place and name != "county":
                sys.exit(f"{path}: the first line has no column for the {name}")
            places.append(place[0] if place else None)
        for row in rows:
            if row:
                yield ["" if place is None else row[place] for place in places]


def load_table(base, name, files):
    """Files with the same first line become one; a row keeps its council, return year and line."""
    columns = TABLES[name].split()
    listed = ", ".join(f'"{column.lower()}" VARCHAR' for column in columns)
    base.execute(f"CREATE TABLE raw_{name.lower()} (council VARCHAR, year INTEGER, line INTEGER, "
                 f"{listed}, columns_given VARCHAR[])")
    with tempfile.TemporaryDirectory() as scratch:
        joined = {}
        try:
            for council, year, path in files:
                text = path.read_text(encoding="utf-8-sig").splitlines()
                first = tuple(cell.strip().upper() for cell in next(csv.reader(text[:1]), []))
                if "CHILD" not in first:
                    sys.exit(f"{path}: the first line has no column CHILD")
                if first not in joined:
                    joined[first] = open(Path(scratch) / f"{len(joined)}.csv", "w", encoding="utf-8", newline="\n")
                quoted = '"' + council.replace('"', '""') + '"'
                joined[first].writelines(
                    f"{quoted},{year},{line},{row}\n" for line, row in enumerate(text[1:], start=2) if row.strip())
        finally:
            for file in joined.values():
                file.close()
        for first, file in joined.items():
            try:
                insert_joined(base, name, columns, first, file.name)
            except duckdb.Error as error:
                sys.exit(f"{name}.csv with the first line {','.join(first)}: {error}")


def insert_joined(base, name, columns, first, path):
    types = {"council": "VARCHAR", "year": "INTEGER", "line": "INTEGER"}
    types.update({f"c{i}": "VARCHAR" for i in range(len(first))})
    cells = ", ".join(f"c{first.index(column)}" if column in first else "NULL" for column in columns)
    base.execute(
        f"INSERT INTO raw_{name.lower()} SELECT council, year, line, {cells}, ?::VARCHAR[] FROM read_csv(?, "
        "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', columns = "
        + json.dumps(types).replace('"', "'") + ")",
        [list(first), path])


def run_file(base, path):
    try:
        base.execute(path.read_text(encoding="utf-8"))
    except (duckdb.Error, OSError) as error:
        sys.exit(f"{path.name}: {error}")


def refuse_two_answers(base):
    twice = base.execute(
        "SELECT measure, count(*) FROM (SELECT council, child, measure FROM answer GROUP BY ALL HAVING count(*) > 1) "
        "GROUP BY measure ORDER BY measure").fetchall()
    unnamed = base.execute("SELECT DISTINCT measure FROM answer WHERE measure NOT IN (SELECT id FROM measure)").fetchall()
    neither = base.execute(
        "SELECT DISTINCT measure FROM answer WHERE (category IS NULL) = (amount IS NULL)").fetchall()
    if twice or unnamed or neither:
        sys.exit(f"more than one answer of a child: {twice}; not in table measure: {unnamed}; "
                 f"not either category or amount: {neither}")


def write(base, options):
    copy_out(base, options.out,
             'SELECT council, table_id AS "table", in_group AS "group", category, value FROM cell '
             "ORDER BY council, table_id, in_group, category")
    if options.children:
        copy_out(base, options.children,
                 "SELECT council, child, measure, coalesce(category, CAST(amount AS VARCHAR)) AS category_or_amount "
                 "FROM counted ORDER BY council, child, measure")


def copy_out(base, path, query):
    base.execute(f"COPY ({query}) TO '{str(path).replace(chr(39), chr(39) * 2)}' (HEADER, DELIMITER ',')")


if __name__ == "__main__":
    main()
