"""Random worlds full of contradictions, seeded, for two questions: does every cell add up, and how long does it take?

    python tests/oracle/stress.py --councils 20 --seed 1 [--keep FOLDER]

The children are not like children; the files only have the right columns and codes, in every order that a repair must
stand. That the numbers are right is shown elsewhere: by hand in selfcheck.py, and against the agent.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from run import HERE, TABLES

PLACES = "U1 U2 U3 U4 U4 U5 U6 U6 U6 A3 A4 A5 A6 K1 K2 K2 K3 P1 R1 R5 S1 T0 T1 T3 T4 Z1".split()
REASONS = "CARPL CLOSE ALLEG STAND APPRR CREQB CREQO CHILD LAREQ PLACE CUSTOD OTHER".split() + ["", ""]
EXITS = "E11 E12 E2 E3 E4A E4A E4B E4B E13 E41 E45 E5 E6 E7 E8 E9 E17".split()
ETHNIC = "WBRI WIRI MWBC AIND CHNE BAFR OOTH REFU NOBT".split()
# Whose cells must add up to the total; the others leave children out who have no such group.
FULL = {"sex", "age", "ethnicity", "placement", "uasc"}


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--councils", type=int, default=20)
    words.add_argument("--children", type=int, default=165, help="mean for each council")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--families", default="B,F,G,P")
    words.add_argument("--keep", help="folder in which the worlds stay")
    options = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(options.keep or scratch)
        chance = random.Random(options.seed)
        for number in range(options.councils):
            write_council(folder / "worlds" / f"{number:03}", chance, chance.randint(30, 2 * options.children - 30))
        done = subprocess.run(
            [sys.executable, str(HERE / "run.py"), "--worlds", str(folder / "worlds"), "--families", options.families,
             "--out", str(folder / "cells.csv"), "--json-counts"], check=True, stdout=subprocess.PIPE, text=True)
        print(json.loads(done.stdout))
        check_sums(folder / "cells.csv")


def check_sums(path):
    totals, parts = {}, {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            measure, breakdown = row["table"].split(".")
            where = totals if breakdown == "total" else parts if breakdown in FULL else None
            if where is not None:
                key = (row["council"], measure, row["category"]) + (() if where is totals else (breakdown,))
                where[key] = where.get(key, 0) + int(row["value"])
    wrong = [key for key, value in parts.items() if totals.get(key[:3], 0) != value]
    print(f"{len(parts)} sums, {len(wrong)} wrong", *wrong[:5])
    sys.exit(1 if wrong else 0)


def write_council(folder, chance, n_children):
    last = chance.choice([2024, 2025, 2026])
    years = [year for year in range(last - 4, last + 1) if year == last or chance.random() > 0.15]
    tables = {year: {name: [] for name in TABLES if name in ("Header", "Episodes") or chance.random() > 0.2} for year in years}
    for number in range(n_children):
        add_child(tables, chance, f"C{number}", years, last)
    for year, of_year in tables.items():
        (folder / str(year)).mkdir(parents=True)
        for name, rows in of_year.items():
            with open(folder / str(year) / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
                columns = TABLES[name].split()
                csv.writer(file).writerows([columns] + [row + [""] * (len(columns) - len(row)) for row in rows])
    (folder / "round.txt").write_text(f"{last}\n", encoding="utf-8")


def text(day):
    return day.strftime("%d/%m/%Y") if day else ""


def add_child(tables, chance, child, years, last):
    birth = date(last - chance.randint(0, 24), 1, 1) + timedelta(chance.randint(0, 364))
    header = [child, chance.choice("MFFMU"), text(birth), chance.choice(ETHNIC)]
    episodes = episodes_of(chance, birth, last)
    for year in years:
        first, end = date(year - 1, 4, 1), date(year, 3, 31)
        in_year = [e for e in episodes if e["decom"] <= end and (not e["dec"] or e["dec"] >= first)]
        if chance.random() < 0.05:
            in_year = in_year[:-1]
        if not in_year and not (chance.random() < 0.5 and 17 <= year - birth.year <= 25):
            continue
        add = lambda name, *cells: tables[year][name].append([child, *cells]) if name in tables[year] else None
        add("Header", *header[1:])
        for e in in_year:
            closed = e["dec"] and e["dec"] <= end
            add("Episodes", text(e["decom"]), e["rne"], e["ls"], e["cin"], e["place"], e["provider"],
                text(e["dec"]) if closed else "", e["rec"] if closed else "", e["reason"] if closed else "",
                "", e["post"], e["urn"])
        day = lambda: first + timedelta(chance.randint(-40, 364))
        for _ in range(chance.choice([0, 0, 1, 2, 4])):
            start = day()
            add("Missing", chance.choice("MMA"), text(start), text(start + timedelta(chance.randint(0, 3))) if chance.random() < 0.9 else "")
        for _ in range(chance.choice([0, 1, 2, 3])):
            start = day()
            add("SWEpisodes", f"SW{chance.randint(1, 6)}", text(start), text(start + timedelta(chance.randint(1, 200))) if chance.random() < 0.6 else "", "MANAGE")
        for _ in range(chance.choice([0, 1, 2, 3])):
            add("Reviews", text(max(first, day())), f"PN{chance.randint(0, 7)}")
        for _ in range(chance.choice([0, 1, 2])):
            start = day() - timedelta(chance.choice([0, 300, 900]))
            add("School", str(chance.randint(1, 4)), text(start), text(start + timedelta(chance.randint(0, 500))) if chance.random() < 0.6 else "", chance.choice(["", "1", "1", "0"]))
        if chance.random() < 0.1:
            add("UASC", text(day()) if chance.random() < 0.5 else "")
        add("OC2", str(chance.randint(0, 41)), "", chance.choice(["0", "1", ""]))
        if birth <= date(year - 17, 3, 31):
            add("OC3", chance.choice("YES YES NO REFU NREQ RHOM DIED".split()), chance.choice("F1 P2 F5 G4 G6 0".split()),
                chance.choice("Z1 Z2 B1 U2 G1 H1 R1 0".split()))
            add("LeaverSupport", chance.choice(["USED", "OFFERED", "NONE", ""]), *(chance.choice(["0", "1", ""]) for _ in "abc"),
                text(day()) if chance.random() < 0.8 else "", chance.choice(["ADULT", "TO25", "AGREED", "GAP", "X", ""]),
                chance.choice(["CHILD", "ADULT", "NONE", ""]))
        for e in episodes:
            if e["rec"] in ("E4A", "E4B") and e["dec"] and chance.random() < 0.7:
                add("AfterHome", text(e["dec"]), chance.choice(["YES", "PART", "NO", ""]))


def episodes_of(chance, birth, last):
    found, at = [], max(birth, date(last - 5, 4, 1)) + timedelta(chance.randint(0, 1500))
    rne, homes = "S", [("", ""), ("AB12CD", "SC1"), ("XY12CD", "SC2")]
    cin = chance.choice(["N1", "N1", "N2", "N5"])
    while at <= date(last, 3, 31) and at < birth + timedelta(6570) and len(found) < 12:
        place, (post, urn) = chance.choice(PLACES), chance.choice(homes)
        end = at + timedelta(chance.choice([2, 7, 20, 31, 90, 200, 366, 731, 1500]))
        ends = chance.random()
        rec = "X1" if ends < 0.6 else chance.choice(EXITS) if ends < 0.95 else ""
        found.append({
            "decom": at, "rne": rne if chance.random() < 0.95 else chance.choice("SLPTBU"),
            "ls": chance.choice(["C2", "C1", "V2", "E1", "L1", "J1", "V3", "V4"]) if chance.random() < 0.2 else "C2",
            "cin": cin, "place": place, "provider": "" if place[0] == "T" else chance.choice(["PR1", "PR4"]), "post": post,
            "urn": urn, "dec": end if chance.random() < 0.95 and end <= date(last, 3, 31) else None, "rec": rec,
            "reason": chance.choice(REASONS) if rec == "X1" else ""})
        rne = chance.choice("PPPBTUL") if rec == "X1" else "S"
        gap = 0 if rec == "X1" else chance.choice([0, 1, 40, 365, 366])
        at = end + timedelta(gap + (chance.randint(-5, 5) if chance.random() < 0.1 else 0))
    return found


if __name__ == "__main__":
    main()
