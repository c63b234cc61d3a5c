"""A wallet's statement as a file: opening balance, every movement, closing balance."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Profile
from payments import selectors
from payments.selectors import StatementLine
from payments.services import history
from socialcommerce.lib import sheets
from socialcommerce.lib.money import plain_amount

Row = list[str]


def statement(
    profile: Profile, *, since: datetime | None, until: datetime | None, currency: str = ""
) -> Iterator[Row]:
    """The rows of the file, read while they are sent: a statement of any length fits."""
    currency = currency or settings.SITE_CURRENCY
    wallet_id = selectors.wallet_id(profile, currency=currency)
    balance_minor = history.ends(wallet_id, since=since, until=until).opening_minor
    yield [
        _("Time"),
        _("What"),
        _("With"),
        _("Reference"),
        _("Amount"),
        _("Balance"),
        _("Currency"),
    ]
    yield ["", _("Opening balance"), "", "", "", plain_amount(balance_minor, currency), currency]
    for rows in history.batches(history.movements(wallet_id, since=since, until=until)):
        for line in selectors.lines(rows, wallet_id):
            balance_minor += line.amount_minor
            yield _row(line, balance_minor)
    yield ["", _("Closing balance"), "", "", "", plain_amount(balance_minor, currency), currency]


def _row(line: StatementLine, balance_minor: int) -> Row:
    return [
        timezone.localtime(line.created_at).isoformat(timespec="seconds"),
        str(line.words),
        sheets.safe(line.other.name if line.other else ""),
        sheets.safe(line.reference),
        plain_amount(line.amount_minor, line.currency),
        plain_amount(balance_minor, line.currency),
        line.currency,
    ]
