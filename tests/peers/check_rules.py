#!/usr/bin/env python3
"""The peer of `check`: ten rules of the return, as a data analyst would write them with pandas.

Reads header.csv, episodes.csv and oc2.csv of a folder whole, without a loop over rows, on one thread, and prints one line
of JSON: rows read, violations by rule, CPU and wall seconds from the first file to the last rule. Loading pandas itself is
measured apart and not counted. With --former, last year's episodes are read too and NoE is checked as well.

Run by the benchmark `check` alone: python check_rules.py FOLDER [--former FOLDER]
"""

import os

# One thread, before numpy is loaded: what is compared is CPU work for each row.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ[threads] = "1"

import argparse
import json
import pathlib
import time

load_cpu_before = time.process_time()
import pandas as pd

LOAD_CPU_S = time.process_time() - load_cpu_before

HEADER = ["CHILD", "DOB"]
EPISODES = ["CHILD", "DECOM", "RNE", "LS", "CIN", "DEC", "REC"]
OC2 = ["CHILD", "DOB", "SDQ_SCORE"]
SHORT_BREAKS = ["V3", "V4"]


def read(folder, name, columns):
    """One table as text; a blank cell is the empty string."""
    return pd.read_csv(
        pathlib.Path(folder) / name,
        engine="c",
        dtype=str,
        usecols=columns,
        keep_default_na=False,
        encoding="utf-8-sig",
        encoding_errors="replace",
    )


def dates(text):
    """Days of dd/mm/yyyy; NaT where there is none."""
    return pd.to_datetime(text, format="%d/%m/%Y", errors="coerce", cache=True)


def rules_of_rows(header, episodes, oc2):
    """Rules that look at one row, or at one row and Header. Episodes get their dates here."""
    last_header = header.drop_duplicates("CHILD", keep="last")
    beside = oc2[["CHILD", "DOB"]].merge(last_header, on="CHILD", how="inner", suffixes=("", "_HEADER"))
    births, births_in_header = dates(beside["DOB"]), dates(beside["DOB_HEADER"])
    episodes["START"] = dates(episodes["DECOM"])
    episodes["END"] = dates(episodes["DEC"])
    given = oc2["SDQ_SCORE"] != ""
    whole = oc2["SDQ_SCORE"].str.fullmatch(r"[0-9]{1,2}")
    score = pd.to_numeric(oc2["SDQ_SCORE"].where(whole), errors="coerce")
    return {
        "INT03": ~episodes["CHILD"].isin(header["CHILD"]),
        "INT14": births.notna() & births_in_header.notna() & (births != births_in_header),
        "148": (episodes["DEC"] == "") != (episodes["REC"] == ""),
        "180": given & ~score.between(0, 40),
        "355": episodes["END"] == episodes["START"],
        "356": episodes["END"] < episodes["START"],
    }


def rules_of_sequence(episodes, unusable):
    """Rules that look at each episode beside the one before it; short breaks and rows without usable dates are left out."""
    kept = episodes["START"].notna() & ~(episodes["END"].isna() & (episodes["DEC"] != "")) & ~unusable
    kept &= ~episodes["LS"].isin(SHORT_BREAKS)
    rows = episodes.loc[kept, ["CHILD", "START", "END", "RNE", "CIN", "REC"]]
    rows = rows.sort_values(["CHILD", "START"], kind="stable")
    before = rows.groupby("CHILD", sort=False)[["START", "END", "CIN", "REC"]].shift()
    follows = before["START"].notna()
    was_open = follows & before["END"].isna()
    continues = rows["RNE"] != "S"
    return {
        "142": was_open,
        "433": follows & ~was_open & continues & before["REC"].isin(["X1", ""]) & (rows["START"] != before["END"]),
        "501": rows["START"] < before["END"],
        "504": follows & continues & (rows["CIN"] != before["CIN"]),
    }


def children_not_in_former_year(episodes, former, year_starts):
    """NoE: children whose care began before the year, and of whom last year's return has no episode."""
    began_before = (episodes["START"] < year_starts) & ~episodes["LS"].isin(SHORT_BREAKS)
    unknown = began_before & ~episodes["CHILD"].isin(former["CHILD"])
    return ~episodes.loc[unknown, "CHILD"].duplicated()


def check(folder, former_folder):
    """All rules over one return."""
    header, episodes, oc2 = read(folder, "header.csv", HEADER), read(folder, "episodes.csv", EPISODES), read(folder, "oc2.csv", OC2)
    n_rows = len(header) + len(episodes) + len(oc2)
    found = rules_of_rows(header, episodes, oc2)
    found |= rules_of_sequence(episodes, found["355"] | found["356"])
    if former_folder is not None:
        former = read(former_folder, "episodes.csv", ["CHILD"])
        n_rows += len(former)
        newest = max(episodes["START"].max(), episodes["END"].max())
        year_starts = pd.Timestamp(newest.year if newest.month >= 4 else newest.year - 1, 4, 1)
        found["NoE"] = children_not_in_former_year(episodes, former, year_starts)
    return n_rows, {rule: int(broken.sum()) for rule, broken in sorted(found.items())}


def main():
    arguments = argparse.ArgumentParser(description="Ten rules of the return, in pandas.")
    arguments.add_argument("folder")
    arguments.add_argument("--former")
    given = arguments.parse_args()
    cpu, wall = time.process_time(), time.perf_counter()
    n_rows, violations = check(given.folder, given.former)
    cpu_s, wall_s = time.process_time() - cpu, time.perf_counter() - wall
    print(
        json.dumps(
            {
                "n_rows": n_rows,
                "violations": violations,
                "cpu_s": round(cpu_s, 6),
                "wall_s": round(wall_s, 6),
                "load_cpu_s": round(LOAD_CPU_S, 6),
                "pandas": pd.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
