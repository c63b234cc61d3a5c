"""PostgreSQL, flushing as in production, is stopped without a checkpoint and comes back."""

import subprocess
import sys

import pytest
from django.conf import settings as django_settings

from socialcommerce.embedded.postgres import Postgres
from socialcommerce.lib import redis
from tests.faults.conftest import ROOT
from tests.stack import environment

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def script(database: Postgres, code: str) -> str:
    """What a process of its own prints, with that PostgreSQL as the site's."""
    env = environment(DJANGO_SETTINGS_MODULE="socialcommerce.settings", DATABASE_URL=database.url)
    env["REDIS_GATE_URL"] = django_settings.REDIS_GATE_URL
    setup = (
        "import django; django.setup();"
        "from django.conf import settings; settings.SALE_LEASE_MS = 120_000\n"
        "from tests.factories import flashsale as sales\n"
        "from tests.faults import on_a_private_database as run\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", setup + code],
        cwd=ROOT,
        env=env,
        timeout=120,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_nothing_that_was_acknowledged_is_lost(durable_postgres: Postgres) -> None:
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    env = environment(DATABASE_URL=durable_postgres.url)
    subprocess.run(migrate, cwd=ROOT, env=env, timeout=120, check=True)
    redis.gate().flushdb()
    # Stopping a process leaves the page cache: what makes it durable is that nothing is off.
    assert script(durable_postgres, "run.say_what_is_flushed()") == "on on on"
    sale_id = script(durable_postgres, "run.half_sell()")
    durable_postgres.kill()
    assert script(durable_postgres, f"run.drain_without_database({sale_id})") == "away"
    durable_postgres.start()
    assert script(durable_postgres, f"run.finish({sale_id})") == "proven: 6 held of 6"
