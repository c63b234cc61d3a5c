"""Taking a reservation back while reservations are open."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from feed.services import bulk
from flashsale.gate import control
from flashsale.models import Claim, Reservation
from flashsale.sale_states import SaleState
from flashsale.services.locking import lock_sale
from socialcommerce.lib.problems import Conflict, NotFound


class ReservationsClosed(Conflict):
    code = "reservations-closed"
    title = _("Reservations are closed")


def withdraw(*, sale_id: int, person: Profile, now: datetime) -> None:
    """The reservation does not stand any more, and the post that it made is taken back; the person
    may reserve again until the close.

    Opens the transaction; locks the sale, then post and profile. Raises NotFound,
    ReservationsClosed.
    """
    with transaction.atomic(durable=True):
        own = Reservation.objects.filter(sale_id=sale_id, person=person)
        standing = own.standing()
        if not standing.exists():
            raise NotFound(_("You have no reservation in this sale."))
        sale = lock_sale(sale_id)
        # Claims come after the close; where this clock is slow, a claim says that it is closed.
        claimed = Claim.objects.filter(sale=sale, person=person).exists()
        closed = now >= sale.reserve_closes_at or sale.sealed_at is not None
        if closed or sale.state != SaleState.APPROVED or claimed:
            raise ReservationsClosed(_("Your reservation stands. You need not take part."))
        if standing.update(withdrawn_at=now) == 1:
            sale.withdrawn += 1
            sale.save(update_fields=["withdrawn"])
            posts = own.exclude(post=None).values_list("post_id", flat=True)
            bulk.take_back(list(posts), now=now)
    control.forget_reservation(sale, person_id=person.pk)
