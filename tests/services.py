"""A pytest plugin: a PostgreSQL and two Valkeys of the tests' own, before settings are read.

Loaded by `-p tests.services` (pyproject.toml). Only the process that the person started runs
servers; the workers of pytest-xdist share them through the environment, each with its own
database (pytest-django adds a suffix) and its own Redis database number. Where DATABASE_URL,
REDIS_URL and REDIS_GATE_URL are set already, as with the service containers of a CI, those
are used.

A test that stops, kills or empties a server must not do it to these: it starts its own with
`private_valkey` or `private_postgres`.
"""

import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from socialcommerce.embedded.engine import Engine
from socialcommerce.embedded.postgres import Postgres
from socialcommerce.embedded.valkey import Valkey
from socialcommerce.embedded.warden import Warden

SERVICE_URLS = ("DATABASE_URL", "REDIS_URL", "REDIS_GATE_URL")
REDIS_DATABASES = 64
# Values for the tests alone: nothing outside this process tree accepts them.
TEST_ENVIRONMENT = {
    "PLAZA_ENV": "test",
    "SITE_URL": "http://127.0.0.1:8000",
    "STRIPE_SECRET_KEY": "sk_test_" + secrets.token_hex(12),
    "STRIPE_PUBLISHABLE_KEY": "pk_test_" + secrets.token_hex(12),
    "STRIPE_WEBHOOK_SECRET": "whsec_" + secrets.token_hex(16),
    # Nobody listens there: a test that pays asks for the sandbox, and no test reaches Stripe.
    "STRIPE_API_BASE": "http://127.0.0.1:1",
    "SECRET_KEY": secrets.token_hex(32),
    # A test changes a sale and looks at its page at once.
    "SALE_PAGE_CACHE_MS": "0",
    # Playwright's synchronous API runs an event loop in the test's own thread.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}


class TestServices:
    """The servers of one test session, in a temporary folder that goes with them."""

    __test__ = False

    def __init__(self) -> None:
        # Before any server, so that a kill -9 at any moment leaves neither process nor folder.
        self._warden = Warden(grace_seconds=2.0)
        self._folder = Path(tempfile.mkdtemp(prefix="plaza-tests-"))
        self._warden.remove_at_end(self._folder)
        self._engines: list[Engine] = []

    def start(self) -> Mapping[str, str]:
        """Where the servers listen, by name of the environment variable."""
        postgres = Postgres(self._folder / "postgres", careless=True)
        if postgres.home != postgres.folder:
            self._warden.remove_at_end(postgres.home)
        caches = [
            Valkey(self._folder / name, databases=REDIS_DATABASES, keeps_data=False)
            for name in ("cache", "gate")
        ]
        for engine in (*caches, postgres):
            self._engines.append(engine)
            engine.start()
            if engine.process is not None:
                self._warden.watch(engine.process.pid, stop_signal=engine.stop_signal)
        return dict(
            zip(SERVICE_URLS, (postgres.url, *(cache.url for cache in caches)), strict=True)
        )

    def stop(self) -> None:
        """The servers and their data are gone."""
        for engine in self._engines:
            if engine.process is not None:
                self._warden.forget(engine.process.pid)
            engine.kill()  # nobody wants these data: no time for a tidy end
        # Its last act: the dismissed warden would leave the folders, the orphaned one takes them.
        self._warden.abandon()


def redis_database(url: str, number: int) -> str:
    """The same Redis server, database `number`."""
    return urlsplit(url)._replace(path=f"/{number}").geturl()


def worker_number() -> int:
    """0 in the process that the person started, 1 to n in the workers of pytest-xdist."""
    name = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(name.removeprefix("gw")) + 1 if name else 0


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """The environment names running services when pytest-django reads the settings.

    A wrapper, because wrappers run before every other implementation, also "tryfirst" ones.
    """
    number = worker_number()
    if not number:
        # Not setdefault: a real Stripe key in the person's shell must not meet a test. The
        # workers of pytest-xdist inherit these, so that all of them sign alike.
        os.environ.update(TEST_ENVIRONMENT)
    if number:
        for name in ("REDIS_URL", "REDIS_GATE_URL"):
            os.environ[name] = redis_database(os.environ[name], number)
    elif not all(name in os.environ for name in SERVICE_URLS):
        services = TestServices()
        early_config.add_cleanup(services.stop)
        os.environ.update(services.start())
    yield


@pytest.fixture
def private_valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A running Valkey of this test alone: `kill()`, `stop()`, `wipe()`, `start()`, `restart()`.

    Its `url` stays the same over all of them. It keeps its data, as the gate's does.
    """
    with Valkey(tmp_path / "valkey") as server:
        yield server


@pytest.fixture
def private_postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A running, empty PostgreSQL of this test alone; see `private_valkey`."""
    with Postgres(tmp_path / "postgres", careless=True) as server:
        yield server
