"""Errors in Stripe's own shape, so that the SDK raises its own classes for them.

Source: https://docs.stripe.com/api/errors
"""

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """An answer other than 200. Whatever the request had changed is rolled back.

    A subclass with ``keeps_changes`` reports something that did happen (a declined attempt, say),
    and what the request had changed is kept.
    """

    keeps_changes = False

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"type": kind, "message": message, **details}
        if code is not None:
            self.body["code"] = code
            self.body["doc_url"] = f"https://docs.stripe.com/error-codes#{code.replace('_', '-')}"
        if param is not None:
            self.body["param"] = param

    def as_json(self) -> Json:
        return {"error": self.body}


class InvalidParameter(ApiError):
    """The parameters do not fit the endpoint; nothing was begun, so no answer is remembered."""


class CardDeclined(ApiError):
    """The bank said no. The attempt stays on record, as it does at Stripe."""

    keeps_changes = True

    def __init__(self, error: Json) -> None:
        details = {k: v for k, v in error.items() if k not in {"type", "message", "code", "param"}}
        super().__init__(
            error["message"],
            status=402,
            kind="card_error",
            code=error["code"],
            param=error.get("param"),
            **details,
        )


def missing(kind: str, object_id: str, param: str = "id") -> ApiError:
    return ApiError(
        f"No such {kind}: '{object_id}'", status=404, code="resource_missing", param=param
    )


def unauthenticated() -> ApiError:
    return ApiError("Invalid API Key provided.", status=401)


def unexpected_state(noun: str, verb: str, body: Json) -> ApiError:
    words = noun.replace("_", " ")
    details: Any = {noun: body}
    return ApiError(
        f"You cannot {verb} this {words} because it has a status of {body['status']}.",
        code=f"{noun}_unexpected_state",
        **details,
    )
