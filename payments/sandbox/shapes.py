"""Parameters held against the types that the stripe SDK itself declares for them.

The SDK is generated from Stripe's published API, so its TypedDicts are the nearest thing to the
real validation that can run offline. Enumerations there are open ("a literal or any string");
Stripe refuses values that it does not know, and so does this.
"""

import functools
import re
import types
from typing import (
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import typing_extensions
from stripe import RequestOptions

from payments.sandbox.errors import InvalidParameter, Json
from payments.sandbox.forms import Branch, Tree

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_SECTIONS = (NotRequired, Required, typing_extensions.NotRequired, typing_extensions.Required)
_UNIONS = (Union, types.UnionType)
_LONGEST_TEXT, _LONGEST_EVIDENCE = 5000, 20_000
_LITERALS = (Literal, typing_extensions.Literal)
# Names that the SDK imports for type checkers only.
_ABSENT = {"StripeContext": object, "Mapping": dict}


@functools.cache
def fields(shape: type) -> dict[str, Any]:
    """Return the body parameters of one SDK params class by name, without the request options."""
    hints = get_type_hints(shape, localns=_ABSENT, include_extras=True)
    options = RequestOptions.__annotations__
    return {name: _bare(hint) for name, hint in hints.items() if name not in options}


def check(tree: Tree, shape: type, *, at: str = "") -> Json:
    """Return the parameters with the types that the SDK declares.

    Raises InvalidParameter for an unknown, missing or wrongly typed one, as Stripe would.
    """
    known = fields(shape)
    for name in tree:
        if name not in known:
            where = _name(at, name)
            raise InvalidParameter(
                f"Received unknown parameter: {where}", code="parameter_unknown", param=where
            )
    required: frozenset[str] = getattr(shape, "__required_keys__", frozenset())
    for name in sorted(required & known.keys()):
        if name not in tree:
            where = _name(at, name)
            raise InvalidParameter(
                f"Missing required param: {where}.", code="parameter_missing", param=where
            )
    return {name: _read(value, known[name], _name(at, name)) for name, value in tree.items()}


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) in _SECTIONS else hint


def _name(at: str, name: str) -> str:
    return f"{at}[{name}]" if at else name


def _read(value: Branch, hint: Any, at: str) -> Any:
    origin = get_origin(hint)
    if origin in _UNIONS:
        return _read_union(value, get_args(hint), at)
    if isinstance(value, str):
        return _read_text(value, hint, at)
    if is_typeddict(hint) or typing_extensions.is_typeddict(hint):
        return check(value, hint, at=at)
    if origin is list:
        return _read_list(value, get_args(hint)[0], at)
    if origin is dict:
        item = get_args(hint)[1]
        # In a map, an empty value takes its key away.
        return {
            key: inner if inner == "" else _read(inner, item, _name(at, key))
            for key, inner in value.items()
        }
    raise InvalidParameter(f"Invalid value for {at}: an object was not expected", param=at)


def _read_list(value: Tree, item: Any, at: str) -> list[Any]:
    if not all(key.isascii() and key.isdigit() for key in value):
        raise InvalidParameter("Invalid array", param=at)
    ordered = sorted(value, key=int)
    return [_read(value[key], item, _name(at, key)) for key in ordered]


def _read_union(value: Branch, options: tuple[Any, ...], at: str) -> Any:
    literals = [text for option in options for text in _texts(option)]
    if isinstance(value, str) and value in literals:
        return value
    scalars = [option for option in options if option in (str, int, float, bool)]
    if isinstance(value, str):
        # "a literal or any string" is how the SDK writes an enumeration that may grow.
        if scalars and not (scalars == [str] and any(literals)):
            return _read_text(value, scalars[0], at)
        if not literals:
            raise InvalidParameter("Invalid object", param=at)
        return _refuse_value(value, literals, at)
    nested = [o for o in options if o not in scalars and get_origin(o) not in _LITERALS]
    if not nested:
        raise InvalidParameter(f"Invalid value for {at}: an object was not expected", param=at)
    return _read(value, next((o for o in nested if _fits(value, o)), nested[0]), at)


def _fits(value: Tree, option: Any) -> bool:
    """Return whether an object could be meant as this one of several shapes."""
    if not typing_extensions.is_typeddict(option):
        return False
    known = fields(option)
    named = all(value[name] in _texts(known[name]) for name in value if _texts(known.get(name)))
    return named and option.__required_keys__ <= value.keys() <= known.keys()


def _texts(option: Any) -> tuple[str, ...]:
    return get_args(option) if get_origin(option) in _LITERALS else ()


def _read_text(text: str, hint: Any, at: str) -> Any:
    if hint is str:
        return _read_string(text, at)
    if hint is int and _INTEGER.fullmatch(text):
        return int(text)
    if hint is int:
        raise InvalidParameter(
            f"Invalid integer: {text}", code="parameter_invalid_integer", param=at
        )
    if hint is float and _NUMBER.fullmatch(text):
        return float(text)
    if hint is bool and text in {"true", "false"}:
        return text == "true"
    if hint is bool:
        raise InvalidParameter(f"Invalid boolean: {text}", param=at)
    if get_origin(hint) in _LITERALS:
        return _refuse_value(text, list(get_args(hint)), at)
    raise InvalidParameter(f"Invalid {'array' if get_origin(hint) is list else 'object'}", param=at)


def _read_string(text: str, at: str) -> str:
    if text == "":
        raise InvalidParameter(
            f"You passed an empty string for '{at}'. We assume empty values are an attempt to"
            f" unset a parameter; however '{at}' cannot be unset.",
            code="parameter_invalid_empty",
            param=at,
        )
    longest = _LONGEST_EVIDENCE if at.startswith("evidence[") else _LONGEST_TEXT
    if len(text) > longest or "\x00" in text:
        raise InvalidParameter(f"Invalid string for {at}", param=at)
    return text


def _refuse_value(text: str, allowed: list[str], at: str) -> str:
    if text in allowed:
        return text
    shown = ", ".join(word for word in allowed if word)
    raise InvalidParameter(f"Invalid {at}: must be one of {shown}", param=at)
