"""`python -m benchmarks [NAME ...] [--size tiny|reduced|full] [--together] [--into FOLDER]`.

Each benchmark has a stack of its own in a process of its own; `--together` runs the named ones
one after the other on one stack, which is quicker and says nothing about speed. Exit status 1
unless oversold, undersold, lost and duplicated are zero everywhere and every proof holds.
"""

import argparse
import importlib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import django
from django.core.management import call_command

from benchmarks import reports
from benchmarks.reports import Report
from benchmarks.stack import Stack

# `growth` takes long and stands alone.
EVERYDAY = ("reserve", "claim", "gate", "page", "drain", "recovery", "ledger", "payment")
NAMES = (*EVERYDAY, "growth")
SIZES = ("tiny", "reduced", "full")


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--size", choices=SIZES, default="reduced")
    parser.add_argument("--together", action="store_true")
    parser.add_argument("--into", type=Path, default=reports.FOLDER, metavar="FOLDER")
    options = parser.parse_args(arguments)
    names = options.names or EVERYDAY
    if unknown := set(names) - set(NAMES):
        parser.error(f"There is no benchmark {', '.join(sorted(unknown))}.")
    if len(names) == 1 or options.together:
        return _run(names, options.size, options.into)
    return max(_apart(name, options.size, options.into) for name in names)


def _apart(name: str, size: str, folder: Path) -> int:
    command = [sys.executable, "-m", "benchmarks", name, "--size", size, "--into", str(folder)]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - this very module


def _run(names: Sequence[str], size: str, folder: Path) -> int:
    with Stack() as stack:
        # Making a million people is one statement, and it may take longer than a page's.
        os.environ.update(stack.environment | {"DATABASE_STATEMENT_TIMEOUT_MS": "0"})
        os.environ["DJANGO_SETTINGS_MODULE"] = "socialcommerce.settings"
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        stack.open()
        return max(_measure(name, size, stack, folder) for name in names)


def _measure(name: str, size: str, stack: Stack, folder: Path) -> int:
    module = importlib.import_module(f"benchmarks.{name}")
    began = time.monotonic()
    try:
        report: Report = module.measure(stack, module.SIZES[size])
    except Exception:
        print(stack.last_words(), file=sys.stderr)
        raise
    report.write(datetime.now(UTC), folder)
    print(f"{report.table()}\n  {time.monotonic() - began:.0f} s\n", flush=True)
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
