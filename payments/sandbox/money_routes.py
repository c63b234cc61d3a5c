"""The endpoints that say where the money is: charges to payouts, and connected accounts."""

from stripe import params as shapes

from payments.sandbox import disputing
from payments.sandbox.resources import (
    account_links,
    accounts,
    balance,
    charges,
    disputes,
    events,
    external_accounts,
    payouts,
    refunds,
    searches,
    topups,
    transfers,
)
from payments.sandbox.routing import LIST, delete, get, post

_ACCOUNT = (
    "business_profile business_type capabilities default_currency email metadata settings"
    " tos_acceptance"
)

MONEY_ROUTES = (
    get("charges/search", shapes.ChargeSearchParams, searches.charges, "limit page query"),
    get(
        "charges",
        shapes.ChargeListParams,
        charges.list_all,
        f"{LIST} customer payment_intent transfer_group",
        connected=True,
    ),
    get("charges/{id}", shapes.ChargeRetrieveParams, charges.retrieve, connected=True),
    post(
        "charges/{id}",
        shapes.ChargeUpdateParams,
        charges.update,
        "description metadata receipt_email transfer_group",
        connected=True,
    ),
    post(
        "refunds",
        shapes.RefundCreateParams,
        refunds.create,
        "amount charge metadata payment_intent reason",
    ),
    get("refunds", shapes.RefundListParams, refunds.list_all, f"{LIST} charge payment_intent"),
    get("refunds/{id}", shapes.RefundRetrieveParams, refunds.retrieve),
    post("refunds/{id}", shapes.RefundUpdateParams, refunds.update, "metadata"),
    get("disputes", shapes.DisputeListParams, disputes.list_all, f"{LIST} charge payment_intent"),
    get("disputes/{id}", shapes.DisputeRetrieveParams, disputes.retrieve),
    post(
        "disputes/{id}",
        shapes.DisputeUpdateParams,
        disputing.update,
        "evidence metadata submit",
    ),
    post("disputes/{id}/close", shapes.DisputeCloseParams, disputing.close),
    get("balance", shapes.BalanceRetrieveParams, balance.retrieve, connected=True),
    get(
        "balance_transactions",
        shapes.BalanceTransactionListParams,
        balance.list_transactions,
        f"{LIST} currency payout source type",
        connected=True,
    ),
    get(
        "balance_transactions/{id}",
        shapes.BalanceTransactionRetrieveParams,
        balance.retrieve_transaction,
        connected=True,
    ),
    post(
        "payouts",
        shapes.PayoutCreateParams,
        payouts.create,
        "amount currency description destination metadata method source_type statement_descriptor",
        connected=True,
    ),
    get(
        "payouts",
        shapes.PayoutListParams,
        payouts.list_all,
        f"{LIST} arrival_date destination status",
        connected=True,
    ),
    get("payouts/{id}", shapes.PayoutRetrieveParams, payouts.retrieve, connected=True),
    post("payouts/{id}", shapes.PayoutUpdateParams, payouts.update, "metadata", connected=True),
    post("payouts/{id}/cancel", shapes.PayoutCancelParams, payouts.cancel, connected=True),
    post(
        "topups",
        shapes.TopupCreateParams,
        topups.create,
        "amount currency description metadata statement_descriptor transfer_group",
    ),
    get("topups", shapes.TopupListParams, topups.list_all, f"{LIST} amount status"),
    get("topups/{id}", shapes.TopupRetrieveParams, topups.retrieve),
    post(
        "transfers",
        shapes.TransferCreateParams,
        transfers.create,
        "amount currency description destination metadata source_transaction source_type"
        " transfer_group",
    ),
    get(
        "transfers",
        shapes.TransferListParams,
        transfers.list_all,
        f"{LIST} destination transfer_group",
    ),
    get("transfers/{id}", shapes.TransferRetrieveParams, transfers.retrieve),
    post("transfers/{id}", shapes.TransferUpdateParams, transfers.update, "description metadata"),
    post(
        "transfers/{id}/reversals",
        shapes.TransferReversalCreateParams,
        transfers.reverse,
        "amount description metadata",
    ),
    get(
        "transfers/{id}/reversals",
        shapes.TransferReversalListParams,
        transfers.list_reversals,
        LIST,
    ),
    get(
        "transfers/{id}/reversals/{reversal}",
        shapes.TransferReversalRetrieveParams,
        transfers.retrieve_reversal,
    ),
    post(
        "accounts",
        shapes.AccountCreateParams,
        accounts.create,
        f"{_ACCOUNT} controller country type",
    ),
    get("accounts", shapes.AccountListParams, accounts.list_all, LIST),
    get("accounts/{id}", shapes.AccountRetrieveParams, accounts.retrieve),
    post("accounts/{id}", shapes.AccountUpdateParams, accounts.update, _ACCOUNT),
    delete("accounts/{id}", shapes.AccountDeleteParams, accounts.delete),
    post(
        "accounts/{id}/external_accounts",
        shapes.AccountExternalAccountCreateParams,
        external_accounts.create,
        "default_for_currency external_account metadata",
    ),
    get(
        "accounts/{id}/external_accounts",
        shapes.AccountExternalAccountListParams,
        external_accounts.list_all,
        f"{LIST} object",
    ),
    get(
        "accounts/{id}/external_accounts/{external}",
        shapes.AccountExternalAccountRetrieveParams,
        external_accounts.retrieve,
    ),
    post(
        "accounts/{id}/external_accounts/{external}",
        shapes.AccountExternalAccountUpdateParams,
        external_accounts.update,
        "default_for_currency metadata",
    ),
    delete(
        "accounts/{id}/external_accounts/{external}",
        shapes.AccountExternalAccountDeleteParams,
        external_accounts.delete,
    ),
    post(
        "account_links",
        shapes.AccountLinkCreateParams,
        account_links.create,
        "account collection_options refresh_url return_url type",
    ),
    get(
        "events",
        shapes.EventListParams,
        events.list_all,
        f"{LIST} delivery_success type types",
        connected=True,
    ),
    get("events/{id}", shapes.EventRetrieveParams, events.retrieve, connected=True),
)
