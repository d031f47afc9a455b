"""Encoding of dataclasses with arrays as JSON, for what a saved run keeps besides its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

import numpy as np

T = TypeVar("T")

ARRAY = "array"


def encode(value: Any) -> Any:
    """A value as JSON: dataclasses as objects, arrays of one dimension as their type and values, NaN as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray):
        return {ARRAY: value.dtype.str, "values": [None if one != one else one for one in value.tolist()]}
    if isinstance(value, list | tuple):
        return [encode(one) for one in value]
    return value.item() if isinstance(value, np.generic) else value


def decode(kind: type[T], content: Mapping[str, Any]) -> T:
    """The reverse of `encode` for a dataclass.

    Raises:
        KeyError, TypeError, ValueError: it is no such thing.
    """
    hints = get_type_hints(kind)
    found = {}
    for name, value in content.items():
        if isinstance(value, dict) and ARRAY in value:
            values = [np.nan if one is None else one for one in value["values"]]
            found[name] = np.array(values, np.dtype(value[ARRAY]))
        else:
            found[name] = decode(hints[name], value) if is_dataclass(hints[name]) else value
    return kind(**found)
