"""Sixty people with wallets, addresses and whom they follow."""

import random
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Address, Follow, Profile
from accounts.services import addresses, people
from payments.services import wallets
from socialcommerce.demo import content, logins

STREETS = ("Harbour Road", "Mill Lane", "Station Street", "Orchard Way", "Third Street")
CITIES = (("Rotterdam", "3011 AD", "NL"), ("Bergen", "5003", "NO"), ("Lisbon", "1100-148", "PT"))
WALLET_MINOR = 50_000
FOLLOWS = (12, 25)  # whom each person follows, at least and at most


def create(*, now: datetime, chance: random.Random) -> dict[str, Profile]:
    """By handle. Those of `logins` can log in; the others have a password nobody knows."""
    known = {hint.email for hint in logins.LOGINS}
    made: dict[str, Profile] = {}
    for handle, name, bio in content.load("people")["people"]:
        email = f"{handle}@plaza.example"
        password = logins.PASSWORD if email in known else None
        made[handle] = _person(handle, name, bio, email, password, now=now, chance=chance)
    return made


def _person(
    handle: str,
    name: str,
    bio: str,
    email: str,
    password: str | None,
    *,
    now: datetime,
    chance: random.Random,
) -> Profile:
    joined = now - timedelta(days=chance.randint(20, 400))
    user = people.register(
        email=email,
        password=password or f"{chance.getrandbits(128):x}",
        handle=handle,
        name=name,
        now=joined,
        email_verified=True,
    )
    Profile.objects.filter(pk=user.profile.pk).update(bio=bio)
    user.profile.bio = bio
    _address(user.profile, chance=chance)
    wallets.grant(
        profile_id=user.profile.pk, amount_minor=WALLET_MINOR, key=f"demo:{handle}", now=joined
    )
    return user.profile


def _address(profile: Profile, *, chance: random.Random) -> Address:
    city, postal_code, country = chance.choice(CITIES)
    fields = {
        "full_name": profile.name,
        "line1": f"{chance.randint(1, 90)} {chance.choice(STREETS)}",
        "line2": "",
        "city": city,
        "region": "",
        "postal_code": postal_code,
        "country": country,
        "phone": "",
    }
    return addresses.add(profile=profile, fields=fields, is_default=True)


def befriend(
    everybody: list[Profile], stores: list[Profile], *, now: datetime, chance: random.Random
) -> None:
    """People follow people, and each of them about half of the stores.

    Written as rows, not by `follows.follow`: a thousand of them, and nobody is to be told.
    """
    pairs = []
    for person in everybody:
        others = [other for other in everybody if other != person]
        chosen = chance.sample(others, chance.randint(*FOLLOWS))
        chosen += chance.sample(stores, chance.randint(2, 5))
        pairs += [(person, followed) for followed in chosen]
    Follow.objects.bulk_create(
        Follow(
            follower=person,
            followed=followed,
            created_at=now - timedelta(hours=chance.randint(3, 400)),
        )
        for person, followed in pairs
    )
    _count()


def _count() -> None:
    followers = Follow.objects.filter(followed=OuterRef("pk")).order_by().values("followed")
    following = Follow.objects.filter(follower=OuterRef("pk")).order_by().values("follower")
    Profile.objects.update(
        follower_count=Coalesce(Subquery(followers.annotate(n=Count("*")).values("n")), 0),
        following_count=Coalesce(Subquery(following.annotate(n=Count("*")).values("n")), 0),
    )
