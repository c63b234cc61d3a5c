"""`make up` says where the site is, what died and what stands in the way."""

import json
import os
import signal
import socket
from contextlib import closing
from pathlib import Path

import psycopg2

from socialcommerce.embedded.ports import LOOPBACK, any_free
from tests.embedded.running import RunningStack, wait_for


def test_a_second_start_in_the_same_checkout_names_the_first(tmp_path: Path) -> None:
    with RunningStack(tmp_path / "var") as first:
        first.wait_until_it_says("Ready: ")
        with RunningStack(tmp_path / "var") as second:
            assert second.process.wait(10) == 1
            assert f"it runs already in this checkout: {first.url}" in second.output
        with RunningStack(tmp_path / "elsewhere") as other_checkout:
            other_checkout.wait_until_it_says("Ready: ")
            assert other_checkout.url != first.url


def test_a_program_that_dies_is_named_and_started_again(tmp_path: Path) -> None:
    with RunningStack(tmp_path / "var") as stack:
        stack.wait_until_it_says("beat ended (exit status 3)")
        stack.wait_until_it_says("it starts again in 1 s")
        stack.wait_until_it_says("it starts again in 2 s")
        assert stack.output.count("I faint") >= 3


def test_a_database_that_was_killed_is_named_and_comes_back_at_its_place(tmp_path: Path) -> None:
    with RunningStack(tmp_path / "var") as stack:
        stack.wait_until_it_says("Ready: ")
        url = json.loads((stack.var / "run" / "services.json").read_text())["DATABASE_URL"]
        pid = (stack.var / "postgres" / "data" / "postmaster.pid").read_text().split()[0]
        with closing(psycopg2.connect(url)):  # its server process outlives the postmaster a while
            os.kill(int(pid), signal.SIGKILL)
            stack.wait_until_it_says("PostgreSQL ended; it starts again now.")

        wait_for(lambda: answers(url), what=f"it did not come back:\n{stack.output}")


def answers(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


def test_a_given_port_is_taken_as_it_is(tmp_path: Path) -> None:
    port = any_free()
    with RunningStack(tmp_path / "var", PORT=str(port)) as stack:
        stack.wait_until_it_says("Ready: ")
        assert stack.url == f"http://{LOOPBACK}:{port}"


def test_a_given_port_that_is_taken_is_an_error(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        with RunningStack(tmp_path / "var", PORT=str(port)) as stack:
            assert stack.process.wait(10) == 1
            assert f"port {port} is taken by another program" in stack.output


def test_a_port_that_is_none_is_an_error(tmp_path: Path) -> None:
    for wrong in ("0", "65536", "eighty", "-1", "8000.5"):
        with RunningStack(tmp_path / "var", PORT=wrong) as stack:
            assert stack.process.wait(10) == 1
            assert f"PORT={wrong} is no port" in stack.output


def test_half_of_the_services_in_the_environment_is_an_error(tmp_path: Path) -> None:
    with RunningStack(tmp_path / "var", REDIS_URL="redis://127.0.0.1:1/0") as stack:
        assert stack.process.wait(10) == 1
        assert "REDIS_URL is set, but DATABASE_URL, REDIS_GATE_URL is not" in stack.output


def test_production_starts_nothing_embedded(tmp_path: Path) -> None:
    with RunningStack(tmp_path / "var", PLAZA_ENV="production") as stack:
        assert stack.process.wait(10) == 1
        assert "embedded services are for development" in stack.output
    assert not (tmp_path / "var").exists()


def test_a_data_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder belongs")
    with RunningStack(tmp_path / "var") as stack:
        assert stack.process.wait(10) == 1
        assert "Plaza cannot start: " in stack.output
        assert "Traceback" not in stack.output
