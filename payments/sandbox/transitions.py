"""What happens by itself when its time has come: refunds, disputes, payouts, deadlines, money."""

from collections.abc import Callable

from payments.sandbox import disputing
from payments.sandbox.calls import Call
from payments.sandbox.errors import Json
from payments.sandbox.resources import accounts, balance, payouts, refunds

_COURSES: dict[str, Callable[[Call, str], Json]] = {
    "account": accounts.due_change,
    "dispute": disputing.due_change,
    "payout": payouts.due_change,
    "refund": refunds.due_change,
}


def let_happen(call: Call) -> None:
    """Afterwards nothing is due any more by the sandbox's clock."""
    balance.mature(call)
    while rows := call.store.rows(
        "SELECT t.object_id, o.kind FROM transitions t JOIN objects o ON o.id = t.object_id"
        " WHERE t.due <= ? ORDER BY t.due LIMIT 1",
        call.store.time(),
    ):
        call.store.unschedule(rows[0]["object_id"])
        _COURSES[rows[0]["kind"]](call, rows[0]["object_id"])
