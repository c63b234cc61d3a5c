"""Card money at the sandbox, and a look at the list some days later."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from payments.models import LedgerDifference, Payment
from payments.sandbox.server import Sandbox
from payments.services import charges
from payments.services.reconciling import days
from payments.services.reconciling.figures import Figures, figures
from socialcommerce.lib import clock
from tests.factories.payments import open_card_payment
from tests.payments.conftest import BindCard


def later(days_later: int) -> datetime:
    return clock.now() + timedelta(days=days_later)


def reconcile(days_later: int = 2) -> int:
    """Every day until then is read; after one day all that is apart is still a matter of time."""
    return days.run_due(now=later(days_later), limit=20)


def open_rows() -> dict[str, str]:
    """subject -> kind of the differences that wait for a person."""
    rows = LedgerDifference.objects.filter(resolved_at=None)
    return dict(rows.values_list("subject", "kind"))


def usd() -> Figures:
    return next(one for one in figures() if one.currency == "USD")


@pytest.fixture
def sale(alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox) -> Payment:
    """10.00 by card: the first money that Stripe ever had of the site."""
    payment = open_card_payment(alice.profile, bob.profile, bind(alice))
    return charges.drive(payment_id=payment.pk, now=clock.now())
