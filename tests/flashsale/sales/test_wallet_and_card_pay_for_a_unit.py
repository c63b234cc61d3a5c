"""The wallet pays what it has for a held unit and a card the rest; both go, or neither."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from flashsale import verification
from flashsale.models import Claim, Sale
from flashsale.services.watch import conservation, sweeps
from payments.models import Payment, Refund
from shop.services import orders
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.payments import available, give_money
from tests.factories.shop import make_address
from tests.payments.conftest import BindCard, bind
from tests.payments.sandbox_fixture import answer_bank, goes_on_to

__all__ = ["bind"]

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
DECLINED, WANTS_3DS = "4000000000000341", "4000000000003220"


@pytest.fixture
def claim(alice: User) -> Claim:
    """Alice holds one of two units for 19.00 and has 9.00 in her wallet."""
    give_money(alice.profile, 900)
    sale = sales.live_sale(units=2)
    (person,) = sales.reserve_rows(sale, [make_address(alice.profile)])
    sales.claim(sale, person)
    sales.drain(sale)
    return Claim.objects.select_related("sale", "order").get()


@pytest.fixture
def browser(alice: User, client_of: ClientOf) -> Client:
    return client_of(alice)


def pay(browser: Client, claim: Claim, card_id: int, part: object = 900, key: str = "k") -> str:
    """Where the browser goes next; empty after a refusal."""
    said = {"pay_with": f"card:{card_id}", "wallet_part": part, "key": key}
    answer = browser.post(f"/sales/{claim.sale_id}/claim/pay/", said)
    return goes_on_to(browser, answer) if "/leave/" in answer.get("Location", "") else ""


def state(claim: Claim) -> str:
    claim.refresh_from_db()
    return str(claim.state)


def test_the_panel_says_what_each_of_them_pays(
    browser: Client, alice: User, claim: Claim, bind: BindCard
) -> None:
    url = f"/sales/{claim.sale_id}/"
    assert "Use my wallet balance first" not in browser.get(url).content.decode()
    bind(alice)
    page = browser.get(url).content.decode()
    assert 'name="wallet_part" value="900"' in page
    assert "$9.00 from the wallet, $10.00 from the card" in page


def test_both_pay_and_the_unit_is_theirs(
    browser: Client, alice: User, claim: Claim, bind: BindCard
) -> None:
    pay(browser, claim, bind(alice).pk)
    assert (state(claim), available(alice.profile)) == ("paid", 0)
    payment = Payment.objects.get()
    assert (payment.wallet_part_minor, payment.card_part_minor) == (900, 1_000)
    pay(browser, claim, payment.instrument_id or 0)  # a second press changes nothing
    assert Payment.objects.count() == 1
    assert verification.faults(claim.sale_id) == []


def test_without_the_switch_the_card_pays_all(
    browser: Client, alice: User, claim: Claim, bind: BindCard
) -> None:
    pay(browser, claim, bind(alice).pk, part="")
    assert (state(claim), available(alice.profile)) == ("paid", 900)


def test_a_declined_card_leaves_wallet_and_unit_and_another_card_pays(
    browser: Client, alice: User, claim: Claim, bind: BindCard
) -> None:
    pay(browser, claim, bind(alice, DECLINED).pk)
    assert (state(claim), available(alice.profile)) == ("held", 900)
    pay(browser, claim, bind(alice).pk, key="again")
    assert (state(claim), available(alice.profile)) == ("paid", 0)
    assert Payment.objects.count() == 1


def test_the_bank_agrees_and_both_have_paid(
    browser: Client, alice: User, claim: Claim, bind: BindCard
) -> None:
    bank = pay(browser, claim, bind(alice, WANTS_3DS).pk)
    assert (state(claim), available(alice.profile)) == ("paying", 0)
    answer_bank(bank)
    sweeps.stop_payments(sale_id=claim.sale_id, now=clock.now() + timedelta(hours=1))
    assert (state(claim), available(alice.profile)) == ("paid", 0)


def test_a_bank_that_is_never_answered_gives_wallet_and_unit_back(
    browser: Client, alice: User, claim: Claim, bind: BindCard
) -> None:
    pay(browser, claim, bind(alice, WANTS_3DS).pk)
    late = clock.now() + timedelta(hours=1)
    sweeps.stop_payments(sale_id=claim.sale_id, now=late)
    sweeps.expire(sale_id=claim.sale_id, now=late)
    assert (state(claim), available(alice.profile)) == ("expired", 900)
    assert conservation.count(claim.sale_id).free == 2


@pytest.mark.parametrize("part", ["-1", "1.5", "1e2", "901", "1851", "1900", "99999999999", "６"])
def test_a_part_that_cannot_be_is_refused_and_the_unit_kept(
    part: str, browser: Client, alice: User, claim: Claim, bind: BindCard
) -> None:
    pay(browser, claim, bind(alice).pk, part=part)
    assert (state(claim), available(alice.profile)) == ("held", 900)
    assert not Payment.objects.exists()


def test_a_cancelled_order_gives_each_its_part_back(
    browser: Client, alice: User, claim: Claim, bind: BindCard
) -> None:
    pay(browser, claim, bind(alice).pk)
    orders.cancel(order_id=claim.order_id or 0, reason="", now=clock.now())
    parts = Refund.objects.order_by("pk").values_list("to", "amount_minor")
    assert list(parts) == [("card", 1_000), ("wallet", 900)]
    assert (state(claim), available(alice.profile)) == ("refunded", 900)
    assert conservation.count(claim.sale_id).free == 2


@pytest.mark.parametrize("part", ["900", -1, 1.5, True, 901, 1_900, 10**14])
def test_a_program_is_refused_a_part_that_cannot_be(
    part: object, alice: User, claim: Claim, bind: BindCard
) -> None:
    answer = program_pays(alice, claim.sale, card_id=bind(alice).pk, part=part)
    assert answer[0] in {400, 409, 422}
    assert (state(claim), available(alice.profile)) == ("held", 900)


def test_a_program_says_the_part_too(alice: User, claim: Claim, bind: BindCard) -> None:
    answer = program_pays(alice, claim.sale, card_id=bind(alice).pk, part=900)
    assert answer == (200, "paid")
    assert (state(claim), available(alice.profile)) == ("paid", 0)


def program_pays(user: User, sale: Sale, *, card_id: int, part: object) -> tuple[int, str]:
    """Status, and the claim's state where it was paid."""
    client = APIClient()
    client.force_authenticate(user)
    answer = client.post(
        f"/api/v1/sales/{sale.pk}/claim/pay",
        {"pay_with": f"card:{card_id}", "wallet_part_minor": part},
        format="json",
        headers={"Idempotency-Key": "k1"},
    )
    return answer.status_code, answer.json().get("claim", {}).get("state", "")
