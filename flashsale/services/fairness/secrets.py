"""The parties' secrets: committed before the list is final, revealed after it is sealed."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import notices
from flashsale.models import Sale, SaleKind, Secret
from flashsale.sale_states import SaleState
from flashsale.services import acts
from flashsale.services.locking import lock_sale
from socialcommerce.lib.problems import Conflict, Forbidden, Invalid, NotFound

SITE: Final = "site"
HEX: Final = re.compile(r"[0-9a-f]{64}")
NOTICE: Final = "flashsale.secret_invited"


class BadSecret(Invalid):
    code = "bad-secret"
    title = _("That is not what was committed to")


class NotNow(Conflict):
    code = "secrets-closed"
    title = _("It is too early or too late for that")


def commit_own(sale: Sale, *, now: datetime) -> None:
    """The site has drawn its own secret and published the hash of it.

    Nothing for a sale in which nothing is decided by lot. Inside the caller's transaction.
    """
    if not sale.uses_seed:
        return
    value = secrets.token_bytes(32)
    Secret.objects.create(
        sale=sale,
        party=SITE,
        commitment=hashlib.sha256(value).hexdigest(),
        value=value.hex(),
        committed_at=now,
    )


def invite(*, sale_id: int, party: str, holder: User, by: User, now: datetime) -> Secret:
    """`holder` may commit to a secret in the name of `party` until reservations close.

    Opens the transaction, locks the sale. Raises Forbidden, NotFound, NotNow, BadSecret.
    """
    if not by.is_operator:
        raise Forbidden
    try:
        with transaction.atomic(durable=True):
            sale = _lock_open(sale_id, now=now)
            secret = Secret.objects.create(sale=sale, party=party, holder=holder)
            acts.log(sale, kind="party_invited", by=by, detail={"party": party}, now=now)
            _tell(secret, now=now)
    except IntegrityError as error:
        raise BadSecret(_("That name or that person is a party of this sale already.")) from error
    return secret


def commit(*, sale_id: int, holder: User, commitment: str, now: datetime) -> Secret:
    """The party is bound to whatever has this SHA-256 (64 hexadecimal digits). Once.

    Opens the transaction, locks the sale. Raises NotFound, NotNow, BadSecret.
    """
    commitment = commitment.strip().lower()
    if not HEX.fullmatch(commitment):
        raise BadSecret(_("A commitment is 64 hexadecimal digits. Nothing was changed."))
    with transaction.atomic(durable=True):
        sale = _lock_open(sale_id, now=now)
        secret = _of(sale, holder)
        if secret.commitment:
            raise NotNow(_("You have committed already; that stands."))
        # Who copied could reveal only after the other, and then choose whether it counts.
        if Secret.objects.filter(sale=sale, commitment=commitment).exists():
            raise BadSecret(_("Another party has committed to that. Draw a secret of your own."))
        secret.commitment, secret.committed_at = commitment, now
        secret.save(update_fields=["commitment", "committed_at"])
    return secret


def reveal(*, sale_id: int, holder: User, value: str, now: datetime) -> Secret:
    """The party's secret (64 hexadecimal digits) is public, because it fits the commitment.

    Only once the reservations are sealed, so that nobody who reserves can know it. Opens the
    transaction, locks the sale. Raises NotFound, NotNow, BadSecret.
    """
    value = value.strip().lower()
    if not HEX.fullmatch(value):
        raise BadSecret(_("A secret is 64 hexadecimal digits. Nothing was changed."))
    with transaction.atomic(durable=True):
        sale = _lock_public(sale_id)
        secret = _of(sale, holder)
        now_of_sale = sale.paused_at or now  # while it is paused its clocks stand still
        if sale.sealed_at is None or sale.voided_at or now_of_sale >= deadline(sale):
            raise NotNow(_("Secrets are revealed between the sealing and the deadline."))
        if hashlib.sha256(bytes.fromhex(value)).hexdigest() != secret.commitment:
            raise BadSecret(_("Its SHA-256 is not your commitment. Nothing was changed."))
        secret.value, secret.revealed_at = value, now
        secret.save(update_fields=["value", "revealed_at"])
    return secret


def parties(sale: Sale) -> list[Secret]:
    """Whoever has committed, in the order in which they count in the seed."""
    return list(Secret.objects.filter(sale=sale).exclude(commitment=""))


def moment(sale: Sale) -> datetime:
    """When the site shows its own: when nobody can enter the draw or the window any more."""
    if sale.kind == SaleKind.DRAW:
        return sale.starts_at
    return sale.starts_at + timedelta(milliseconds=sale.opening_window_ms)


def deadline(sale: Sale) -> datetime:
    """A secret that is not there by then makes the sale void."""
    grace = timedelta(seconds=settings.SALE_SECRET_GRACE_SECONDS)
    return sale.secrets_due_at or moment(sale) + grace


def stand_still(sale: Sale, *, since: datetime, until: datetime) -> None:
    """The parties have what they had left of their time when the sale was paused. It begins at the
    moment of the draw or the window's end, and so does what a pause takes of it. Unsaved.
    """
    began, due = max(since, moment(sale)), deadline(sale)
    if sale.uses_seed and not sale.seed and began < min(until, due):
        sale.secrets_due_at = due + (until - began)


def _lock_public(sale_id: int) -> Sale:
    if not Sale.objects.public().filter(pk=sale_id).exists():
        raise NotFound
    return lock_sale(sale_id)


def _lock_open(sale_id: int, *, now: datetime) -> Sale:
    sale = _lock_public(sale_id)
    is_open = sale.state == SaleState.APPROVED and sale.uses_seed and sale.sealed_at is None
    if not is_open or now >= sale.reserve_closes_at:
        raise NotNow(_("Parties commit until reservations close."))
    return sale


def _of(sale: Sale, holder: User) -> Secret:
    secret = Secret.objects.select_for_update(no_key=True).filter(sale=sale, holder=holder).first()
    if secret is None:
        raise NotFound(_("You are not a party of this sale."))
    return secret


def _tell(secret: Secret, *, now: datetime) -> None:
    holder, sale = secret.holder, secret.sale
    assert holder is not None  # noqa: S101 - only the site's own has none, and is not invited
    notices.notify(
        recipient_id=holder.profile.pk,
        kind=NOTICE,
        url=f"{sale.get_absolute_url()}secrets/",
        data={"party": secret.party, "title": sale.title},
        now=now,
    )
