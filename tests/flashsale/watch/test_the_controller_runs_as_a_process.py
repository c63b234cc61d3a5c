"""`manage.py sale_controller`: opens the gate, leaves a sign of life, and there is one leader."""

import time
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from flashsale.gate import published
from flashsale.models import Claim, Unit
from flashsale.services.watch import conservation
from flashsale.services.watch.leadership import Leadership
from socialcommerce.health import CONTROLLER_KEY
from socialcommerce.lib import redis
from tests import stack
from tests.factories import flashsale as sales


def wait_for(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_process_opens_the_gate_and_a_worker_drains_it() -> None:
    sale = sales.approved_sale(units=2)
    sales.begin(sale)
    (person,) = sales.crowd(sale, 1)
    connections.close_all()
    with stack.running("controller", "worker", env=stack.environment()):
        wait_for(lambda: published.read(sale.pk).is_open)
        wait_for(lambda: bool(redis.cache().exists(CONTROLLER_KEY)))
        published.forget(sale.pk)
        sales.claim(sale, person)
        wait_for(lambda: Claim.objects.filter(state="held").exists())
    wait_for(lambda: not published.read(sale.pk).is_open)  # the lease dies with the controller


@pytest.mark.django_db(transaction=True)
def test_only_one_leads_and_the_next_takes_over() -> None:
    first, second = Leadership(), Leadership()
    try:
        assert first.hold()
        assert not second.hold()
        assert first.hold()
        first.release()
        assert second.hold()
        assert not first.hold()
    finally:
        first.release()
        second.release()


@pytest.mark.django_db
def test_the_console_says_where_a_sale_is(capsys: pytest.CaptureFixture[str]) -> None:
    sale = sales.live_sale(units=2)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    sales.drain(sale)
    call_command("sale", "status", str(sale.pk))
    said = capsys.readouterr().out
    assert "approved, live, epoch 1" in said
    assert "gate: open, epoch 1, remain 1" in said
    call_command("sale", "verify", str(sale.pk))
    assert "proves" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_proof_names_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    sale = sales.live_sale(units=2)
    Unit.objects.filter(number=1).update(state="paid")
    assert not conservation.count(sale.pk).holds
    with pytest.raises(CommandError):
        call_command("sale", "verify", str(sale.pk))
    assert "do not add up" in capsys.readouterr().err
    with pytest.raises(CommandError, match="no sale 0"):
        call_command("sale", "status", "0")
