from payments.models.attempts import PaymentAttempt
from payments.models.cash_outs import CashOut
from payments.models.disputes import Dispute
from payments.models.events import StripeEvent, StripeEventState
from payments.models.gift_cards import GiftCard
from payments.models.instruments import CardSetup, Instrument, LinkedAccount, StripeCustomer
from payments.models.ledger import (
    Account,
    AccountKind,
    Accrual,
    Hold,
    LedgerDifference,
    LedgerTransaction,
    Transfer,
)
from payments.models.limits import MoneyFreeze, Standing, StandingLimits
from payments.models.merchants import (
    ConnectAccount,
    ConnectState,
    MerchantTerms,
    Payout,
    PayoutEvery,
    Reserve,
)
from payments.models.payments import Payment
from payments.models.pins import PaymentPin
from payments.models.reconciliation import BalanceDay, BalanceLine
from payments.models.refunds import Refund

__all__ = [
    "Account",
    "AccountKind",
    "Accrual",
    "BalanceDay",
    "BalanceLine",
    "CardSetup",
    "CashOut",
    "ConnectAccount",
    "ConnectState",
    "Dispute",
    "GiftCard",
    "Hold",
    "Instrument",
    "LedgerDifference",
    "LedgerTransaction",
    "LinkedAccount",
    "MerchantTerms",
    "MoneyFreeze",
    "Payment",
    "PaymentAttempt",
    "PaymentPin",
    "Payout",
    "PayoutEvery",
    "Refund",
    "Reserve",
    "Standing",
    "StandingLimits",
    "StripeCustomer",
    "StripeEvent",
    "StripeEventState",
    "Transfer",
]
