"""Operators' pages, rehearsals and odd addresses: whoever has no business there gets nowhere."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from flashsale.models import Act, Sale
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
ACTS = ("approve", "pause", "resume", "close", "cancel")
PAGES = (
    "check-list/", "live/", "live.json", "report/", "report.csv", "log/", "stock/", "clone/",
    *(f"act/{name}/" for name in ACTS),
)  # fmt: skip
HUGE = (0, 987_654, 2**63, 10**25)


def test_merchants_people_and_strangers_reach_no_operators_page(
    alice: User, client_of: Callable[[User], Client]
) -> None:
    sale = sales.live_sale()
    owner = sale.lots.get().variant.product.store.profile.memberships.get().user
    before = Act.objects.count()
    for browser in (client_of(alice), client_of(owner), Client()):
        for tail in PAGES:
            for ask in (browser.get, browser.post):
                status = ask(f"/operator/flashsale/sale/{sale.pk}/{tail}").status_code
                assert status in (302, 303, 403, 404), tail
    assert sales.running(sale)
    assert (Act.objects.count(), Sale.objects.count()) == (before, 1)


def test_looking_at_an_act_does_not_do_it(client_of: Callable[[User], Client]) -> None:
    sale = sales.live_sale()
    operator = client_of(UserFactory.create(is_operator=True))
    for name in ACTS:
        assert operator.get(f"/operator/flashsale/sale/{sale.pk}/act/{name}/").status_code == 200
    assert operator.get(f"/operator/flashsale/sale/{sale.pk}/clone/").status_code == 405
    assert sales.running(sale)


def test_a_rehearsal_is_made_into_no_sale(client_of: Callable[[User], Client]) -> None:
    """Its currency is test money and its shop is a stage: nothing of it may be announced."""
    sale = sales.approved_sale()
    run = sales.draft_sale()
    Sale.objects.filter(pk=run.pk).update(rehearses=sale, state="approved", approved_at=clock.now())
    operator = client_of(UserFactory.create(is_operator=True))
    for tail in ("clone/", "stock/", *(f"act/{name}/" for name in ACTS)):
        path = f"/operator/flashsale/sale/{run.pk}/{tail}"
        assert operator.post(path, {"reason": "x"}).status_code == 404, tail
    run.refresh_from_db()
    assert (Sale.objects.count(), run.state) == (2, "approved")


@pytest.mark.parametrize("number", HUGE)
def test_addresses_of_no_sale_are_not_found(
    alice: User, client_of: Callable[[User], Client], number: int
) -> None:
    browser = client_of(alice)
    for tail in (
        "", "panel/", "claim/", "reservation/", "secrets/", "record.jsonl", "receipt.json", "units/"
    ):  # fmt: skip
        assert browser.get(f"/sales/{number}/{tail}").status_code == 404, tail
    for tail, form in {
        "waiting/": {},
        "reservation/withdraw/": {},
        "pass/": {"route": "cent"},
        "reminder/": {},
        "claim/pay/": {"pay_with": "wallet", "key": "k" * 20},
    }.items():
        assert browser.post(f"/sales/{number}/{tail}", form).status_code == 404, tail
    for tail in ("claim/", "reservation/"):
        assert browser.post(f"/sales/{number}/{tail}", {"token": "1.2.3.4.5.x"}).status_code == 403
    assert browser.get(f"/sales/{number}/state").status_code == 403
