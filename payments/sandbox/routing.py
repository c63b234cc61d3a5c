"""How an endpoint is written down."""

import re
from dataclasses import dataclass
from functools import partial

from payments.sandbox.calls import Handler

# What every list takes.
LIST = "created ending_before limit starting_after"


@dataclass(frozen=True)
class Route:
    """One endpoint. ``understood`` are the parameters that its handler looks at; a ``connected``
    one can also be asked on behalf of a connected account.
    """

    method: str
    path: re.Pattern[str]
    shape: type
    handler: Handler
    understood: frozenset[str]
    connected: bool


def _route(
    method: str,
    path: str,
    shape: type,
    handler: Handler,
    understood: str = "",
    *,
    connected: bool = False,
) -> Route:
    pattern = re.compile(re.sub(r"\{\w+\}", r"([A-Za-z0-9_]+)", f"/v1/{path}"))
    return Route(
        method, pattern, shape, handler, frozenset(f"expand {understood}".split()), connected
    )


get, post, delete = partial(_route, "GET"), partial(_route, "POST"), partial(_route, "DELETE")
