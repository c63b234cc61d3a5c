"""A drawing board for product pictures: a plain ground, a soft shadow, flat shapes.

Coordinates run from 0 to 100 in both directions, whatever the picture's size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

EDGE = 800  # pixels of the finished picture: sharp enough, and forty of them are drawn at once
OVERSAMPLING = 2  # drawn larger and reduced, so that edges are smooth


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one product: ground, body, its dark and light side, one accent."""

    ground: str
    body: str
    shade: str
    light: str
    accent: str


class Canvas:
    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        size = EDGE * OVERSAMPLING
        self._scale = size / 100
        self._image = Image.new("RGB", (size, size), palette.ground)
        self._draw = ImageDraw.Draw(self._image)
        self._floor()

    def _floor(self) -> None:
        """A lighter disc behind the thing, as if a lamp stood over it."""
        glow = Image.new("L", self._image.size, 0)
        ImageDraw.Draw(glow).ellipse(self._box(12, 8, 88, 84), fill=70)
        glow = glow.resize((150, 150)).filter(ImageFilter.GaussianBlur(18)).resize(glow.size)
        self._image.paste(Image.new("RGB", glow.size, "white"), mask=glow)

    def _box(self, left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
        return tuple(value * self._scale for value in (left, top, right, bottom))

    def shadow(self, left: float, right: float, bottom: float) -> None:
        """What the thing throws on the table, from `left` to `right`."""
        dark = Image.new("L", (300, 300), 0)
        box = [left * 3, bottom * 3 - 7, right * 3, bottom * 3 + 8]
        ImageDraw.Draw(dark).ellipse(box, fill=95)
        dark = dark.filter(ImageFilter.GaussianBlur(6)).resize(self._image.size)
        self._image.paste(Image.new("RGB", dark.size, "#20160f"), mask=dark)

    def block(
        self, left: float, top: float, right: float, bottom: float, fill: str, radius: float = 0
    ) -> None:
        self._draw.rounded_rectangle(
            self._box(left, top, right, bottom), radius * self._scale, fill=fill
        )

    def disc(self, x: float, y: float, radius: float, fill: str, squash: float = 1.0) -> None:
        high = radius * squash
        self._draw.ellipse(self._box(x - radius, y - high, x + radius, y + high), fill=fill)

    def ring(self, x: float, y: float, radius: float, colour: str, width: float) -> None:
        box = self._box(x - radius, y - radius, x + radius, y + radius)
        self._draw.ellipse(box, outline=colour, width=int(width * self._scale))

    def arc(
        self, x: float, y: float, radius: float, turn: tuple[int, int], colour: str, width: float
    ) -> None:
        """Part of a ring; `turn` is in degrees, clockwise from three o'clock."""
        box = self._box(x - radius, y - radius, x + radius, y + radius)
        self._draw.arc(box, *turn, fill=colour, width=int(width * self._scale))

    def shape(self, points: Sequence[tuple[float, float]], fill: str) -> None:
        self._draw.polygon([(x * self._scale, y * self._scale) for x, y in points], fill=fill)

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        scaled = [(x * self._scale, y * self._scale) for x, y in points]
        self._draw.line(scaled, fill=colour, width=int(width * self._scale), joint="curve")

    def finished(self) -> Image.Image:
        return self._image.resize((EDGE, EDGE), Image.Resampling.LANCZOS)
