"""What was there before the process ended is there again, at the new address."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import stripe

from payments.sandbox.server import Sandbox, started
from tests.payments.sandbox.conftest import client_of
from tests.payments.sandbox.receiver import receiving
from tests.payments.sandbox_fixture import answer_bank, type_card

NOBODY = "http://127.0.0.1:1/nobody"


@contextlib.contextmanager
def running(folder: Path, webhook_url: str = NOBODY) -> Iterator[Sandbox]:
    with started(
        environment="test",
        state_dir=folder,
        secret_key="sk_test_a",
        webhook_secret="whsec_a",
        webhook_url=webhook_url,
    ) as (sandbox, serve):
        threading.Thread(target=serve, args=(0.02,), daemon=True).start()
        yield sandbox


def test_objects_and_answers_stay(tmp_path: Path) -> None:
    params: stripe.params.CustomerCreateParams = {"email": "a@example.com"}
    options: stripe.RequestOptions = {"idempotency_key": "k1"}
    with running(tmp_path) as sandbox:
        made = client_of(sandbox).v1.customers.create(params, options)
    with running(tmp_path) as sandbox:
        assert client_of(sandbox).v1.customers.create(params, options).id == made.id
        assert len(client_of(sandbox).v1.customers.list().data) == 1


def test_the_clock_stays_where_it_was_moved_to(tmp_path: Path) -> None:
    with running(tmp_path) as sandbox:
        sandbox.control("clock", advance_seconds=5000)
    with running(tmp_path) as sandbox:
        assert sandbox.control("clock")["ahead_seconds"] == 5000


def test_a_file_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "sandbox.sqlite3")) as database:
        database.execute(
            "CREATE TABLE objects (sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
            " id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, body TEXT NOT NULL,"
            " hidden TEXT NOT NULL DEFAULT '{}')"
        )
        body = '{"id": "cus_1", "object": "customer", "created": 1, "email": "a@example.com"}'
        database.execute(
            "INSERT INTO objects (id, kind, body) VALUES ('cus_1', 'customer', ?)", (body,)
        )
        database.commit()
    with running(tmp_path) as sandbox:
        assert [each.id for each in client_of(sandbox).v1.customers.list().data] == ["cus_1"]


def test_events_that_nobody_took_arrive_later(tmp_path: Path) -> None:
    with running(tmp_path) as sandbox:
        made = client_of(sandbox).v1.customers.create({"email": "a@example.com"})
    with receiving() as receiver, running(tmp_path, receiver.url) as sandbox:
        assert receiver.arrived.wait(5)
        (event,) = receiver.events("whsec_a")
        assert event.data.object["id"] == made.id


def test_pages_that_were_open_have_moved_along(tmp_path: Path) -> None:
    def session(sandbox: Sandbox) -> stripe.checkout.Session:
        return client_of(sandbox).v1.checkout.sessions.create(
            {
                "mode": "setup",
                "success_url": "http://127.0.0.1/done",
                "allowed_payment_method_types": ["card"],
            },
            {"idempotency_key": "k1"},
        )

    with running(tmp_path) as sandbox:
        opened = session(sandbox)
        bank = type_card(opened.url or "", "4000002500003155")
        old = sandbox.url
    with running(tmp_path) as sandbox:
        assert sandbox.url != old
        again = session(sandbox)
        assert again.id == opened.id
        assert (again.url or "").startswith(f"{sandbox.url}/c/pay/")
        back = answer_bank(bank.replace(old, sandbox.url))
        assert back.startswith(f"{sandbox.url}/c/pay/{opened.id}/return")


def test_a_stop_does_not_wait_for_a_long_queue(tmp_path: Path) -> None:
    with running(tmp_path) as sandbox:
        sandbox.control("rules", copies=100)
        for number in range(5):
            client_of(sandbox).v1.customers.create({"email": f"{number}@example.com"})
        began = time.monotonic()
    assert time.monotonic() - began < 3
