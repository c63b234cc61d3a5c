"""Connect: to Stripe's page and back, by whom, and what is missing in plain words."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Notification, Profile, Role, User
from accounts.services import memberships
from payments.gateway import connect_words
from payments.gateway.client import client as stripe_client
from payments.models import ConnectAccount, MerchantTerms
from payments.sandbox.server import Sandbox
from payments.services import connect, merchant_terms, stripe_events
from socialcommerce.lib import clock
from tests.factories.accounts import StoreProfileFactory
from tests.factories.merchants import onboarded
from tests.payments.sandbox_fixture import deliver, goes_on_to, visit

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def store(bob: User, stripe_sandbox: Sandbox) -> Profile:
    return StoreProfileFactory.create(owner=bob, handle="bobs")


def home(store: Profile) -> str:
    terms = merchant_terms.of(store.pk, now=clock.now())
    return f"/merchant/payments/merchantterms/{terms.pk}"


def test_an_owner_goes_to_stripes_page_and_comes_back(
    bob: User, store: Profile, client_of: ClientOf
) -> None:
    browser = client_of(bob)
    page = browser.get(f"{home(store)}/change/").content.decode()
    assert "There is none yet" in page
    answer = browser.post(f"{home(store)}/bank/", {"country": "US"})
    onboarding = goes_on_to(browser, answer)
    assert "/connect/onboarding/" in onboarding
    assert visit(onboarding)[0] == 200
    back = browser.get(f"{home(store)}/bank/back/", follow=True).content.decode()
    assert "Still needed: " in back
    account = ConnectAccount.objects.get(profile=store)
    assert (account.state, account.payouts_enabled) == ("begun", False)
    assert (account.country, account.email) == ("US", "bob@example.com")


def test_ready_it_says_so(bob: User, store: Profile, client_of, stripe_sandbox: Sandbox) -> None:
    account = onboarded(store, stripe_sandbox)
    assert (account.state, account.payouts_enabled) == ("enabled", True)
    assert "Ready for payouts" in client_of(bob).get(f"{home(store)}/change/").content.decode()


def test_a_restricted_account_says_what_is_missing_and_its_people_hear_of_it(
    bob: User, store: Profile, client: Client, client_of, stripe_sandbox: Sandbox
) -> None:
    account = onboarded(store, stripe_sandbox)
    stripe_sandbox.control(f"accounts/{account.stripe_id}", status="needs_more")
    deliver(stripe_sandbox, client)
    stripe_events.process_due(now=clock.now() + timedelta(seconds=1), limit=50)
    account.refresh_from_db()
    assert (account.state, account.payouts_enabled) == ("restricted", False)
    page = client_of(bob).get(f"{home(store)}/change/").content.decode()
    missing = connect_words.missing(account.requirements["missing"])
    assert missing
    assert all(words in page for words in missing)
    news = Notification.objects.get(recipient=bob.profile)
    assert news.kind == "payments.account_stopped"


def test_begun_twice_it_is_one_account_also_a_day_later(
    store: Profile, stripe_sandbox: Sandbox
) -> None:
    wanted = connect.Onboarding(store.pk, "US", "bob@example.com", "/merchant/", "/merchant/")
    connect.begin(wanted, now=clock.now())
    first = ConnectAccount.objects.get()
    ConnectAccount.objects.update(stripe_id=None)  # as if the answer had been lost
    stripe_sandbox.control("clock", advance_seconds=2 * 86_400)
    connect.begin(wanted, now=clock.now() + timedelta(days=2))
    assert ConnectAccount.objects.get().stripe_id == first.stripe_id
    assert len(stripe_client().v1.accounts.list().data) == 1


def test_without_an_answer_nothing_is_lost(
    bob: User, store: Profile, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    stripe_sandbox.control("rules", fail_next=3, fail_status=503)
    answer = client_of(bob).post(f"{home(store)}/bank/", {"country": "US"}, follow=True)
    assert "does not answer" in answer.content.decode()
    assert ConnectAccount.objects.get().stripe_id is None


def test_managers_see_the_money_and_packers_do_not_and_owners_alone_name_the_bank(
    alice: User, mallory: User, store: Profile, client_of: ClientOf
) -> None:
    page = home(store)
    memberships.add(profile=store, user=alice, role=Role.MANAGER, now=clock.now())
    memberships.add(profile=store, user=mallory, role=Role.PACKER, now=clock.now())
    manager, packer = client_of(alice), client_of(mallory)
    assert manager.get(f"{page}/change/").status_code == 200
    assert manager.post(f"{page}/bank/", {"country": "US"}).status_code == 404
    assert not ConnectAccount.objects.exists()
    for path in ("change/", "schedule/", "pay-out/", "bank/", "bank/back/"):
        assert packer.get(f"{page}/{path}").status_code in {403, 404}, path


def test_the_schedule_is_changed_on_the_page_and_its_minimum_is_kept(
    bob: User, store: Profile, client_of: ClientOf
) -> None:
    browser, page = client_of(bob), home(store)
    low = browser.post(f"{page}/schedule/", {"every": "daily", "minimum": "0.01"})
    assert low.status_code == 422
    assert browser.post(f"{page}/schedule/", {"every": "daily", "minimum": "25"}).status_code == 302
    terms = MerchantTerms.objects.get()
    assert (terms.payout_every, terms.minimum_minor, terms.changed_by) == ("daily", 2_500, bob)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("external_account", "a bank account"),
        ("individual.verification.document", "identity document"),
        ("company.tax_id", "tax number"),
        ("person_1abc.dob.day", "date of birth"),
        ("something.new", "names on its page"),
    ],
)
def test_what_is_missing_is_said_in_words(name: str, words: str) -> None:
    assert words in connect_words.missing([name, name])[0]
    assert len(connect_words.missing([name, name])) == 1
