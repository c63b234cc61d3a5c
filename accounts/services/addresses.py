"""The address book of a profile."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import countries
from accounts.models import Address, Profile
from socialcommerce.lib.problems import Conflict, NotFound

ADDRESSES_MAX = 50  # of one profile; a page without pages holds them all
UNDO_FOR = timedelta(minutes=2)  # a while after a slip of the finger
FIELDS = (
    "full_name",
    "line1",
    "line2",
    "city",
    "region",
    "postal_code",
    "country",
    "phone",
)


class TooManyAddresses(Conflict):
    code = "too-many-addresses"
    title = _("Your address book is full")


def get(*, profile: Profile, address_id: int) -> Address:
    """The kept address of that profile. Raises NotFound, also for somebody else's."""
    address = Address.objects.kept().filter(profile=profile, pk=address_id).first()
    if address is None:
        raise NotFound(_("This address is not in your address book."))
    return address


def add(*, profile: Profile, fields: Mapping[str, str], is_default: bool = False) -> Address:
    """A new address; the first one is the default. `fields` by the names in FIELDS.

    Locks the profile row. Raises TooManyAddresses.
    """
    with transaction.atomic():
        _lock(profile)
        count = Address.objects.kept().filter(profile=profile).count()
        if count >= ADDRESSES_MAX:
            raise TooManyAddresses(_("Please remove one that you no longer need."))
        address = Address.objects.create(profile=profile, **fields)
        if is_default or count == 0:
            _become_default(address)
    return address


def edit(*, address: Address, fields: Mapping[str, str], is_default: bool = False) -> None:
    """The address reads so from now on; orders keep what they were placed with."""
    with transaction.atomic():
        _lock(address.profile)
        for name, value in fields.items():
            setattr(address, name, value)
        address.save(update_fields=list(fields))
        if is_default:
            _become_default(address)


def make_default(*, address: Address) -> None:
    """Checkout proposes this address."""
    with transaction.atomic():
        _lock(address.profile)
        _become_default(address)


def remove(*, address: Address, now: datetime) -> None:
    """The address is out of the book until `restore`; the newest other becomes the default."""
    with transaction.atomic():
        _lock(address.profile)
        was_default = address.is_default
        address.is_default, address.deleted_at = False, now
        address.save(update_fields=["is_default", "deleted_at"])
        heir = Address.objects.kept().filter(profile=address.profile).first()
        if was_default and heir:
            _become_default(heir)


def restore(*, profile: Profile, address_id: int) -> Address:
    """A removed address is back. Nothing happens to a kept one. Raises NotFound."""
    with transaction.atomic():
        _lock(profile)
        address = Address.objects.filter(profile=profile, pk=address_id).first()
        if address is None:
            raise NotFound(_("This address is not in your address book."))
        address.deleted_at = None
        address.save(update_fields=["deleted_at"])
        if not Address.objects.filter(profile=profile, is_default=True).exists():
            _become_default(address)
    return address


def just_removed(*, profile: Profile, now: datetime) -> Address | None:
    """The address removed last, while its undo is offered."""
    removed = Address.objects.filter(profile=profile, deleted_at__gt=now - UNDO_FOR)
    return removed.order_by("-deleted_at").first()


def snapshot(address: Address) -> dict[str, str]:
    """What an order or a reservation keeps: JSON of strings, with the country's name."""
    kept = {name: str(getattr(address, name)) for name in FIELDS}
    return {**kept, "country_name": countries.name(address.country)}


def _lock(profile: Profile) -> None:
    Profile.objects.select_for_update(no_key=True).get(pk=profile.pk)


def _become_default(address: Address) -> None:
    others = Address.objects.filter(profile_id=address.profile_id, is_default=True)
    others.exclude(pk=address.pk).update(is_default=False)
    address.is_default = True
    address.save(update_fields=["is_default"])
