"""The check-list: an impossible sale is refused with a remedy, a doubtful one is pointed at."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from flashsale.models import Rehearsal, Sale, Second, Wave
from flashsale.rehearsal import config
from flashsale.services import sales as service
from flashsale.services.console import checklist, forecasts
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.shop import fill_shelf

pytestmark = pytest.mark.django_db


def levels(sale: Sale) -> dict[str, str]:
    lots = list(sale.lots.select_related("variant__product__store"))
    return {check.code: check.level for check in checklist.run(sale, lots, now=clock.now())}


def approve(sale: Sale) -> None:
    boss = UserFactory.create(is_operator=True)
    service.approve(sale_id=sale.pk, by=boss, now=clock.now())


def ready(**fields: object) -> Sale:
    """A draft with its units on the shelf and nothing to complain of."""
    times = {"opens_in": 3_600, "closes_in": 7_200, "starts_in": 7_300}
    sale = sales.draft_sale(**(times | fields))  # type: ignore[arg-type]  # the same keywords
    fill_shelf(sale.lots.get().variant, 10)
    return sale


def test_a_sound_draft_has_nothing_that_forbids_it() -> None:
    sale = ready()
    found = levels(sale)
    assert "blocking" not in found.values()
    assert (found["times"], found["stock"], found["reserving"]) == ("ok", "ok", "ok")
    approve(sale)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"opens_in": -30, "closes_in": -10, "starts_in": 5}, "times"),
        ({"kind": "draw", "slots": 2}, "kind"),
        ({"opening_window_ms": 999}, "kind"),
        ({"opening_window_ms": 60_001}, "kind"),
        ({"opening_window_ms": 5_000, "lasts": 5}, "kind"),
        ({"slots": 3, "per_card_limit": 2}, "limits"),
        ({"slots": 3, "per_address_limit": 2}, "limits"),
        ({"post_text": "漢" * 190}, "words"),
    ],
)
def test_an_impossible_sale_is_refused_by_name(fields: dict[str, object], code: str) -> None:
    sale = ready(**fields)
    assert [name for name, level in levels(sale).items() if level == "blocking"] == [code]
    with pytest.raises(service.NotReady) as refusal:
        approve(sale)
    assert refusal.value.extra["checks"] == [code]
    sale.refresh_from_db()
    assert (sale.state, sale.units.count()) == ("draft", 0)


def wave(sale: Sale, number: int, after_start: float) -> None:
    opens_at = sale.starts_at + timedelta(seconds=after_start)
    Wave.objects.create(sale=sale, number=number, opens_at=opens_at)


@pytest.mark.parametrize(
    ("waves", "level"),
    [
        ([(1, 300), (2, 600)], "ok"),
        ([(1, 299)], "blocking"),  # holds of the first units are not over
        ([(1, 600), (2, 700)], "blocking"),
        ([(1, 3_500)], "blocking"),  # and of its own units not before the end
        ([(2, 600)], "blocking"),
    ],
)
def test_waves_leave_time_for_every_hold(waves: list[tuple[int, float]], level: str) -> None:
    sale = ready(lasts=3_600)
    for number, after_start in waves:
        wave(sale, number, after_start)
    assert levels(sale)["waves"] == level


def test_a_store_that_is_not_open_sells_nothing() -> None:
    sale = ready()
    store = sale.lots.get().variant.product.store
    type(store).objects.filter(pk=store.pk).update(state="suspended")
    assert levels(sale)["store"] == "blocking"


def test_what_is_only_doubtful_does_not_forbid() -> None:
    sale = ready(opens_in=-5, closes_in=60, starts_in=60)
    sale.lots.update(unit_price_minor=10**8)
    found = levels(sale)
    assert {found[code] for code in ("times", "reserving", "price", "rehearsal")} == {"warning"}
    approve(sale)


def test_missing_stock_is_named_before_it_is_asked_for() -> None:
    sale = sales.draft_sale(units=3)
    assert levels(sale)["stock"] == "blocking"


# --- rehearsal -------------------------------------------------------------------------------


def rehearsed(sale: Sale, *, go: bool = True) -> None:
    Rehearsal.objects.create(
        sale=sale,
        config_hash=config.hash_of(sale),
        curve=[1],
        people=1,
        state="done",
        verdict={"go": go},
        requested_at=clock.now(),
    )


def test_a_large_sale_needs_a_rehearsal_that_went_well(settings: Settings) -> None:
    settings.SALE_REHEARSE_ABOVE_UNITS = 2
    sale = ready(units=3)
    with pytest.raises(service.NotReady):
        approve(sale)
    rehearsed(sale, go=False)
    assert levels(sale)["rehearsal"] == "blocking"
    rehearsed(sale)
    assert levels(sale)["rehearsal"] == "ok"
    approve(sale)


def test_a_verdict_holds_for_exactly_what_was_rehearsed() -> None:
    sale = ready()
    rehearsed(sale)
    assert levels(sale)["rehearsal"] == "ok"
    Sale.objects.filter(pk=sale.pk).update(hold_seconds=299)
    sale.refresh_from_db()
    assert levels(sale)["rehearsal"] == "warning"


# --- forecast --------------------------------------------------------------------------------


def forecast(sale: Sale) -> forecasts.Forecast:
    return forecasts.of(sale, list(sale.lots.select_related("variant__product__store")))


def test_without_a_past_the_settings_tell_how_many_come(settings: Settings) -> None:
    settings.SALE_PEOPLE_PER_UNIT, settings.SALE_PEAK_PERCENT = 1_000, 10
    settings.SALE_CLAIMS_PER_PROCESS, settings.SALE_WEB_PROCESSES = 100, 2
    sale = ready(units=3)
    expected = forecast(sale)
    assert (expected.people, expected.claims_a_second, expected.processes) == (3_000, 300, 3)
    assert levels(sale)["crowd"] == "warning"
    settings.SALE_WEB_PROCESSES = 3
    assert levels(sale)["crowd"] == "ok"


def test_the_stores_last_sale_tells_better() -> None:
    variant = ready().lots.get().variant
    past = sales.draft_sale(units=2, variant=variant)
    Sale.objects.filter(pk=past.pk).update(
        state="settled", approved_at=clock.now(), reserved=110, withdrawn=10
    )
    Second.objects.create(sale=past, at=clock.now(), claim_requests=25)
    expected = forecast(sales.draft_sale(units=4, variant=variant))
    assert (expected.people, expected.claims_a_second) == (200, 50)
    assert expected.past == past


def test_there_are_never_fewer_people_than_have_reserved(settings: Settings) -> None:
    settings.SALE_PEOPLE_PER_UNIT = 1
    sale = ready(units=1)
    Sale.objects.filter(pk=sale.pk).update(reserved=500)
    sale.refresh_from_db()
    assert forecast(sale).people == 500


# --- the page --------------------------------------------------------------------------------


def test_the_page_offers_to_approve_only_what_can_be(
    client_of: Callable[[User], Client],
) -> None:
    operator = client_of(UserFactory.create(is_operator=True))
    fine, impossible = ready(), ready(slots=2, per_card_limit=1)
    page = f"/operator/flashsale/sale/{fine.pk}/check-list/"
    assert f"/sale/{fine.pk}/act/approve/" in operator.get(page).content.decode()
    page = f"/operator/flashsale/sale/{impossible.pk}/check-list/"
    shown = operator.get(page).content.decode()
    assert "/act/approve/" not in shown
    assert "Raise the limit, or lower the units per person." in shown
