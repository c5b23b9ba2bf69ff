"""Holds a JSON value against a shape: every key there, each of the right type; more keys are allowed."""

from collections.abc import Mapping
from typing import Any

Shape = Any  # a type, a set of allowed texts, [shape of each], {key: shape}, or a tuple of alternatives


def misfits(value: Any, shape: Shape, place: str = "$") -> list[str]:
    """What does not fit, as sentences that name the place. Empty when all fits."""
    if isinstance(shape, tuple):
        return [] if any(not misfits(value, each, place) for each in shape) else [f"{place}: {value!r} fits nothing"]
    if isinstance(shape, Mapping):
        if not isinstance(value, dict):
            return [f"{place}: no object"]
        missing = [f"{place}.{key}: missing" for key in shape if key not in value]
        inside = [misfits(value[key], each, f"{place}.{key}") for key, each in shape.items() if key in value]
        return missing + [text for texts in inside for text in texts]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{place}: no list"]
        return [text for index, each in enumerate(value) for text in misfits(each, shape[0], f"{place}[{index}]")]
    if isinstance(shape, set):
        return [] if value in shape else [f"{place}: {value!r} is none of {sorted(shape)}"]
    fits = isinstance(value, shape) and (shape is bool or not isinstance(value, bool))
    return [] if fits else [f"{place}: {value!r} is no {shape.__name__}"]
