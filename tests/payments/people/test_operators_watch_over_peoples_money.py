"""Stopping somebody with a reason, letting them go on, limits by standing, what is cashed out."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.models import MoneyFreeze, Standing, StandingLimits
from payments.services import opening
from payments.services.people import freezing, standings
from socialcommerce.lib import clock
from tests.factories import people as make
from tests.factories.accounts import StoreProfileFactory
from tests.factories.payments import available, give_back, give_money, pay, release
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db
FREEZE, LIFT = "operator:payments_moneyfreeze_freeze", "operator:payments_moneyfreeze_lift"


@pytest.fixture
def browser(mallory: User, client_of) -> Client:
    mallory.is_operator = True
    mallory.save()
    logged_in: Client = client_of(mallory)
    return logged_in


def act(browser: Client, name: str, handle: str, reason: str = "stolen card") -> str:
    form = {"handle": handle, "reason": reason}
    return browser.post(reverse(name), form, follow=True).content.decode()


def test_somebody_is_stopped_and_let_go_on_with_reasons_that_stay(
    browser: Client, alice: User, mallory: User
) -> None:
    assert "Stopped" in act(browser, FREEZE, "@alice")
    alice.refresh_from_db()
    assert alice.frozen_at is not None
    act(browser, LIFT, "alice", "it was her own")
    alice.refresh_from_db()
    row = MoneyFreeze.objects.get()
    assert alice.frozen_at is None
    assert (row.reason, row.frozen_by, row.lifted_reason) == (
        "stolen card",
        mallory,
        "it was her own",
    )
    assert LogEntry.objects.count() == 2
    page = browser.get(reverse("operator:payments_moneyfreeze_changelist")).content.decode()
    assert "stolen card" in page
    assert "it was her own" in page


def test_a_reason_is_needed(browser: Client, alice: User) -> None:
    assert "required" in act(browser, FREEZE, "alice", "")
    assert not MoneyFreeze.objects.exists()


def test_stopping_twice_keeps_the_first_reason(browser: Client, alice: User) -> None:
    act(browser, FREEZE, "alice", "first")
    act(browser, FREEZE, "alice", "second")
    assert MoneyFreeze.objects.get().reason == "first"


def test_whoever_is_not_stopped_cannot_be_let_go_on(browser: Client, alice: User) -> None:
    assert "is not frozen" in act(browser, LIFT, "alice")


def test_a_store_is_not_stopped_here(browser: Client, bob: User) -> None:
    StoreProfileFactory.create(owner=bob, handle="bobs")
    assert "Only a person" in act(browser, FREEZE, "bobs")


def test_what_goes_out_is_refused_and_what_comes_in_arrives(
    alice: User, bob: User, client_of
) -> None:
    give_money(alice.profile, 1_000)
    give_money(bob.profile, 500)
    bought, sold = pay(alice.profile, bob.profile, 300), pay(bob.profile, alice.profile, 500)
    freezing.freeze(profile_id=alice.profile.pk, reason="odd", by_id=None, now=clock.now())
    with pytest.raises(opening.PayerBarred):
        pay(alice.profile, bob.profile, 100)
    give_back(bought, 300)
    release(sold)
    assert available(alice.profile) == 1_500
    page = client_of(alice).get(reverse("payments:wallet")).content.decode()
    assert "Your money is stopped" in page


def test_an_operator_changes_the_limits_of_a_standing(
    browser: Client, alice: User, mallory: User
) -> None:
    listed = browser.get(reverse("operator:payments_standinglimits_changelist"))
    assert "Long-standing" in listed.content.decode()
    row = StandingLimits.objects.get(standing=Standing.NEW)
    url = reverse("operator:payments_standinglimits_change", args=[row.pk])
    url = url.removesuffix("change/") + "limits/"
    form = dict.fromkeys(standings.LIMITS, "20.00")
    browser.post(url, form)
    changed = standings.limits_of(standings.of(alice.profile.pk, now=clock.now()))
    assert (changed.spend_day_minor, changed.changed_by) == (2_000, mallory)
    refused = browser.post(url, {**form, "spend_day_minor": "20.01"})
    assert "A week holds at least what a day does" in refused.content.decode()
    assert LogEntry.objects.count() == 1


def test_cash_outs_are_listed_with_their_parts(
    browser: Client, alice: User, bind: BindCard
) -> None:
    make.topped_up(alice.profile, bind(alice), 1_000)
    cash_out = make.cash_out(make.with_pin(alice), 700)
    listed = browser.get(reverse("operator:payments_cashout_changelist")).content.decode()
    assert "$7.00" in listed
    url = reverse("operator:payments_cashout_change", args=[cash_out.pk])
    assert "$7.00" in browser.get(url).content.decode()


@pytest.mark.parametrize("model", ["moneyfreeze", "standinglimits", "cashout"])
def test_people_do_not_see_these_pages(model: str, alice: User, client_of) -> None:
    answer = client_of(alice).get(reverse(f"operator:payments_{model}_changelist"))
    assert answer.status_code in {302, 403}
