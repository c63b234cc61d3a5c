"""The servers of one run: a PostgreSQL with the site's tables, the gate's Valkey and a cache."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from socialcommerce.embedded.postgres import Postgres
from socialcommerce.embedded.valkey import Valkey
from tests.services import TEST_ENVIRONMENT

ROOT = Path(__file__).parents[3]
# A run lasts twenty seconds: what is waited for in a real sale is shorter, in proportion.
QUICK = {"SALE_RESTORE_SECONDS": "1", "SALE_DRAIN_BATCH": "25", "LOG_LEVEL": "CRITICAL"}


@dataclass(frozen=True, slots=True)
class World:
    postgres: Postgres
    gate: Valkey
    yesterday: Path


def prepare(folder: Path) -> None:
    """A stopped PostgreSQL in `folder` with every table, to be copied by each run."""
    with Postgres(folder, careless=True) as server:
        subprocess.run(
            [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env={**os.environ, **TEST_ENVIRONMENT, **_urls(server.url, "", "")},
            check=True,
            timeout=240,
        )


@contextmanager
def running(folder: Path, *, template: Path) -> Iterator[World]:
    """The three servers run and the environment names them; afterwards they are gone."""
    cache, gate = Valkey(folder / "cache", keeps_data=False), Valkey(folder / "gate")
    postgres = Postgres(folder / "postgres", careless=True)
    if postgres.home == postgres.folder:
        shutil.copytree(template, postgres.folder)
    else:  # the server runs as somebody else, whose files cannot simply be copied
        prepare(postgres.folder)
    with cache, gate, postgres:
        os.environ.update({**TEST_ENVIRONMENT, **QUICK})
        os.environ.update(_urls(postgres.url, cache.url, gate.url))
        os.environ["DJANGO_SETTINGS_MODULE"] = "socialcommerce.settings"
        os.environ["SECRET_KEY"] = secrets.token_hex(32)
        yield World(postgres, gate, folder / "yesterday")


def _urls(database: str, cache: str, gate: str) -> dict[str, str]:
    nowhere = "redis://127.0.0.1:1/0"
    return {
        "DATABASE_URL": database,
        "REDIS_URL": cache or nowhere,
        "REDIS_GATE_URL": gate or nowhere,
    }
