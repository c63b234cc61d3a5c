"""What counts in a draw, and the secrets that nobody can know or grind before it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from flashsale.models.sales import Sale
from flashsale.proof import merkle


class PassRoute(models.TextChoices):
    CENT = "cent", _("One cent")
    FREE = "free", _("Free")


class PassState(models.TextChoices):
    HELD = "held", _("Counts in the draw")
    TAKEN = "taken", _("Won: the cent was taken")
    RETURNED = "returned", _("The cent came back")


class Pass(models.Model):
    """One per person and sale, by either route; both weigh the same.

    `hold_id` is the wallet's hold of the cent (payments), empty on the free route.
    """

    sale = models.ForeignKey(Sale, models.PROTECT, related_name="passes", db_index=False)
    person = models.ForeignKey(Profile, models.PROTECT, related_name="+")
    route = models.CharField(_("route"), max_length=4, choices=PassRoute.choices)
    state = models.CharField(
        _("state"), max_length=8, choices=PassState.choices, default=PassState.HELD.value
    )
    hold_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(_("taken"))
    resolved_at = models.DateTimeField(_("resolved"), null=True)

    class Meta:
        verbose_name = _("pass")
        verbose_name_plural = _("passes")
        constraints = [
            models.UniqueConstraint(name="pass_once", fields=["sale", "person"]),
            models.CheckConstraint(
                name="pass_cent_is_held",
                condition=Q(route=PassRoute.FREE, hold_id=None)
                | Q(route=PassRoute.CENT, hold_id__isnull=False),
            ),
        ]
        indexes = [
            # There may be a million of old sales, and those that still count are asked for often.
            models.Index(fields=["sale"], name="pass_held", condition=Q(state=PassState.HELD))
        ]

    def __str__(self) -> str:
        return f"{self.sale_id}: {self.person_id} ({self.route})"


class Turn(models.Model):
    """Coming and losing in one sale, which weighs in the same store's next draw until it fades.

    `weighs_in` is the last draw that was sealed with it: while that one is not over, it weighs in
    no other. `spent_in` is the draw that the person won with it.
    """

    store = models.ForeignKey(Profile, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Profile, models.PROTECT, related_name="turns")
    sale = models.ForeignKey(Sale, models.PROTECT, related_name="turns")
    earned_at = models.DateTimeField(_("earned"))
    weighs_in = models.ForeignKey(Sale, models.PROTECT, null=True, related_name="+")
    spent_in = models.ForeignKey(Sale, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        constraints = [
            models.UniqueConstraint(name="turn_once", fields=["store", "sale", "person"])
        ]
        indexes = [models.Index(fields=["store", "person"], name="turn_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.store_id}"


class Secret(models.Model):
    """One party's share of the seed: SHA-256 published before, the value (hex) only after.

    `holder` is empty for the share that the site itself drew and keeps; of every other party
    the site knows only `commitment` until it reveals. Who was invited and has committed to
    nothing when reservations close is no party.
    """

    sale = models.ForeignKey(Sale, models.PROTECT, related_name="secrets", db_index=False)
    party = models.CharField(_("party"), max_length=60)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    commitment = models.CharField(_("commitment"), max_length=64, blank=True)
    value = models.CharField(max_length=64, blank=True)
    committed_at = models.DateTimeField(_("committed"), null=True)
    revealed_at = models.DateTimeField(_("revealed"), null=True)

    class Meta:
        verbose_name = _("secret")
        verbose_name_plural = _("secrets")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="secret_party_once", fields=["sale", "party"]),
            models.UniqueConstraint(name="secret_holder_once", fields=["sale", "holder"]),
            models.CheckConstraint(
                name="secret_committed_has_time",
                condition=Q(commitment="", committed_at=None, revealed_at=None)
                | (~Q(commitment="") & Q(committed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="secret_revealed_has_value", condition=Q(revealed_at=None) | ~Q(value="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sale_id}: {self.party}"


class Tree(models.Model):
    """The middle of a sealed sale's Merkle tree, so that one path needs one block of leaves.

    `blocks` is a list of [number of its first reservation, root (hex) of its leaves], each of
    proof.merkle.BLOCK leaves but the last.
    """

    sale = models.OneToOneField(Sale, models.PROTECT, related_name="tree")
    count = models.PositiveIntegerField()
    blocks = models.JSONField()

    def __str__(self) -> str:
        return f"{self.sale_id}: {self.count} leaves"

    @property
    def tops(self) -> list[bytes]:
        """The roots of the blocks, in their order."""
        return [bytes.fromhex(top) for _number, top in self.blocks]

    @property
    def root(self) -> str:
        """The one hash above everything, hexadecimal."""
        return merkle.root(self.tops).hex()
