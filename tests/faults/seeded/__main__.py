"""`python -m tests.faults.seeded --seed 7`: one run, printed; exit status 0 means go."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.faults.seeded import conductor, world
from tests.faults.seeded.conductor import Result

PEOPLE, SECONDS = 120, 7


def main() -> int:
    wanted = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="plaza-seeded-") as name:
        folder = Path(name)
        template = wanted.template or folder / "template"
        if not template.exists():
            world.prepare(unfinished := template.with_name(f"{template.name}.unfinished"))
            unfinished.rename(template)
        if wanted.seed is None:
            return 0
        result = conductor.run(
            wanted.seed,
            people=wanted.people,
            seconds=wanted.seconds,
            folder=folder,
            template=template,
        )
    sys.stdout.write(_told(result))
    return 0 if result.is_go else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.seeded", description=__doc__)
    parser.add_argument("--seed", type=int, help="which faults when; none: prepare only")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="in which they arrive")
    parser.add_argument("--template", type=Path, help="kept from run to run; made where missing")
    return parser


def _told(result: Result) -> str:
    done = "\n".join(f"  {line}" for line in result.log)
    said = json.dumps(dict(result.verdict), indent=2, ensure_ascii=False)
    word = "GO" if result.is_go else "NO-GO"
    return f"seed {result.seed}: {result.shape}\n{done}\n{said}\nseed {result.seed}: {word}\n"


if __name__ == "__main__":
    sys.exit(main())
