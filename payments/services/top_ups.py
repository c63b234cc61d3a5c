"""Money from a card into the person's own wallet."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from payments.models import Payment
from payments.services import charges
from payments.services.people import closing
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Invalid


class BadTopUp(Invalid):
    """Outside of what the site takes at once."""

    code = "bad-top-up"
    title = _("That amount cannot be topped up")


def begin(
    *, profile_id: int, amount_minor: int, instrument_id: int, key: str, now: datetime
) -> Payment:
    """The top-up is as far as Stripe says; the same key is the same top-up. Opens and ends its own
    transaction, then talks to Stripe. Raises BadTopUp, closing.WalletClosed and the refusals of
    charges.
    """
    check_amount(amount_minor)
    with transaction.atomic(durable=True):
        payment = charges.open_card_payment(
            payer_id=profile_id,
            payee_id=profile_id,
            amount_minor=amount_minor,
            currency=settings.SITE_CURRENCY,
            instrument_id=instrument_id,
            reference=f"top-up:{key}"[:80],
            key=f"top-up:{key}",
            return_url=reverse("payments:wallet"),
            expires_at=now + timedelta(seconds=settings.PAYMENT_LIFETIME_SECONDS),
            now=now,
            purpose=Payment.Purpose.TOP_UP.value,
        )
        # Under the payer's lock, which whoever closes a wallet takes too.
        closing.refuse_if_closed(profile_id)
    return charges.drive(payment_id=payment.pk, now=now)


def check_amount(amount_minor: int) -> None:
    """Nothing within the site's limits. Raises BadTopUp."""
    least, most = settings.TOP_UP_MIN_MINOR, settings.TOP_UP_MAX_MINOR
    if not least <= amount_minor <= most:
        words = {
            "least": format_money(Money(least, settings.SITE_CURRENCY)),
            "most": format_money(Money(most, settings.SITE_CURRENCY)),
        }
        raise BadTopUp(_("From %(least)s to %(most)s at once. Nothing was charged.") % words)
