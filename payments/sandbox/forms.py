"""Form-encoded requests as Stripe's SDKs send them: ``metadata[order]=7``, ``expand[0]=charge``."""

import re
from urllib.parse import parse_qsl

from payments.sandbox.errors import InvalidParameter

Tree = dict[str, "Branch"]
Branch = str | Tree

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
# A request of ours has a few dozen fields; anything larger is a mistake.
_MAX_FIELDS = 500


def decode(encoded: str) -> Tree:
    """Return the nested fields of a form or query string. Lists stay keyed by their index.

    Raises InvalidParameter for keys that contradict each other or cannot be read.
    """
    tree: Tree = {}
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise InvalidParameter(f"Invalid request body: {error}") from error
    for key, value in pairs:
        _plant(tree, _path(key), value, key)
    return tree


def _path(key: str) -> list[str]:
    match = _KEY.fullmatch(key)
    if match is None:
        raise InvalidParameter(f"Invalid parameter name: {key}", param=key)
    return [match[1], *_PART.findall(match[2])]


def _plant(tree: Tree, path: list[str], value: str, key: str) -> None:
    for part in path[:-1]:
        branch = tree.setdefault(part or str(len(tree)), {})
        if isinstance(branch, str):
            raise InvalidParameter(
                f"Invalid parameter: {key} is both a value and an object", param=key
            )
        tree = branch
    last = path[-1] or str(len(tree))
    if last in tree:
        raise InvalidParameter(f"Duplicate parameter: {key}", param=key)
    tree[last] = value
