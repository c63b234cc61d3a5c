"""The whole demo world: loaded once into an empty database, its sales scheduled at each start."""

import logging
import random
from datetime import datetime

from accounts.models import User
from socialcommerce.demo import line_up, people, stores, talk

logger = logging.getLogger(__name__)
SEED = 2012  # the same world on every machine: the year of the sale that started it all


OPERATOR = "ops@plaza.example"


def is_loaded() -> bool:
    """True after a load that came to its end: making the operator one is its last act."""
    return User.objects.filter(email=OPERATOR, is_operator=True).exists()


def is_torn() -> bool:
    """True where a load was interrupted: it cannot go on, only begin again."""
    return not is_loaded() and User.objects.filter(email__endswith="@plaza.example").exists()


def load(*, now: datetime) -> None:
    """Six stores, about forty products, sixty people, what they say, and a line-up. Wants an empty
    database.

    Each service keeps its own transaction, as it does for people.
    """
    chance = random.Random(SEED)
    persons = people.create(now=now, chance=chance)
    shops, products = stores.create(persons, now=now, chance=chance)
    people.befriend(list(persons.values()), list(shops.values()), now=now, chance=chance)
    talk.publish({**persons, **shops}, products, now=now, chance=chance)
    line_up.plan(operator=User.objects.get(email=OPERATOR), now=now)
    User.objects.filter(email=OPERATOR).update(is_operator=True)
