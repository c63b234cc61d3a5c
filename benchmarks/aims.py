"""What a machine of two cores is to do, by benchmark. Figures and ratios by name."""

from typing import Final

from benchmarks.reports import Aim

AIMS: Final[dict[str, tuple[Aim, ...]]] = {
    "reserve": (
        Aim("reservations_per_second", 5_000, "a second"),
        Aim("gate_peak_mb", 300, "MB", is_floor=False),
        Aim("web_worker_peak_mb", 200, "MB", is_floor=False),
        Aim("drain_worker_peak_mb", 300, "MB", is_floor=False),
    ),
    "claim": (
        Aim("units_paid_per_second", 2_500, "a second (50,000 in 20 s)"),
        Aim("people_ended_per_second", 5_333, "a second (240,000 in 45 s)"),
        Aim("to_naive_view", 2, "times its best"),
        Aim("web_worker_peak_mb", 200, "MB", is_floor=False),
        Aim("drain_worker_peak_mb", 300, "MB", is_floor=False),
    ),
    "gate": (Aim("to_empty_view", 0.7, "of an empty view"),),
    "page": (Aim("pages_per_second", 2_000, "a second"),),
    "drain": (
        Aim("held_per_second", 10_000, "a second"),
        Aim("paid_per_second", 5_000, "a second"),
        Aim("drain_worker_peak_mb", 300, "MB", is_floor=False),
    ),
    "recovery": (Aim("open_again_seconds", 5, "s", is_floor=False),),
    "ledger": (
        Aim("online_per_second", 1_000, "a second"),
        Aim("hot_to_spread", 0.9, "of spread"),
    ),
    # What a well-known shop's order service does alone, without login and payment.
    "payment": (Aim("orders_per_second", 100, "a second"),),
    "growth": tuple(
        Aim(f"{what}_last_to_first", 1.3, "times", is_floor=False)
        for what in ("reserve", "claim", "page")
    ),
}
