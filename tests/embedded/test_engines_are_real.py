"""Embedded servers keep what they promised when they are stopped, killed, wiped and restarted."""

import os
import shutil
import stat
import threading
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import redis

from socialcommerce.embedded import engine, identity
from socialcommerce.embedded.engine import EngineError
from socialcommerce.embedded.postgres import Postgres
from socialcommerce.embedded.valkey import Valkey

pytestmark = pytest.mark.faults


def run_sql(url: str, *statements: str) -> object:
    """The first column of the last statement's first row, each statement committed."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None


def test_postgres_keeps_commits_over_a_kill_on_the_same_port(private_postgres: Postgres) -> None:
    run_sql(private_postgres.url, "CREATE TABLE t (n int)", "INSERT INTO t VALUES (7)")
    url = private_postgres.url

    private_postgres.kill()
    with pytest.raises(psycopg2.OperationalError):
        run_sql(url, "SELECT 1")
    private_postgres.start()

    assert private_postgres.url == url
    assert run_sql(url, "SELECT n FROM t") == 7


def test_postgres_asks_for_the_password_and_sorts_the_same_everywhere(
    private_postgres: Postgres,
) -> None:
    with pytest.raises(psycopg2.OperationalError):
        run_sql(private_postgres.url.replace(private_postgres.password, "wrong"), "SELECT 1")

    assert run_sql(private_postgres.url, "SHOW server_encoding") == "UTF8"
    assert run_sql(private_postgres.url, "SHOW listen_addresses") == "127.0.0.1"
    assert run_sql(private_postgres.url, "SELECT 'Z' < 'a'") is True


def test_postgres_starts_over_a_pid_file_that_names_another_program(tmp_path: Path) -> None:
    with Postgres(tmp_path / "postgres", careless=True) as server:
        data = server.data
    # As after the restart of a container: the number lives, as somebody else.
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")

    with Postgres(tmp_path / "postgres", careless=True) as server:
        assert run_sql(server.url, "SELECT 1") == 1


def test_a_server_that_lost_its_launcher_is_ended_by_the_next_start(tmp_path: Path) -> None:
    lost = [Postgres(tmp_path / "postgres", careless=True), Valkey(tmp_path / "valkey")]
    for server in lost:
        server.start()
        assert server.process is not None
        # An orphan is reaped by the system; these are still our children.
        threading.Thread(target=server.process.wait, daemon=True).start()

    for again in (Postgres(tmp_path / "postgres", careless=True), Valkey(tmp_path / "valkey")):
        with again:
            assert again.is_running
    assert [server.is_running for server in lost] == [False, False]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_postgres_runs_as_nobody_where_namespaces_are_forbidden(tmp_path: Path) -> None:
    nobody = identity.nobody()
    with Postgres(tmp_path / "postgres", careless=True, run_as=nobody) as server:
        assert server.data.stat().st_uid == nobody.uid
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
        assert run_sql(server.url, "SELECT 1") == 1
    server.wipe()
    assert not server.data.exists()
    shutil.rmtree(server.home)


def test_valkey_keeps_its_keys_over_a_kill_and_loses_them_when_wiped(
    private_valkey: Valkey,
) -> None:
    with redis.Redis.from_url(private_valkey.url) as client:
        client.set("key", "value")
        private_valkey.kill()
        private_valkey.start()
        assert client.get("key") == b"value"

        private_valkey.stop()
        private_valkey.wipe()
        private_valkey.start()
        assert client.get("key") is None


def test_valkey_asks_for_the_password_and_hides_it(private_valkey: Valkey) -> None:
    with (
        redis.Redis(port=private_valkey.port) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()

    assert all(private_valkey.password not in word for word in private_valkey.command())
    assert stat.S_IMODE((private_valkey.folder / "valkey.conf").stat().st_mode) == 0o600


def test_the_data_of_a_running_server_cannot_be_wiped(private_valkey: Valkey) -> None:
    with pytest.raises(EngineError, match="still runs"):
        private_valkey.wipe()


def test_a_server_that_cannot_start_says_why(tmp_path: Path, private_valkey: Valkey) -> None:
    with pytest.raises(EngineError, match="Address already in use"):
        Valkey(tmp_path / "second", port=private_valkey.port).start()


def test_a_full_disk_is_said_before_anything_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LEAST_FREE_BYTES", 2**60)

    with pytest.raises(EngineError, match="is almost full"):
        Valkey(tmp_path / "valkey").start()
