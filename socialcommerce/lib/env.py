"""Environment variables that speak up: a wrong value names the variable and what it wants."""

import json
import os
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

TRUE: Final = {"1", "true", "yes", "on"}
FALSE: Final = {"0", "false", "no", "off", ""}


class BadEnvironment(RuntimeError):
    """A variable is missing or holds something that cannot be used."""


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise BadEnvironment(f"{name} is not set. Run `make up`, or see docs/operations.md.")
    return value


def flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value not in TRUE | FALSE:
        raise BadEnvironment(f"{name} is {value!r}; it wants one of 1, 0, true, false.")
    return value in TRUE


def number(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise BadEnvironment(f"{name} is {value!r}; it wants a whole number.") from None


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas, empty words dropped."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def records(name: str, value: str, *, fields: Sequence[str]) -> list[dict[str, str]]:
    """A JSON list of objects in `value`, the text of the variable `name`: each with exactly these
    fields, each field a text that is not empty.
    """
    try:
        read = json.loads(value)
    except ValueError:
        read = None
    if not isinstance(read, list) or not all(_is_record(one, fields) for one in read):
        wanted = ", ".join(fields)
        raise BadEnvironment(f"{name} wants a JSON list of objects, each with {wanted}.")
    return read


def _is_record(value: object, fields: Sequence[str]) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == set(fields)
        and all(isinstance(text, str) and text for text in value.values())
    )


def database(url: str) -> dict[str, object]:
    """A PostgreSQL URL as an entry of Django's DATABASES."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise BadEnvironment("DATABASE_URL wants postgresql://user:password@host:port/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
