"""The table engine × network × threads, from the rows of a networks.csv.

    table.py NETWORKS.csv
"""

import csv
import math
import sys

CONVBENCH = "convbench"


def milliseconds(value):
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f}" if value < 100 else f"{value:.0f}"


def table(header, rows):
    """GitHub's Markdown; every column but the first is right-aligned."""
    lines = ["| " + " | ".join(cells) + " |" for cells in [header] + rows]
    lines.insert(1, "|" + "|".join([" --- "] + [" ---: "] * (len(header) - 1)) + "|")
    return "\n".join(lines)


def times(rows, engines, names):
    """Median milliseconds, the fastest in bold, and how convbench stands to the best other one."""
    lines, ratios = [], []
    for name in names:
        medians = {row["tool"]: float(row["median_ms"]) for row in rows if row["network"] == name}
        if not medians:
            continue
        best = min(medians.values())
        others = [value for engine, value in medians.items() if engine != CONVBENCH]
        ratio = ""
        if others and CONVBENCH in medians:
            ratios.append(min(others) / medians[CONVBENCH])
            ratio = f"{ratios[-1]:.2f} ×"
        lines.append([name] + [
            "–" if engine not in medians
            else f"**{milliseconds(best)}**" if medians[engine] == best
            else milliseconds(medians[engine])
            for engine in engines] + [ratio])
    text = table(["network"] + engines + ["convbench is faster"], lines)
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        behind = sum(ratio < 1 for ratio in ratios)
        text += (
            f"\n\nAgainst the fastest other engine of each network: {mean:.2f} × in the geometric "
            f"mean of {len(ratios)} networks, slower than it on {behind}, at worst "
            f"{min(ratios):.2f} ×.")
    return text


def memory(rows, engines, names):
    """Largest resident size, MiB."""
    lines = []
    for name in names:
        sizes = {
            row["tool"]: int(row["max_rss_bytes"]) for row in rows
            if row["network"] == name and row["max_rss_bytes"]}
        if sizes:
            lines.append([name] + [
                f"{sizes[engine] / 2**20:.0f}" if engine in sizes else "–" for engine in engines])
    return table(["network"] + engines, lines)


def markdown(path):
    with open(path, newline="") as file:
        # The newest row of each counts.
        latest = {
            (row["network"], int(row["threads"]), int(row["batch"]), row["tool"]): row
            for row in csv.DictReader(file)
        }
    rows = list(latest.values())
    if not rows:
        return "no rows\n"
    names = list(dict.fromkeys(row["network"] for row in rows))
    engines = list(dict.fromkeys(row["tool"] for row in rows))
    engines.sort(key=lambda engine: engine != CONVBENCH)
    versions = {row["tool"]: row["tool_version"] for row in rows}
    settings = {}
    for row in rows:
        if row["tool"] != CONVBENCH:
            settings.setdefault(row["tool"], set()).add(row["choice"])
    first, last = min(row["time"] for row in rows)[:10], max(row["time"] for row in rows)[:10]
    parts = [
        "# convbench beside other engines",
        f"{first if first == last else f'{first} to {last}'}, {rows[0]['cpu']}, "
        f"{rows[0]['cores']} cores, " + ", ".join(f"{e} {versions[e]}" for e in engines) + ". "
        "Median milliseconds of a batch, float32 everywhere, engines in turn on the same cores "
        "(`scripts/peers`, [docs/peers.md](../../docs/peers.md)).",
    ]
    for threads, batch in sorted({(int(row["threads"]), int(row["batch"])) for row in rows}):
        some = [
            row for row in rows
            if int(row["threads"]) == threads and int(row["batch"]) == batch]
        parts += [
            f"## {threads} thread{'s' if threads > 1 else ''}, batch {batch}",
            times(some, engines, names),
            "Largest resident size, MiB, libraries included, Python and NumPy not:",
            memory(some, engines, names),
        ]
        invalid = [
            f"{row['network']} {row['tool']} ({row['validity'].partition(': ')[2]})"
            for row in some if row["validity"].startswith("invalid")]
        noisy = sum(row["validity"].startswith("noisy") for row in some)
        if noisy or invalid:
            parts.append(
                f"{noisy} of {len(some)} results are noisy"
                + (", invalid are: " + "; ".join(invalid) if invalid else ", none is invalid")
                + ".")
        differing = [
            f"{row['network']} {row['tool']}" for row in some if "; differs by " in row["choice"]]
        if differing:
            parts.append("**Outputs that do not agree: " + "; ".join(differing) + ".**")
    parts.append("## Settings")
    parts.append("\n".join(
        f"- {engine}: " + "; ".join(sorted(s.partition("; differs")[0] for s in values))
        for engine, values in settings.items()))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    print(markdown(sys.argv[1]), end="")
