"""An account may do what its owner's answers and Stripe's checks allow, and says what it lacks."""

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.connect import RECIPIENT, onboarding_link, open_account
from tests.payments.sandbox_fixture import visit

DAY_SECONDS = 24 * 60 * 60


@pytest.fixture
def account(api: stripe.StripeClient) -> stripe.Account:
    return open_account(api)


def answer(url: str, outcome: str, bank: str = "000123456789") -> tuple[int, str]:
    status, location, _ = visit(url, {"outcome": outcome, "bank": bank})
    return status, location


def test_a_new_account_may_do_nothing(api: stripe.StripeClient, account: stripe.Account) -> None:
    assert account.type == "express"
    assert (account.details_submitted, account.payouts_enabled) == (False, False)
    assert account.capabilities is not None
    assert account.capabilities.transfers == "inactive"
    assert account.requirements is not None
    assert "external_account" in (account.requirements.currently_due or [])
    assert account.requirements.disabled_reason == "requirements.past_due"
    assert [each.id for each in api.v1.accounts.list().data] == [account.id]


def test_by_its_controller_an_account_has_no_type(api: stripe.StripeClient) -> None:
    made = api.v1.accounts.create(
        {
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "requirement_collection": "stripe",
                "stripe_dashboard": {"type": "express"},
            },
            "country": "DE",
        }
    )
    assert (made.type, made.default_currency) == ("none", "eur")
    assert made.controller is not None
    assert made.controller.losses is not None
    assert made.controller.losses.payments == "application"
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.accounts.create(
            {"type": "express", "controller": {"losses": {"payments": "stripe"}}}
        )


def test_a_recipient_asks_for_transfers_only(api: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="recipient"):
        api.v1.accounts.create(
            {**RECIPIENT, "capabilities": {"card_payments": {"requested": True}}}
        )


def test_the_page_asks_and_sends_the_owner_back(
    api: stripe.StripeClient, account: stripe.Account
) -> None:
    url = onboarding_link(api, account.id)
    status, _, html = visit(url)
    assert status == 200
    assert "000123456789" in html
    assert "Never type a real card here" in html
    assert answer(url, "enabled") == (303, "http://127.0.0.1/done")
    enabled = api.v1.accounts.retrieve(account.id)
    assert (enabled.details_submitted, enabled.payouts_enabled) == (True, True)
    assert enabled.capabilities is not None
    assert enabled.capabilities.transfers == "active"
    assert enabled.external_accounts is not None
    (bank,) = enabled.external_accounts.data
    assert (bank.object, bank.last4, bank.default_for_currency) == ("bank_account", "6789", True)
    assert api.v1.events.list({}, {"stripe_account": account.id}).data[0].account == account.id


@pytest.mark.parametrize(
    ("outcome", "reason", "due"),
    [
        ("needs_more", "requirements.past_due", ["individual.verification.document"]),
        ("restricted", "under_review", []),
        ("rejected", "rejected.fraud", []),
    ],
)
def test_what_keeps_an_account_from_being_paid_is_said(
    api: stripe.StripeClient, account: stripe.Account, outcome: str, reason: str, due: list[str]
) -> None:
    answer(onboarding_link(api, account.id), outcome)
    held = api.v1.accounts.retrieve(account.id)
    assert (held.details_submitted, held.payouts_enabled) == (True, False)
    assert held.requirements is not None
    assert (held.requirements.disabled_reason, held.requirements.currently_due) == (reason, due)


def test_who_leaves_the_page_has_told_nothing(
    api: stripe.StripeClient, account: stripe.Account
) -> None:
    assert answer(onboarding_link(api, account.id), "later")[1] == "http://127.0.0.1/done"
    assert not api.v1.accounts.retrieve(account.id).details_submitted


def test_what_was_left_out_can_be_brought_later(
    api: stripe.StripeClient, account: stripe.Account
) -> None:
    answer(onboarding_link(api, account.id), "needs_more")
    answer(onboarding_link(api, account.id), "enabled", "000111111116")
    enabled = api.v1.accounts.retrieve(account.id)
    assert enabled.payouts_enabled
    assert enabled.external_accounts is not None
    last4 = {bank.last4: bank.default_for_currency for bank in enabled.external_accounts.data}
    assert last4 == {"6789": False, "1116": True}


def test_a_debit_card_can_be_named_instead_of_a_bank_account(
    api: stripe.StripeClient, account: stripe.Account
) -> None:
    answer(onboarding_link(api, account.id), "enabled", "4000056655665556")
    external = api.v1.accounts.retrieve(account.id).external_accounts
    assert external is not None
    assert [(each.object, each.last4) for each in external.data] == [("card", "5556")]


def test_a_link_is_good_once_and_for_a_few_minutes(
    api: stripe.StripeClient, sandbox: Sandbox, account: stripe.Account
) -> None:
    used, old = onboarding_link(api, account.id), onboarding_link(api, account.id)
    answer(used, "later")
    assert visit(used)[:2] == (303, "http://127.0.0.1/again")
    sandbox.control("clock", advance_seconds=301)
    assert answer(old, "enabled") == (303, "http://127.0.0.1/again")
    assert not api.v1.accounts.retrieve(account.id).details_submitted
    assert visit(f"{sandbox.url}/connect/onboarding/alnk_nobody")[0] == 404


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"outcome": "rich"},
        {"outcome": "enabled", "bank": "12345"},
        {"outcome": "enabled", "bank": "4242424242424242"},
    ],
)
def test_an_answer_that_is_none_changes_nothing(
    api: stripe.StripeClient, account: stripe.Account, form: dict[str, str]
) -> None:
    status, _, html = visit(onboarding_link(api, account.id), form)
    assert status == 422
    assert 'role="alert"' in html
    assert not api.v1.accounts.retrieve(account.id).details_submitted


def test_a_link_needs_a_way_back(api: stripe.StripeClient, account: stripe.Account) -> None:
    for params in (
        {"refresh_url": "http://127.0.0.1/again"},
        {"refresh_url": "javascript:x", "return_url": "http://127.0.0.1/done"},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            api.v1.account_links.create(
                {"account": account.id, "type": "account_onboarding", **params}
            )


def test_a_deadline_that_passes_takes_the_rights_away(
    api: stripe.StripeClient, sandbox: Sandbox, account: stripe.Account
) -> None:
    sandbox.control(f"accounts/{account.id}", status="restricted_soon")
    warned = api.v1.accounts.retrieve(account.id)
    assert warned.payouts_enabled
    assert warned.requirements is not None
    assert warned.requirements.current_deadline is not None
    sandbox.control("clock", advance_seconds=15 * DAY_SECONDS)
    assert not api.v1.accounts.retrieve(account.id).payouts_enabled


def test_every_change_is_told_with_what_it_was_before(
    api: stripe.StripeClient, sandbox: Sandbox, account: stripe.Account
) -> None:
    sandbox.control(f"accounts/{account.id}", status="enabled")
    sandbox.control(f"accounts/{account.id}", status="restricted")
    (last, _) = api.v1.events.list({"type": "account.updated"}, {"stripe_account": account.id}).data
    assert last.account == account.id
    assert last.data.object["payouts_enabled"] is False
    assert last.data.previous_attributes is not None
    assert last.data.previous_attributes["payouts_enabled"] is True
    assert api.v1.events.list({"type": "account.updated"}).data == []
    with pytest.raises(ValueError, match="status is one of"):
        sandbox.control(f"accounts/{account.id}", status="famous")


def test_stripe_collects_the_bank_accounts_of_its_own(
    api: stripe.StripeClient, account: stripe.Account
) -> None:
    with pytest.raises(stripe.PermissionError):
        api.v1.accounts.external_accounts.create(
            account.id, {"external_account": "btok_us_verified"}
        )


def test_a_platform_that_collects_adds_bank_accounts_and_debit_cards(
    api: stripe.StripeClient,
) -> None:
    account = open_account(api, type="custom")
    banks = api.v1.accounts.external_accounts
    first = banks.create(
        account.id,
        {
            "external_account": {
                "object": "bank_account",
                "country": "US",
                "currency": "usd",
                "account_number": "000123456789",
                "routing_number": "110000000",
            }
        },
    )
    second = banks.create(
        account.id, {"external_account": "btok_us_verified_noAccount", "default_for_currency": True}
    )
    card = banks.create(
        account.id,
        {
            "external_account": {
                "object": "card",
                "number": "4000056655665556",
                "exp_month": 12,
                "exp_year": 2034,
                "currency": "usd",
            }
        },
    )
    assert [each.id for each in banks.list(account.id, {"object": "card"}).data] == [card.id]
    with pytest.raises(stripe.InvalidRequestError, match="default"):
        banks.delete(account.id, second.id)
    assert banks.delete(account.id, first.id).deleted
    assert {each.id for each in banks.list(account.id).data} == {second.id, card.id}
    with pytest.raises(stripe.InvalidRequestError):
        banks.retrieve(account.id, first.id)


@pytest.mark.parametrize(
    "given",
    [
        {"object": "bank_account", "country": "US", "account_number": "123456789"},
        {"object": "card", "number": "4242424242424242", "exp_month": 1, "exp_year": 2034},
        "btok_nobody",
    ],
)
def test_only_published_accounts_and_debit_cards_are_paid_out_to(
    api: stripe.StripeClient, given: object
) -> None:
    account = open_account(api, type="custom")
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.accounts.external_accounts.create(account.id, {"external_account": given})  # type: ignore[typeddict-item]


def test_the_same_bank_account_has_the_same_fingerprint(api: stripe.StripeClient) -> None:
    prints = set()
    for _ in range(2):
        account = open_account(api, type="custom")
        added = api.v1.accounts.external_accounts.create(
            account.id, {"external_account": "btok_us_verified"}
        )
        prints.add(added.fingerprint)
    assert len(prints) == 1


def test_an_account_goes_when_it_is_empty(
    api: stripe.StripeClient, sandbox: Sandbox, account: stripe.Account
) -> None:
    sandbox.control(f"accounts/{account.id}", status="enabled")
    api.v1.topups.create({"amount": 500, "currency": "usd"})
    transfer = api.v1.transfers.create(
        {"amount": 500, "currency": "usd", "destination": account.id}
    )
    with pytest.raises(stripe.InvalidRequestError, match="balance"):
        api.v1.accounts.delete(account.id)
    api.v1.transfers.reversals.create(transfer.id)
    assert api.v1.accounts.delete(account.id).deleted
    assert api.v1.accounts.list().data == []
    with pytest.raises(stripe.PermissionError):
        api.v1.balance.retrieve({}, {"stripe_account": account.id})
