"""Transfers take the platform's money to an account, and a payout takes it to its bank."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay, client_of
from tests.payments.sandbox.connect import open_account, receiver

DAY_SECONDS = 24 * 60 * 60
# Longer than the slowest machine takes for a test.
UNDER_WAY_SECONDS = 1000


@pytest.fixture
def funded(api: stripe.StripeClient, sandbox: Sandbox) -> stripe.StripeClient:
    """An API whose platform has 100 dollars available."""
    sandbox.control("rules", payout_seconds=UNDER_WAY_SECONDS)
    api.v1.topups.create({"amount": 10_000, "currency": "usd"})
    return api


def on(account: stripe.Account) -> stripe.RequestOptions:
    return {"stripe_account": account.id}


def total(api: stripe.StripeClient, account: stripe.Account | None = None) -> tuple[int, int]:
    found = api.v1.balance.retrieve({}, on(account) if account else {})
    return sum(each.amount for each in found.available), sum(each.amount for each in found.pending)


def test_a_transfer_is_booked_on_both_sides(funded: stripe.StripeClient, sandbox: Sandbox) -> None:
    account = receiver(funded, sandbox)
    transfer = funded.v1.transfers.create(
        {"amount": 4000, "currency": "usd", "destination": account.id, "transfer_group": "run 1"}
    )
    assert (total(funded), total(funded, account)) == ((6000, 0), (4000, 0))
    (out,) = funded.v1.balance_transactions.list({"source": transfer.id}).data
    assert (out.type, out.net, out.reporting_category) == ("transfer", -4000, "transfer")
    payment = funded.v1.charges.retrieve(str(transfer.destination_payment), {}, on(account))
    assert payment.source_transfer == transfer.id
    (received,) = funded.v1.balance_transactions.list({"source": payment.id}, on(account)).data
    assert (received.type, received.net) == ("payment", 4000)
    listed = funded.v1.transfers.list({"transfer_group": "run 1"}).data
    assert [each.id for each in listed] == [transfer.id]


@pytest.mark.parametrize("standing", [None, "needs_more", "restricted", "rejected"])
def test_an_account_that_is_not_enabled_receives_nothing(
    funded: stripe.StripeClient, sandbox: Sandbox, standing: str | None
) -> None:
    account = open_account(funded)
    if standing is not None:
        sandbox.control(f"accounts/{account.id}", status=standing)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        funded.v1.transfers.create({"amount": 100, "currency": "usd", "destination": account.id})
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    assert total(funded) == (10_000, 0)


def test_an_account_that_gets_restricted_keeps_its_money_but_cannot_pay_it_out(
    funded: stripe.StripeClient, sandbox: Sandbox
) -> None:
    account = receiver(funded, sandbox)
    funded.v1.transfers.create({"amount": 4000, "currency": "usd", "destination": account.id})
    sandbox.control(f"accounts/{account.id}", status="restricted")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        funded.v1.payouts.create({"amount": 4000, "currency": "usd"}, on(account))
    assert refused.value.code == "payouts_not_allowed"
    assert total(funded, account) == (4000, 0)


def test_more_than_is_available_is_not_transferred(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    account = receiver(api, sandbox)
    pay()  # pending
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.transfers.create({"amount": 1, "currency": "usd", "destination": account.id})
    assert refused.value.code == "balance_insufficient"


def test_what_a_charge_waits_for_its_receiver_waits_for_too(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    account = receiver(api, sandbox)
    charge = str(pay(transfer_group="order 7").latest_charge)
    transfer = api.v1.transfers.create(
        {
            "amount": 1500,
            "currency": "usd",
            "destination": account.id,
            "source_transaction": charge,
        }
    )
    assert transfer.transfer_group == "order 7"
    assert (total(api), total(api, account)) == ((0, 412), (0, 1500))
    with pytest.raises(stripe.InvalidRequestError, match="what is left"):
        api.v1.transfers.create(
            {
                "amount": 501,
                "currency": "usd",
                "destination": account.id,
                "source_transaction": charge,
            }
        )
    sandbox.control("clock", advance_seconds=2 * DAY_SECONDS)
    assert (total(api), total(api, account)) == ((412, 0), (1500, 0))


def test_parallel_transfers_never_move_more_than_there_is(
    funded: stripe.StripeClient, sandbox: Sandbox
) -> None:
    account = receiver(funded, sandbox)

    def attempt(_: int) -> int:
        try:
            return (
                client_of(sandbox)
                .v1.transfers.create({"amount": 3000, "currency": "usd", "destination": account.id})
                .amount
            )
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(6) as crowd:
        assert sum(crowd.map(attempt, range(6))) == 9000
    assert (total(funded), total(funded, account)) == ((1000, 0), (9000, 0))


def test_a_transfer_can_be_taken_back_while_the_money_is_there(
    funded: stripe.StripeClient, sandbox: Sandbox
) -> None:
    account = receiver(funded, sandbox)
    transfer = funded.v1.transfers.create(
        {"amount": 4000, "currency": "usd", "destination": account.id}
    )
    reversal = funded.v1.transfers.reversals.create(transfer.id, {"amount": 1000})
    (back,) = funded.v1.balance_transactions.list({"source": reversal.id}).data
    assert (back.type, back.reporting_category) == ("transfer_refund", "transfer_reversal")
    funded.v1.payouts.create({"amount": 2500, "currency": "usd"}, on(account))
    with pytest.raises(stripe.InvalidRequestError) as refused:
        funded.v1.transfers.reversals.create(transfer.id)
    assert refused.value.code == "balance_insufficient"
    funded.v1.transfers.reversals.create(transfer.id, {"amount": 500})
    with pytest.raises(stripe.InvalidRequestError, match="up to 2500"):
        funded.v1.transfers.reversals.create(transfer.id, {"amount": 2501})
    shown = funded.v1.transfers.retrieve(transfer.id)
    assert (shown.amount_reversed, shown.reversed) == (1500, False)
    assert [each.amount for each in shown.reversals.data] == [500, 1000]
    assert (total(funded), total(funded, account)) == ((7500, 0), (0, 0))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("000111111116", "no_account"),
        ("000111111113", "account_closed"),
        ("000222222227", "insufficient_funds"),
        ("000333333335", "debit_not_authorized"),
        ("000444444440", "invalid_currency"),
    ],
)
def test_a_payout_to_a_bank_account_published_for_it_comes_back(
    funded: stripe.StripeClient, sandbox: Sandbox, number: str, code: str
) -> None:
    account = receiver(funded, sandbox, number)
    funded.v1.transfers.create({"amount": 4000, "currency": "usd", "destination": account.id})
    payout = funded.v1.payouts.create({"amount": 4000, "currency": "usd"}, on(account))
    assert total(funded, account) == (0, 0)
    sandbox.control("clock", advance_seconds=UNDER_WAY_SECONDS + 1)
    failed = funded.v1.payouts.retrieve(payout.id, {}, on(account))
    assert (failed.status, failed.failure_code) == ("failed", code)
    assert total(funded, account) == (4000, 0)
    (event,) = funded.v1.events.list({"type": "payout.failed"}, on(account)).data
    assert event.account == account.id
    shown = funded.v1.accounts.retrieve(account.id).external_accounts
    assert shown is not None
    assert shown.data[0].status == "errored"


def test_a_payout_to_a_good_bank_account_arrives(
    funded: stripe.StripeClient, sandbox: Sandbox
) -> None:
    account = receiver(funded, sandbox)
    funded.v1.transfers.create({"amount": 4000, "currency": "usd", "destination": account.id})
    payout = funded.v1.payouts.create({"amount": 4000, "currency": "usd"}, on(account))
    sandbox.control("clock", advance_seconds=UNDER_WAY_SECONDS + 1)
    assert funded.v1.payouts.retrieve(payout.id, {}, on(account)).status == "paid"


def test_a_debit_card_can_be_paid_out_to_at_once(
    funded: stripe.StripeClient, sandbox: Sandbox
) -> None:
    account = open_account(funded, type="custom")
    sandbox.control(f"accounts/{account.id}", status="enabled")
    card = funded.v1.accounts.external_accounts.create(
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
    funded.v1.transfers.create({"amount": 4000, "currency": "usd", "destination": account.id})
    payout = funded.v1.payouts.create(
        {"amount": 4000, "currency": "usd", "method": "instant", "destination": card.id},
        on(account),
    )
    assert (payout.type, payout.method) == ("card", "instant")
    with pytest.raises(stripe.InvalidRequestError, match="instant"):
        funded.v1.payouts.create({"amount": 1, "currency": "usd", "method": "instant"}, on(account))


def test_an_account_is_paid_out_by_itself_on_request(
    funded: stripe.StripeClient, sandbox: Sandbox
) -> None:
    account = receiver(funded, sandbox)
    funded.v1.transfers.create({"amount": 4000, "currency": "usd", "destination": account.id})
    (made,) = sandbox.control("payouts/automatic", account=account.id)
    contents = funded.v1.balance_transactions.list({"payout": made["id"]}, on(account)).data
    assert [(each.type, each.net) for each in contents] == [("payout", -4000), ("payment", 4000)]
    assert total(funded) == (6000, 0)


def test_one_account_does_not_see_the_others(funded: stripe.StripeClient, sandbox: Sandbox) -> None:
    first, second = receiver(funded, sandbox), receiver(funded, sandbox)
    funded.v1.transfers.create({"amount": 4000, "currency": "usd", "destination": first.id})
    payout = funded.v1.payouts.create({"amount": 100, "currency": "usd"}, on(first))
    options: tuple[stripe.RequestOptions, ...] = (on(second), {})
    for stranger in options:
        with pytest.raises(stripe.InvalidRequestError):
            funded.v1.payouts.retrieve(payout.id, {}, stranger)
        assert funded.v1.payouts.list({}, stranger).data == []
    with pytest.raises(stripe.InvalidRequestError, match="platform only"):
        funded.v1.customers.list({}, on(first))
    with pytest.raises(stripe.PermissionError):
        funded.v1.balance.retrieve({}, {"stripe_account": "acct_nobody"})


def test_each_account_has_idempotency_keys_of_its_own(
    funded: stripe.StripeClient, sandbox: Sandbox
) -> None:
    first, second = receiver(funded, sandbox), receiver(funded, sandbox)
    made = set()
    for account in (first, second):
        funded.v1.transfers.create({"amount": 100, "currency": "usd", "destination": account.id})
        for _ in range(2):
            payout = funded.v1.payouts.create(
                {"amount": 100, "currency": "usd"},
                {"stripe_account": account.id, "idempotency_key": "k"},
            )
            made.add(payout.id)
    assert len(made) == 2
