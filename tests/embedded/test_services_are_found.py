"""`manage.py ANYTHING` in another terminal finds what `make up` started."""

import json
import os
import stat
from pathlib import Path

import psycopg2
import pytest

from socialcommerce.embedded.contract import DATABASES, STRIPE
from socialcommerce.embedded.discovery import load_environment
from socialcommerce.embedded.paths import Layout
from socialcommerce.embedded.services import PUBLISHED
from tests.embedded.running import RunningStack, own_environment


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a person who has set nothing."""
    for name in set(os.environ) - set(own_environment()):
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("terminal")
def test_the_running_services_are_found_and_later_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(var=tmp_path / "var")
    with RunningStack(layout.var) as stack:
        stack.wait_until_it_says("Ready: ")
        published = json.loads(layout.services.read_text())
        assert set(published) == set(PUBLISHED) | {"pid"}
        assert published["pid"] == stack.process.pid
        assert stat.S_IMODE(layout.services.stat().st_mode) == 0o600
        assert stat.S_IMODE(layout.run.stat().st_mode) == 0o700

        monkeypatch.setenv("SITE_URL", "http://mine.example")
        load_environment(layout)
        assert os.environ["SITE_URL"] == "http://mine.example"
        psycopg2.connect(os.environ["DATABASE_URL"]).close()
        for name in PUBLISHED:
            monkeypatch.delenv(name)
    assert not layout.services.exists()


@pytest.mark.usefixtures("terminal")
def test_what_a_dead_launcher_wrote_is_ignored(tmp_path: Path) -> None:
    layout = Layout(var=tmp_path / "var")
    layout.create()
    layout.lock.touch()
    layout.services.write_text('{"DATABASE_URL": "postgresql://127.0.0.1:1/gone", "pid": 1}')

    load_environment(layout)

    assert "DATABASE_URL" not in os.environ


def test_a_database_in_the_environment_keeps_everything_else_out(tmp_path: Path) -> None:
    layout = Layout(var=tmp_path / "var")
    with RunningStack(layout.var) as stack:
        stack.wait_until_it_says("Ready: ")
        before = dict(os.environ)

        load_environment(layout)

        assert dict(os.environ) == before


def test_with_everything_in_the_environment_nothing_embedded_starts(tmp_path: Path) -> None:
    layout = Layout(var=tmp_path / "var")
    given = dict.fromkeys((*DATABASES, *STRIPE), "brought along")
    with RunningStack(layout.var, **given) as stack:
        stack.wait_until_it_says("Ready: ")

        assert not layout.services.exists()
        assert not any(folder.exists() for folder in (layout.postgres, layout.gate, layout.cache))
        assert not [line for line in stack.survivors() if "postgres" in line or "valkey" in line]
        assert not any("sandbox" in line for line in stack.survivors())


def test_with_stripe_keys_alone_the_databases_start_and_the_sandbox_does_not(
    tmp_path: Path,
) -> None:
    layout = Layout(var=tmp_path / "var")
    given = dict.fromkeys(STRIPE, "sk_test_brought_along")
    with RunningStack(layout.var, **given) as stack:
        stack.wait_until_it_says("Ready: ")
        published = json.loads(layout.services.read_text())

        assert published["STRIPE_SECRET_KEY"] == "sk_test_brought_along"
        assert "STRIPE_API_BASE" not in published
        psycopg2.connect(published["DATABASE_URL"]).close()
        assert not any("sandbox" in line for line in stack.survivors())
