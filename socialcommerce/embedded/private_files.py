"""Files that only their owner may read."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def write(path: Path, text: str) -> None:
    """`path` holds `text`, mode 0600; a reader sees the old text or the new, never half."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def write_json(path: Path, values: Mapping[str, str | int]) -> None:
    """Like `write`, for an object."""
    write(path, json.dumps(values, indent=2, sort_keys=True) + "\n")


def password(path: Path) -> str:
    """The password kept in `path`, made at random the first time. Hexadecimal: safe in any URL."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        write(path, secrets.token_hex(24))
        return path.read_text().strip()
