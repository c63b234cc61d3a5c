"""Doing one sale's work so that whatever is wrong with it stays with it."""

import logging
from collections.abc import Callable
from typing import Final

from django.db import Error as AnyDatabaseError

from flashsale.gate import nudges
from flashsale.services import sales
from flashsale.services.locking import StaleEpoch
from socialcommerce.lib import redis

logger = logging.getLogger(__name__)

# What is away, or has moved on while we came; an InterfaceError is no DatabaseError.
EXPECTED: Final = (
    redis.RedisError,
    AnyDatabaseError,
    StaleEpoch,
    sales.WrongState,
    nudges.BrokerAway,
)


def attempt(sale_id: int, act: Callable[[], object]) -> list[str]:
    """What went wrong, in words; never raises, because a bug that one sale meets must not close
    the gates of the others.
    """
    try:
        act()
    except EXPECTED as error:
        return [f"sale {sale_id}: {type(error).__name__}: {error}"]
    except Exception as error:
        logger.exception("Sale %s could not be looked after", sale_id)
        return [f"sale {sale_id}: {type(error).__name__}: {error}"]
    return []
