"""Tiny worlds with the numbers that the words of the measures give, worked out by hand, against run.py.

A case is a heading (`# what it shows`) and lines below it:

    round 2025                              the reporting year
    2024                                    a return without rows (Header and Episodes alone)
    2025 Episodes A 01/05/2024 S C2 ...     a row of a table of that return; `-` is a blank cell, the rest may be left out
    2025 Missing                            a table without rows
    postcode AB11CD 400000 300000 E07000001 E10000001
                                            a line of the postcode directory: easting, northing, district, county
    ons E10000001                           codes of the council's own area
    A B1 2 B5 none P3 -                     what child A must contribute; `-` is: nothing
    cell P1.age 10-15 children 1            what a cell must hold; 0 is: not written

Columns stand in the order of run.TABLES. Every case is a council of its own, so one run counts them all.
"""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

from run import HERE, TABLES


def main():
    files = sorted(HERE.glob("cases_*.txt"))
    cases = [case for file in files for case in read_cases(file)]
    families = ",".join(sorted({measure[0].upper() for case in cases for _, measure, _ in case["children"]}
                               | {table[0].upper() for case in cases for table, _, _, _ in case["cells"]}))
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        for number, case in enumerate(cases):
            write_world(scratch / "worlds" / f"{number:03}", case)
        subprocess.run(
            [sys.executable, str(HERE / "run.py"), "--worlds", str(scratch / "worlds"), "--families", families,
             "--out", str(scratch / "cells.csv"), "--children", str(scratch / "children.csv")], check=True)
        children = {(row["council"], row["child"], row["measure"]): row["category_or_amount"]
                    for row in rows_of(scratch / "children.csv")}
        cells = {(row["council"], row["table"], row["group"], row["category"]): row["value"]
                 for row in rows_of(scratch / "cells.csv")}
    wrong, asked = 0, 0
    for number, case in enumerate(cases):
        found = [(f"{child} {measure}", want, children.get((f"{number:03}", child, measure), "-"))
                 for child, measure, want in case["children"]]
        found += [(f"{table} {group} {category}", want, cells.get((f"{number:03}", table, group, category), "0"))
                  for table, group, category, want in case["cells"]]
        asked += len(found)
        for what, want, got in found:
            if want != got:
                wrong += 1
                print(f"{case['name']}: {what}: the words give {want}, counted {got}")
    print(f"{len(cases)} cases, {asked} values, {wrong} wrong")
    sys.exit(1 if wrong else 0)


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_cases(path):
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        words = line.split()
        if not words:
            continue
        if words[0] == "#":
            cases.append({"name": f"{path.name}:{number} {line[2:]}", "round": None, "tables": {}, "children": [],
                          "cells": [], "postcodes": [], "ons": []})
        elif words[0] == "round":
            cases[-1]["round"] = words[1]
        elif words[0] == "postcode":
            cases[-1]["postcodes"].append(["" if cell == "-" else cell for cell in words[1:]])
        elif words[0] == "ons":
            cases[-1]["ons"] += words[1:]
        elif words[0] == "cell":
            table, group, category, value = words[1:]
            cases[-1]["cells"].append((table, group, category, value))
        elif words[0].isdigit() and len(words[0]) == 4:
            year = cases[-1]["tables"].setdefault(words[0], {"Header": [], "Episodes": []})
            if len(words) > 1:
                rows = year.setdefault(words[1], [])
                if len(words) > 2:
                    rows.append(["" if cell == "-" else cell for cell in words[2:]])
        else:
            pairs = words[1:]
            if len(pairs) % 2:
                sys.exit(f"{path.name}:{number}: measures and categories must come in pairs")
            cases[-1]["children"] += [(words[0], pairs[i], pairs[i + 1]) for i in range(0, len(pairs), 2)]
    return cases


def write_world(folder, case):
    for year, tables in case["tables"].items():
        (folder / year).mkdir(parents=True, exist_ok=True)
        for table, rows in tables.items():
            columns = TABLES[table].split()
            with open(folder / year / f"{table}.csv", "w", newline="", encoding="utf-8") as file:
                out = csv.writer(file)
                out.writerow(columns)
                out.writerows(row + [""] * (len(columns) - len(row)) for row in rows)
    if case["postcodes"]:
        with open(folder / "postcodes.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["pcds", "oseast1m", "osnrth1m", "laua", "cty"], *case["postcodes"]])
        (folder / "ons.txt").write_text("\n".join(case["ons"]) + "\n", encoding="utf-8")
    (folder / "round.txt").write_text(case["round"] + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
