"""A person's own proof that their reservation is in the sealed list, and what was decided of it."""

from bisect import bisect_right
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from flashsale.models import Claim, Reservation, Sale, Tree
from flashsale.proof import merkle
from flashsale.services.fairness import entrants, fates
from socialcommerce.lib.problems import NotFound


def of_person(*, sale_id: int, person: Profile) -> dict[str, Any]:
    """Plain JSON for the offline script: the person's line, its path to the root, its decisions.

    Reads one block of the tree, however many reserved. Raises NotFound before the sealing and for
    somebody without a standing reservation.
    """
    sale = Sale.objects.public().filter(pk=sale_id).select_related("tree").first()
    standing = Reservation.objects.standing().filter(sale_id=sale_id, person=person)
    reservation = standing.first()
    if sale is None or sale.sealed_at is None or reservation is None:
        raise NotFound(_("There is a receipt once reservations are closed and sealed."))
    line, steps = _path(sale, sale.tree, reservation.number)
    return {
        "sale": sale.pk,
        "root": sale.root,
        "line": line,
        "path": [[step.side, step.digest.hex()] for step in steps],
        "decisions": _decisions(sale, person),
    }


def _path(sale: Sale, tree: Tree, number: int) -> tuple[str, list[merkle.Step]]:
    place = bisect_right([first for first, _top in tree.blocks], number) - 1
    members = entrants.block(sale, since=tree.blocks[place][0])
    inside = next(at for at, entrant in enumerate(members) if entrant.number == number)
    steps = merkle.path([entrant.leaf for entrant in members], inside)
    return members[inside].line, steps + merkle.path(tree.tops, place)


def _decisions(sale: Sale, person: Profile) -> list[dict[str, str]]:
    claims = Claim.objects.filter(sale=sale, person=person, log_number__isnull=False)
    rows = claims.select_related("reservation", "unit").order_by("log_number")
    return [{"line": str(fates.line_of(claim)), "hash": claim.log_hash} for claim in rows]
