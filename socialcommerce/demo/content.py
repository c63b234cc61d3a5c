"""The demo world's content, read from the .toml files beside this module."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def load(name: str) -> dict[str, Any]:
    """`stores`, `people` or `posts` as the file has it."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
