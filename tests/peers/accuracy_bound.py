#!/usr/bin/env python3
"""A bound below which no noise of this kind can bring the error of the framework's tables, by numpy's singular values.

What is bounded: the expected weighted squared error, over one authority, of the unbiased estimates of every cell from any
linear measurement of its children with Gaussian noise, when
- each child of each kind (an age, a presence on 31 March) may cost rho at most, and the dearest kind decides;
- populations (same words, same people, same ages, same presence on 31 March) are measured apart;
- the law of the noise does not change when groups of a breakdown or categories of a measure change names.
Then a population's workload falls apart into parts that are orthogonal under independent uniform attributes: the total,
each breakdown's groups, each measure's categories, each table's interaction. For a part with the matrix W (rows: cells times
the root of their weight; columns: orthonormal functions) that gets the budget b, the error is at least (sum of singular
values of W)^2 / b (Li and Miklau 2013, Theorem 4.1). Over kinds the budgets are shared in the best way, which is bounded from
below by the dual: for prices of kinds that sum to 1, and of a part the sum of the prices of the kinds that it admits,
    error >= (sum over parts of (sum of singular values) * sqrt(price))^2 / (2 rho).
Every choice of prices gives a true bound; the best one is looked for by multiplicative steps.

Shares no line with the programs: the catalogue is read and laid out here anew. A mean's error is in units of its greatest
contribution. Prints one JSON line: the root of the mean error, per-table and per-cell, and numpy's version.
"""

import json
import sys
import tomllib

import numpy as np

AGE_MAX = 25


def tables(framework):
    """All tables: measure, breakdown, number of groups and categories, population, ages, presence."""
    breakdowns = {b["id"]: b for b in framework["breakdown"]}
    found = []
    for m in framework["measure"]:
        if m["kind"] == "fact":
            continue
        for name in m["breakdowns"]:
            own = breakdowns[name]
            base = breakdowns[own.get("like", name)]
            groups = base["groups"]
            if m["about"] == "care_leavers":
                groups = base.get("groups_care_leavers") or groups
            low, high = m["ages"]
            n_groups = sum(1 for g in groups if "ages" not in g or (g["ages"][0] <= high and g["ages"][1] >= low))
            limit = own.get("ages", [0, AGE_MAX])
            ages = (max(low, limit[0]), min(high, limit[1]))
            presence = m.get("on_31_march", "either")
            words = m["population"] if m["kind"] == "share" else m["id"]
            found.append({
                "measure": m["id"],
                "breakdown": name,
                "groups": n_groups,
                "categories": len(m["categories"]) if m["kind"] == "share" else 1,
                "population": (m["kind"], words, m["about"], ages, presence),
                "ages": ages,
                "presence": presence,
            })
    return found


def orthonormal(n):
    """Functions on n equally likely values: the constant 1 and n - 1 more, orthonormal; one row a value."""
    full = np.eye(n)
    full[:, 0] = 1.0
    q, _ = np.linalg.qr(full)
    functions = q * np.sqrt(n)
    functions[:, 0] = 1.0
    return functions


def parts_of(population, weights):
    """Sum of singular values of each orthogonal part of one population's workload."""
    blocks = {}
    for t, w in zip(population, weights):
        rows, columns = orthonormal(t["groups"]) / t["groups"], orthonormal(t["categories"]) / t["categories"]
        for part, left, right in (
            (("total",), rows[:, :1], columns[:, :1]),
            (("rows", t["breakdown"]), rows[:, 1:], columns[:, :1]),
            (("columns", t["measure"]), rows[:, :1], columns[:, 1:]),
            (("interaction", t["measure"], t["breakdown"]), rows[:, 1:], columns[:, 1:]),
        ):
            if left.shape[1] and right.shape[1]:
                blocks.setdefault(part, []).append(np.sqrt(w) * np.kron(left, right))
    return [np.linalg.svd(np.vstack(block), compute_uv=False).sum() for block in blocks.values()]


def bound(found, weights, rho, steps=20000):
    """The least weighted error."""
    populations = {}
    for t, w in zip(found, weights):
        populations.setdefault(t["population"], []).append((t, w))
    kinds = np.array([(age, inside) for age in range(AGE_MAX + 1) for inside in (False, True)])
    sums, admits = [], []
    for members in populations.values():
        t = members[0][0]
        is_in = np.array([
            t["ages"][0] <= age <= t["ages"][1] and (t["presence"] == "either" or (t["presence"] == "in_care") == bool(inside))
            for age, inside in kinds
        ])
        for s in parts_of([m for m, _ in members], [w for _, w in members]):
            sums.append(s)
            admits.append(is_in)
    sums, admits = np.array(sums), np.unique(np.array(admits, float), axis=1)
    prices = np.full(admits.shape[1], 1.0 / admits.shape[1])
    best = 0.0
    for step in range(steps):
        of_parts = np.maximum(admits @ prices, 1e-300)
        root = (sums * np.sqrt(of_parts)).sum()
        best = max(best, root * root / (2 * rho))
        costs = (sums / np.sqrt(of_parts)) @ admits
        prices = prices * (1 + 0.9 / np.sqrt(1 + step / 100) * (costs / costs.max() - 1))
        prices /= prices.sum()
    return best


def main():
    with open(sys.argv[1], "rb") as file:
        found = tables(tomllib.load(file))
    rho = float(sys.argv[2])
    n_cells = np.array([t["groups"] * t["categories"] for t in found], float)
    per_table = bound(found, 1.0 / n_cells, rho) / len(found)
    per_cell = bound(found, np.ones(len(found)), rho) / n_cells.sum()
    print(json.dumps({
        "n_tables": len(found),
        "n_cells": int(n_cells.sum()),
        "per_table": float(np.sqrt(per_table)),
        "per_cell": float(np.sqrt(per_cell)),
        "numpy": np.__version__,
    }))


main()
