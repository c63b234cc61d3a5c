"""Links to the onboarding page: for one visit, for a few minutes.

Source: https://docs.stripe.com/api/account_links
"""

from urllib.parse import urlsplit

from payments.sandbox.calls import Call
from payments.sandbox.errors import ApiError, InvalidParameter, Json
from payments.sandbox.resources import accounts
from payments.sandbox.store import new_id

_VALID_SECONDS = 5 * 60


def create(call: Call) -> Json:
    account = accounts.living(call, call.params["account"])
    kind = call.params["type"]
    if kind == "account_update" and account["controller"]["requirement_collection"] == "stripe":
        raise ApiError(
            "You cannot create `account_update` type Account Links for this account.", param="type"
        )
    for name in ("refresh_url", "return_url"):
        _check_address(call, name)
    link_id = new_id("alnk")
    link: Json = {
        "object": "account_link",
        "created": call.now(),
        "expires_at": call.now() + _VALID_SECONDS,
        "url": f"{call.base_url}/connect/onboarding/{link_id}",
    }
    call.store.add(
        link | {"id": link_id},
        account_id=account["id"],
        refresh_url=call.params["refresh_url"],
        return_url=call.params["return_url"],
    )
    return link


def _check_address(call: Call, name: str) -> None:
    if call.get(name) is None:
        raise InvalidParameter(
            f"Missing required param: {name}.", code="parameter_missing", param=name
        )
    parts = urlsplit(call.params[name])
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InvalidParameter("Not a valid URL", code="url_invalid", param=name)
