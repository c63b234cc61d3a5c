"""Searches, which find a new object late: what must be found at once is listed, not searched.

Of the query language: clauses joined by AND, ``field:"text"``, ``metadata["key"]:"text"``, and
numbers with ``:``, ``>``, ``>=``, ``<`` and ``<=``. Source: https://docs.stripe.com/search
"""

import json
import re

from payments.sandbox.calls import Call
from payments.sandbox.errors import ApiError, InvalidParameter, Json

_CLAUSE = re.compile(
    r"""\s*(?P<field>amount|created|currency|customer|payment_intent|status|metadata)
    (?:\[(?P<q>["'])(?P<key>[^"'\[\]]{1,40})(?P=q)\])?
    \s*(?P<operator>:|>=|<=|>|<)\s*
    (?:"(?P<text>[^"]*)"|'(?P<other>[^']*)'|(?P<number>\d{1,15}))\s*""",
    re.VERBOSE,
)
_NUMBERS = ("amount", "created")
_IN_METADATA = (
    "EXISTS (SELECT 1 FROM json_each(body, '$.metadata') AS pair"
    " WHERE pair.key = ? AND pair.value = ?)"
)


def payment_intents(call: Call) -> Json:
    return _search(call, "payment_intent", "/v1/payment_intents/search")


def charges(call: Call) -> Json:
    return _search(call, "charge", "/v1/charges/search")


def _search(call: Call, kind: str, url: str) -> Json:
    limit = call.get("limit", 10)
    if not 1 <= limit <= 100:
        raise InvalidParameter("Invalid limit: must be between 1 and 100", param="limit")
    clauses = ["kind = ?", "account = ?", "json_extract(body, '$.created') <= ?", "sequence < ?"]
    known_until = call.store.time() - call.faults.rules.search_seconds
    values: list[str | int | float] = [kind, "", known_until, _page(call)]
    for part in re.split(r"\sAND\s", call.params["query"], flags=re.IGNORECASE):
        clause, compared = _clause(part)
        clauses.append(clause)
        values += compared
    rows = call.store.rows(
        f"SELECT sequence, body FROM objects WHERE {' AND '.join(clauses)}"  # noqa: S608
        " ORDER BY sequence DESC LIMIT ?",
        *values,
        limit + 1,
    )
    more = len(rows) > limit
    return {
        "object": "search_result",
        "url": url,
        "has_more": more,
        "data": [json.loads(row["body"]) for row in rows[:limit]],
        "next_page": str(rows[limit - 1]["sequence"]) if more else None,
    }


def _page(call: Call) -> int:
    page = call.get("page", str(2**62))
    if not re.fullmatch(r"\d{1,19}", page):
        raise InvalidParameter("This is no page of a search.", param="page")
    return int(page)


def _clause(part: str) -> tuple[str, list[str | int]]:
    """Return a clause of SQL and its values. Nothing that was typed is part of the SQL."""
    match = _CLAUSE.fullmatch(part)
    if match is None or (match["field"] == "metadata") != (match["key"] is not None):
        raise ApiError(f"We were unable to parse this part of the query: {part}", param="query")
    numeric = match["field"] in _NUMBERS
    if numeric != (match["number"] is not None) or (not numeric and match["operator"] != ":"):
        raise ApiError(f"This field cannot be compared like that: {part}", param="query")
    operator = match["operator"].replace(":", "=")
    if numeric:
        return f"json_extract(body, '$.{match['field']}') {operator} ?", [int(match["number"])]
    text = match["other"] if match["text"] is None else match["text"]
    if match["key"] is None:
        return f"json_extract(body, '$.{match['field']}') = ?", [text]
    return _IN_METADATA, [match["key"], text]
