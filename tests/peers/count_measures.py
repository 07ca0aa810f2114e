"""Counts the families A and B of made-up councils in DuckDB, for the benchmark `measures`.

The SQL is that of tests/oracle. What is timed begins with typed rows in memory, as the agent's own counting does, and ends
with cells; loading and typing are not in it. Prints one JSON object.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import duckdb

ORACLE = Path(__file__).resolve().parent.parent / "oracle"
sys.path.insert(0, str(ORACLE))
sys.dont_write_bytecode = True

import run  # noqa: E402


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("worlds", help="folder with one folder for each council")
    options = words.parse_args()
    base = duckdb.connect(":memory:")
    base.execute("SET preserve_insertion_order = true")
    run.load(base, Path(options.worlds))
    steps = run.steps("AB")
    typed, counted = steps[: steps.index("20_care")], steps[steps.index("20_care") :]
    for step in typed:
        run.run_file(base, ORACLE / f"{step}.sql")
    cpu, wall = time.process_time(), time.perf_counter()
    for step in counted:
        run.run_file(base, ORACLE / f"{step}.sql")
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    count = lambda table: base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    print(json.dumps({
        "n_children": count("person"), "n_cells": count("cell"), "cpu_s": cpu, "wall_s": wall, "duckdb": duckdb.__version__,
    }))


if __name__ == "__main__":
    main()
