"""The environment that the processes get: what is set already, what is started here."""

from collections.abc import Mapping
from dataclasses import dataclass

from socialcommerce.embedded import private_files
from socialcommerce.embedded.paths import Layout
from socialcommerce.embedded.ports import LOOPBACK

DATABASES = ("DATABASE_URL", "REDIS_URL", "REDIS_GATE_URL")
STRIPE = ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET")


class ContractError(Exception):
    """The person's environment does not add up. The text says how to mend it."""


@dataclass(frozen=True)
class Given:
    """Which services the person brings along."""

    databases: bool
    stripe: bool

    @property
    def everything(self) -> bool:
        return self.databases and self.stripe


def what_is_given(environment: Mapping[str, str]) -> Given:
    """Raises: ContractError when a group of services is there by half."""
    for group in (DATABASES, STRIPE):
        there = [name for name in group if environment.get(name)]
        if there and len(there) < len(group):
            missing = ", ".join(name for name in group if name not in there)
            raise ContractError(
                f"{', '.join(there)} is set, but {missing} is not. "
                "Set them all, or none to have these services started here."
            )
    given = Given(
        databases=bool(environment.get("DATABASE_URL")),
        stripe=bool(environment.get("STRIPE_SECRET_KEY")),
    )
    if environment.get("PLAZA_ENV") == "production" and not given.everything:
        raise ContractError(
            "PLAZA_ENV is production: embedded services are for development. "
            f"Set {', '.join(DATABASES + STRIPE)}."
        )
    return given


def keys(layout: Layout, *, sandbox_port: int | None) -> dict[str, str]:
    """SECRET_KEY and, for the sandbox, keys of Stripe's shape: random, and kept for next time."""
    made = {"SECRET_KEY": private_files.password(layout.run / "secret-key")}
    if sandbox_port is not None:
        made["STRIPE_API_BASE"] = f"http://{LOOPBACK}:{sandbox_port}"
        for name, prefix in zip(STRIPE, ("sk_test_", "pk_test_", "whsec_"), strict=True):
            made[name] = prefix + private_files.password(layout.run / name.lower())
    return made
