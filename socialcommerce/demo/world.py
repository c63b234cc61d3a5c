"""The whole demo world: loaded once into an empty database, its sales scheduled at each start."""

import logging
import random
from datetime import datetime

from accounts.models import User
from socialcommerce.demo import people, stores, talk

logger = logging.getLogger(__name__)
SEED = 2012  # the same world on every machine: the year of the sale that started it all


def is_loaded() -> bool:
    return User.objects.filter(email="ops@plaza.example").exists()


def load(*, now: datetime) -> None:
    """Six stores, about forty products, sixty people and what they say. Wants an empty database.

    Each service keeps its own transaction, as it does for people; a load that was interrupted
    is begun again by `make demo-reset`.
    """
    chance = random.Random(SEED)
    persons = people.create(now=now, chance=chance)
    shops, products = stores.create(persons, now=now, chance=chance)
    people.befriend(list(persons.values()), list(shops.values()), now=now, chance=chance)
    talk.publish({**persons, **shops}, products, now=now, chance=chance)
