"""Holds an answer against the classes that the SDK declares for it."""

import types
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import stripe

_UNIONS = (Union, types.UnionType)


def faults(value: Any, hint: Any, at: str) -> list[str]:
    """Return what does not fit, as texts; an empty list is a good answer."""
    origin = get_origin(hint)
    if isinstance(hint, ForwardRef):
        hint = getattr(stripe, hint.__forward_arg__, dict)
    if origin in _UNIONS:
        tried = [faults(value, option, at) for option in get_args(hint)]
        return [] if [] in tried else min(tried, key=len)
    if origin is Literal:
        return [] if value in get_args(hint) else [f"{at}: {value!r} is no such word"]
    if origin is list:
        return _list_faults(value, get_args(hint)[0], at)
    if origin is stripe.ListObject:
        return _page_faults(value, get_args(hint)[0], at)
    if origin is not None:
        hint = origin
    if isinstance(hint, type) and issubclass(hint, stripe.StripeObject):
        return _object_faults(value, hint, at)
    if hint is Any:
        return []
    fits = type(value) is hint or (hint is float and type(value) is int)
    return [] if fits else [f"{at}: {value!r} is no {hint}"]


def _list_faults(value: Any, item: Any, at: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{at}: {value!r} is no list"]
    return [fault for i, each in enumerate(value) for fault in faults(each, item, f"{at}[{i}]")]


def _page_faults(value: Any, item: Any, at: str) -> list[str]:
    if not isinstance(value, dict) or value.keys() != {"object", "url", "has_more", "data"}:
        return [f"{at}: {value!r} is no list object"]
    return _list_faults(value["data"], item, f"{at}.data")


def _object_faults(value: Any, shape: type, at: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at}: {value!r} is no object"]
    known = {
        name: hint
        for name, hint in getattr(shape, "__annotations__", {}).items()
        if not name.startswith("_") and "ClassVar" not in str(hint)
    }
    if not known:  # metadata and the like: anything goes
        return []
    found = [f"{at}.{name}: Stripe has no such field" for name in value if name not in known]
    for name, hint in known.items():
        if name in value:
            found += faults(value[name], hint, f"{at}.{name}")
        elif not (get_origin(hint) in _UNIONS and type(None) in get_args(hint)):
            found.append(f"{at}.{name}: is missing")
    return found
