"""Which endpoint answers what, with the SDK's type for its parameters and those understood here.

A parameter that Stripe knows and the sandbox does not is refused in so many words: silently
ignoring it would make a test pass that proves nothing.
"""

from payments.sandbox.errors import ApiError, InvalidParameter, Json
from payments.sandbox.money_routes import MONEY_ROUTES
from payments.sandbox.payment_routes import PAYMENT_ROUTES
from payments.sandbox.routing import Route

ROUTES = PAYMENT_ROUTES + MONEY_ROUTES


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    """Return the endpoint and the ids in the path. Raises ApiError 404."""
    for route in ROUTES:
        match = route.path.fullmatch(path)
        if route.method == method and match is not None:
            return route, match.groups()
    raise ApiError(
        f"Unrecognized request URL ({method}: {path}), or one that the sandbox does not answer.",
        status=404,
    )


def refuse_unsupported(route: Route, params: Json) -> None:
    """Raises InvalidParameter for what Stripe would take and the sandbox has no answer to."""
    for name in params:
        if name not in route.understood:
            raise InvalidParameter(
                f"The sandbox does not support the parameter {name} here yet.",
                code="sandbox_unsupported_parameter",
                param=name,
            )
