from payments.models.events import StripeEvent, StripeEventState
from payments.models.instruments import CardSetup, Instrument, StripeCustomer
from payments.models.ledger import (
    Account,
    AccountKind,
    Accrual,
    Hold,
    LedgerDifference,
    LedgerTransaction,
    Transfer,
)
from payments.models.payments import Payment
from payments.models.refunds import Refund

__all__ = [
    "Account",
    "AccountKind",
    "Accrual",
    "CardSetup",
    "Hold",
    "Instrument",
    "LedgerDifference",
    "LedgerTransaction",
    "Payment",
    "Refund",
    "StripeCustomer",
    "StripeEvent",
    "StripeEventState",
    "Transfer",
]
