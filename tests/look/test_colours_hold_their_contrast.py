"""WCAG 2.2 AA for every pair of colours that stand on one another, in light and in dark."""

import math
import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static" / "css" / "tokens.css").read_text()
PAIR = re.compile(r"--([a-z-]+): light-dark\(oklch\(([^)]+)\), oklch\(([^)]+)\)\);")
WORDS = 4.5  # WCAG 1.4.3, text of any size
EDGES = 3.0  # WCAG 1.4.11, borders of controls

ON_GROUNDS = [
    (ink, ground)
    for ink in ("ink", "ink-soft", "ink-faint", "accent", "live", "success", "warning", "danger")
    for ground in ("ground", "surface", "surface-raised")
]
ON_SOFT = [
    ("ink", "surface-sunken"),
    ("ink-soft", "surface-sunken"),
    *[(name, f"{name}-soft") for name in ("success", "warning", "danger", "live", "accent")],
    *[("ink", f"{name}-soft") for name in ("success", "warning", "danger", "live", "accent")],
    *[("ink-soft", f"{name}-soft") for name in ("accent", "live")],
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-live", "live"),
    ("on-live", "live-strong"),
    ("ground", "ink"),
]


def luminance(oklch: str) -> float:
    """Relative luminance (WCAG) of an OKLCH colour; the matrices are those of CSS Color 4."""
    lightness, chroma, hue = (float(part) for part in oklch.split()[:3])
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    shown = [min(1.0, max(0.0, value)) for value in (red, green, blue)]  # as a screen clips them
    return 0.2126 * shown[0] + 0.7152 * shown[1] + 0.0722 * shown[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


COLOURS = {name: {"light": light, "dark": dark} for name, light, dark in PAIR.findall(TOKENS)}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), ON_GROUNDS + ON_SOFT)
def test_words_can_be_read(ink: str, ground: str, theme: str) -> None:
    assert contrast(COLOURS[ink][theme], COLOURS[ground][theme]) >= WORDS


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["ground", "surface"])
def test_edges_of_controls_can_be_seen(ground: str, theme: str) -> None:
    assert contrast(COLOURS["line-strong"][theme], COLOURS[ground][theme]) >= EDGES


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast("0 0 0", "1 0 0") == pytest.approx(21, abs=0.01)
