"""`make bench-paper`: the tables of docs/performance.md and docs/scaling.md from var/bench.

Nobody copies a figure by hand. What stands around the tables stays as it is.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks import reports
from benchmarks.aims import AIMS
from benchmarks.reports import Aim

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- begin: make bench-paper -->", "<!-- end: make bench-paper -->"
ZEROS: Final = ("oversold", "undersold", "lost", "duplicated")
Found = dict[str, Any]

# A sale of ten million: who reserves, who comes, and how quickly, as in 2012.
PEOPLE: Final = 10_000_000
CAME_OF_RESERVED: Final = 240_000 / 1_300_000
UNITS_OF_RESERVED: Final = 50_000 / 1_300_000
RESERVE_SECONDS: Final = 1_800  # the busiest half hour takes all of them
ANSWER_SECONDS: Final = 45
SECONDS_2012: Final = 314
UNITS_2012: Final = 50_000
PROCESSES: Final = ("web", "worker", "postgres", "gate", "cache")


def write(*, docs: Path = DOCS, found: Path = reports.FOLDER) -> None:
    """Both pages show what the last run of each benchmark found."""
    runs = read(found)
    put(docs / "performance.md", "\n\n".join(section(run) for run in runs.values()))
    if {"reserve", "claim"} <= runs.keys():
        put(docs / "scaling.md", "\n".join(ten_million(runs["reserve"], runs["claim"])))


def read(folder: Path) -> dict[str, Found]:
    """The reports by name, in the order of their aims."""
    files = {name: folder / f"{name}.json" for name in AIMS}
    return {name: json.loads(file.read_text()) for name, file in files.items() if file.exists()}


def put(page: Path, text: str) -> None:
    """The part of the page between the marks is `text`. Raises ValueError without the marks."""
    before, mark, rest = page.read_text().partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (mark and end):
        raise ValueError(f"{page.name} has no place for the tables.")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def section(run: Found) -> str:
    """A heading, what was measured beside its aim, limits and rivals, and the four zeros."""
    size = ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in run["size"].items())
    aims = {aim.figure: aim for aim in AIMS[run["name"]]}
    lines = [f"### {run['name']}", "", f"{size}. {run['machine']}, {run['at'][:10]}.", ""]
    lines += ["| | measured | aim | |", "|---|---:|---|---|"]
    measured = {
        name: value
        for name, value in (run["figures"] | run["ratios"]).items()
        if not name.endswith("_to_aim")
    }
    lines += [_row(name, value, aims.get(name)) for name, value in measured.items()]
    for kind in ("limits", "rivals"):
        lines += [_row(f"{kind[:-1]}: {name}", value, None) for name, value in run[kind].items()]
    lines += [*_then(run), "", ", ".join(f"{name} {run[name]}" for name in ZEROS) + "."]
    return "\n".join(lines)


def _row(name: str, value: float, aim: Aim | None) -> str:
    cells = [name.replace("_", " "), _number(value), "", ""]
    if aim is not None:
        verdict, _, cells[2] = aim.words(value).partition(": ")
        cells[3] = f"**{verdict}**" if aim.ratio(value) < 1 else verdict
    return f"| {' | '.join(cells)} |"


def _then(run: Found) -> Iterator[str]:
    """Beside the sale of 2012, where it is one as large."""
    if run["name"] == "claim" and run["size"]["units"] == UNITS_2012:
        seconds = run["figures"]["units_paid_seconds"]
        yield f"| {UNITS_2012:,} units, in 2012 | {SECONDS_2012} s | | |"
        yield f"| so many times as fast as then | {SECONDS_2012 / seconds:.1f} | | |"


def ten_million(reserve: Found, claim: Found) -> Iterable[str]:
    """Cores by process: what an operation costs, times how many come in a second."""
    came = PEOPLE * CAME_OF_RESERVED
    rates = {"reserve": PEOPLE / RESERVE_SECONDS, "claim": came / ANSWER_SECONDS}
    yield f"{PEOPLE:,} reserve within {RESERVE_SECONDS // 60} minutes: {rates['reserve']:,.0f}/s."
    yield f"{came:,.0f} of them come for {PEOPLE * UNITS_OF_RESERVED:,.0f} units and are all"
    yield f"answered within {ANSWER_SECONDS} s: {rates['claim']:,.0f}/s."
    yield ""
    yield "| process | a reservation (CPU us) | cores | a claim (CPU us) | cores |"
    yield "|---|---:|---:|---:|---:|"
    for process in PROCESSES:
        cells = [process]
        for run in (reserve, claim):
            cost = run["figures"][f"{process}_cpu_us"]
            cells += [_number(cost), f"{cost * rates[run['name']] / 1e6:.1f}"]
        yield f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}".rstrip("0").rstrip(".")


if __name__ == "__main__":
    write()
