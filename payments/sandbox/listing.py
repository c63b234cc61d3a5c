"""Lists in Stripe's cursor form: newest first, ``starting_after``, ``ending_before``, ``limit``.

Source: https://docs.stripe.com/api/pagination
"""

import json

from payments.sandbox.calls import Call
from payments.sandbox.errors import InvalidParameter, Json

_TIMES = ("created", "arrival_date")
_BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def page(
    call: Call,
    kind: str,
    url: str,
    *,
    filters: tuple[str, ...] = (),
    only: tuple[tuple[str, str | int], ...] = (),
) -> Json:
    """Return one page of the asking account's objects of a kind, newest first.

    ``filters`` narrow it by the parameters that were given, ``only`` always: each is a condition in
    SQL, without anything typed in it, and the value of its one placeholder.
    """
    limit = call.get("limit", 10)
    if not 1 <= limit <= 100:
        raise InvalidParameter("Invalid limit: must be between 1 and 100", param="limit")
    clauses = ["kind = ?", "account = ?", *(condition for condition, _ in only)]
    values: list[str | int] = [kind, call.account, *(value for _, value in only)]
    for name in filters:
        if call.get(name) is not None:
            clauses.append(f"json_extract(body, '$.{name}') = ?")
            values.append(call.get(name))
    _narrow_by_time(call, clauses, values)
    backwards = _narrow_by_cursor(call, clauses, values)
    direction = "ASC" if backwards else "DESC"
    sql = (
        f"SELECT body FROM objects WHERE {' AND '.join(clauses)}"  # noqa: S608 - no input in it
        f" ORDER BY sequence {direction} LIMIT ?"
    )
    found = [json.loads(row["body"]) for row in call.store.rows(sql, *values, limit + 1)]
    data = found[:limit]
    return {
        "object": "list",
        "url": url,
        "has_more": len(found) > limit,
        "data": data[::-1] if backwards else data,
    }


def _narrow_by_time(call: Call, clauses: list[str], values: list[str | int]) -> None:
    for field in _TIMES:
        given = call.get(field, {})
        bounds = {"gte": given, "lte": given} if isinstance(given, int) else given
        for name, bound in bounds.items():
            clauses.append(f"json_extract(body, '$.{field}') {_BOUNDS[name]} ?")
            values.append(bound)


def _narrow_by_cursor(call: Call, clauses: list[str], values: list[str | int]) -> bool:
    after, before = call.get("starting_after"), call.get("ending_before")
    if after and before:
        raise InvalidParameter("You can use starting_after or ending_before, not both.")
    if after:
        clauses.append(f"sequence < {call.store.sequence(after, param='starting_after')}")
    if before:
        clauses.append(f"sequence > {call.store.sequence(before, param='ending_before')}")
    return bool(before)
