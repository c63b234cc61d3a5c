"""How often one person and one network may ask the gate: counted in its scripts, in one hash.

Both are far above what people do: a household shares one network, a mobile carrier's customers
share a few. They stop scripts, and they are courtesy, not justice: one unit a person is.
"""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from django.conf import settings

# Counted anew so often; what is kept lives twice as long.
PERIOD_SECONDS: Final = 10
V6_PREFIX: Final = 64  # what one household gets


def period(now_us: int) -> int:
    """The number of the period in which this moment (Redis time) lies."""
    return now_us // (PERIOD_SECONDS * 1_000_000)


def arguments(*, person_id: int, network: str) -> tuple[int | str, ...]:
    """What claim.lua and reserve.lua take for their limits: ttl, then each with its most."""
    most = settings.SALE_PERSON_LIMIT, settings.SALE_NETWORK_LIMIT
    return (2 * PERIOD_SECONDS, person_id, most[0], network, most[1])


def network_of(address: str) -> str:
    """The /24 or /64 that an address belongs to, in a short text; empty for no address."""
    if "." in address and ":" not in address:
        return address.rpartition(".")[0]
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    mapped = known.ipv4_mapped if isinstance(known, IPv6Address) else None
    if mapped is not None:
        return str(mapped).rpartition(".")[0]
    return str(ip_network((known, V6_PREFIX), strict=False).network_address)
