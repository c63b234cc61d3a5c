"""Banks that take payments back, at the sandbox; and what our site hears of it."""

from payments.gateway.client import client as stripe_client
from payments.models import Dispute, Payment
from payments.sandbox.server import Sandbox
from payments.services import charges
from payments.services.disputing import following
from socialcommerce.lib import clock

FEE = 1_500  # what the sandbox takes for a chargeback, as Stripe does in the USA


def begin(
    sandbox: Sandbox,
    payment: Payment,
    *,
    amount_minor: int | None = None,
    reason: str = "fraudulent",
    inquiry: bool = False,
) -> str:
    """The bank disputes the payment; our site has not heard of it. The dispute's id."""
    payment.refresh_from_db()
    intent = stripe_client().v1.payment_intents.retrieve(payment.stripe_id or "")
    told = sandbox.control(
        f"charges/{intent.latest_charge}/dispute",
        amount=amount_minor,
        reason=reason,
        inquiry=inquiry,
    )
    return str(told["id"])


def hear(stripe_id: str) -> Dispute:
    """Our site knows what Stripe has of it now."""
    return following.look(stripe_id=stripe_id, now=clock.now())


def dispute(sandbox: Sandbox, payment: Payment, **terms: object) -> Dispute:
    """Begun, and heard of."""
    return hear(begin(sandbox, payment, **terms))  # type: ignore[arg-type]


def decide(sandbox: Sandbox, found: Dispute, status: str) -> Dispute:
    """The bank says won, lost, or (of an inquiry) that it wants the money; and we hear of it."""
    sandbox.control(f"disputes/{found.stripe_id}", status=status)
    return hear(found.stripe_id)


def paid(payment: Payment) -> Payment:
    """The card payment is as far as Stripe says."""
    charges.drive(payment_id=payment.pk, now=clock.now())
    payment.refresh_from_db()
    assert payment.state == "succeeded"
    return payment
