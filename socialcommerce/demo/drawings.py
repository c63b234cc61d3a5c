"""What the stores of the demo world sell, drawn: one function a kind of thing."""

from collections.abc import Callable

from PIL import Image

from socialcommerce.demo.canvas import Canvas, Palette

Drawing = Callable[[Canvas, Palette], None]


def phone(board: Canvas, colour: Palette) -> None:
    board.shadow(30, 70, 86)
    board.block(33, 14, 67, 86, colour.shade, 5)
    board.block(34.2, 15.2, 65.8, 84.8, colour.body, 4.4)
    board.block(36, 17, 64, 83, "#14110f", 3)
    board.block(37, 18, 63, 82, colour.accent, 2.4)
    board.disc(50, 44, 11, colour.light)
    board.shape([(37, 70), (48, 52), (57, 64), (63, 57), (63, 80), (37, 80)], colour.shade)
    board.block(46, 20, 54, 21.8, "#14110f", 0.9)


def earbuds(board: Canvas, colour: Palette) -> None:
    board.shadow(26, 74, 80)
    board.block(27, 44, 73, 80, colour.body, 14)
    board.block(27, 44, 73, 58, colour.light, 12)
    board.block(27, 56.6, 73, 57.6, colour.shade)
    for x in (40, 60):
        board.block(x - 2.6, 28, x + 2.6, 52, colour.shade, 2.6)
        board.disc(x, 28, 7, colour.accent)
        board.disc(x, 28, 3, colour.shade)
    board.disc(50, 68, 1.4, colour.accent)


def headphones(board: Canvas, colour: Palette) -> None:
    board.shadow(24, 76, 84)
    board.arc(50, 50, 29, (180, 360), colour.body, 6)
    board.arc(50, 50, 26, (190, 350), colour.light, 1.6)
    for left in (16, 68):
        board.block(left, 48, left + 16, 82, colour.shade, 7)
        board.block(left + 3, 52, left + 13, 78, colour.accent, 5)


def speaker(board: Canvas, colour: Palette) -> None:
    board.shadow(27, 73, 86)
    board.block(29, 16, 71, 86, colour.body, 8)
    board.disc(50, 62, 16, colour.shade)
    board.disc(50, 62, 12, colour.accent)
    board.disc(50, 62, 4.6, colour.shade)
    board.disc(50, 31, 8, colour.shade)
    board.disc(50, 31, 4, colour.light)


def watch(board: Canvas, colour: Palette) -> None:
    board.shadow(38, 62, 90)
    board.block(41, 8, 59, 92, colour.shade, 5)
    board.disc(50, 50, 23, colour.body)
    board.disc(50, 50, 19.5, colour.light)
    for points in ([(50, 50), (50, 36)], [(50, 50), (60, 56)]):
        board.line(points, colour.shade, 1.8)
    board.disc(50, 50, 2, colour.accent)
    board.block(72.5, 47, 76, 53, colour.shade, 1)


def camera(board: Canvas, colour: Palette) -> None:
    board.shadow(16, 84, 76)
    board.block(38, 24, 62, 40, colour.shade, 4)
    board.block(16, 32, 84, 76, colour.body, 6)
    board.block(16, 42, 84, 64, colour.shade)
    board.disc(50, 54, 18, colour.light)
    board.disc(50, 54, 14.5, "#191614")
    board.disc(50, 54, 8, colour.accent)
    board.disc(46.5, 50, 2.4, "#ffffff")
    board.disc(74, 37, 2.6, colour.accent)


def mug(board: Canvas, colour: Palette) -> None:
    board.shadow(26, 70, 80)
    board.ring(70, 52, 13, colour.shade, 4.6)
    board.block(26, 28, 68, 80, colour.body, 8)
    board.block(26, 28, 68, 46, colour.body)
    board.disc(47, 29, 21, colour.light, 0.22)
    board.disc(47, 29.6, 18.4, colour.shade, 0.18)
    board.block(26, 58, 68, 64, colour.accent)


def teapot(board: Canvas, colour: Palette) -> None:
    board.shadow(24, 76, 82)
    board.ring(25, 56, 13, colour.shade, 4)
    board.shape([(68, 62), (88, 38), (92, 41), (76, 72)], colour.shade)
    board.disc(50, 58, 27, colour.body, 0.86)
    board.disc(50, 38, 15, colour.light, 0.3)
    board.disc(50, 31, 4.4, colour.accent)
    board.block(36, 78, 64, 82, colour.shade, 2)


def tin(board: Canvas, colour: Palette) -> None:
    board.shadow(30, 70, 86)
    board.block(31, 30, 69, 86, colour.body, 4)
    board.block(29, 18, 71, 33, colour.shade, 4)
    board.block(38, 44, 62, 72, colour.light, 2)
    board.shape([(50, 48), (57, 58), (50, 68), (43, 58)], colour.accent)
    board.line([(50, 50), (50, 67)], colour.light, 0.8)


def bowl(board: Canvas, colour: Palette) -> None:
    board.shadow(30, 70, 76)
    board.shape([(18, 46), (82, 46), (70, 68), (60, 76), (40, 76), (30, 68)], colour.body)
    board.disc(50, 46, 32, colour.light, 0.26)
    board.disc(50, 47, 27, colour.shade, 0.2)
    board.line([(24, 56), (76, 56)], colour.accent, 1.6)


def vase(board: Canvas, colour: Palette) -> None:
    board.shadow(34, 66, 88)
    for x, y in ((38, 18), (50, 10), (62, 16), (56, 24)):
        board.line([(50, 50), (x, y)], "#5d7a55", 1.2)
        board.disc(x, y, 5, colour.accent)
        board.disc(x, y, 2, colour.light)
    board.disc(50, 68, 20, colour.body)
    board.block(43, 40, 57, 56, colour.body, 3)
    board.block(41, 39, 59, 43, colour.shade, 2)


def plant(board: Canvas, colour: Palette) -> None:
    board.shadow(32, 68, 88)
    for tip in ((22, 34), (32, 16), (50, 9), (68, 16), (78, 34)):
        middle = ((tip[0] + 50) / 2, (tip[1] + 62) / 2 - 6)
        board.shape([(48, 62), (middle[0] - 7, middle[1]), tip, (middle[0] + 6, middle[1] + 5)],
                    colour.accent)  # fmt: skip
    board.shape([(33, 58), (67, 58), (63, 88), (37, 88)], colour.body)
    board.block(31, 55, 69, 63, colour.shade, 2)


def lamp(board: Canvas, colour: Palette) -> None:
    board.shadow(34, 66, 88)
    board.block(48.4, 44, 51.6, 86, colour.shade, 1)
    board.disc(50, 86, 16, colour.shade, 0.2)
    board.shape([(36, 14), (64, 14), (76, 48), (24, 48)], colour.body)
    board.shape([(24, 48), (76, 48), (75, 51), (25, 51)], colour.light)
    board.disc(50, 51, 5, colour.accent, 0.7)


def chair(board: Canvas, colour: Palette) -> None:
    board.shadow(26, 74, 90)
    for x in (31, 66):
        board.block(x, 60, x + 3.4, 90, colour.shade, 1)
    board.block(27, 54, 73, 63, colour.body, 4)
    board.block(30, 14, 35, 56, colour.shade, 2)
    board.block(65, 14, 70, 56, colour.shade, 2)
    board.block(30, 16, 70, 38, colour.accent, 6)


def candle(board: Canvas, colour: Palette) -> None:
    board.shadow(32, 68, 84)
    board.block(32, 40, 68, 84, colour.body, 4)
    board.disc(50, 41, 18, colour.light, 0.2)
    board.line([(50, 41), (50, 33)], "#2b2420", 1)
    board.shape([(50, 18), (54.5, 28), (50, 34), (45.5, 28)], colour.accent)
    board.block(40, 56, 60, 72, colour.light, 1.5)


def book(board: Canvas, colour: Palette) -> None:
    board.shadow(24, 76, 86)
    board.block(27, 16, 75, 86, colour.shade, 2)
    board.block(29, 18, 74, 84, "#f7f1e6", 1)
    board.block(25, 14, 72, 83, colour.body, 2)
    board.block(25, 14, 31, 83, colour.shade, 1)
    board.disc(52, 40, 11, colour.accent)
    board.block(38, 60, 66, 63, colour.light, 1)
    board.block(42, 67, 62, 69, colour.light, 1)


def postcard(board: Canvas, colour: Palette) -> None:
    board.shadow(18, 82, 80)
    board.shape([(17, 30), (79, 21), (85, 68), (23, 77)], "#fbf7ef")
    board.shape([(20, 33), (76.6, 24.6), (81.8, 65.4), (25.4, 74)], colour.body)
    board.disc(62, 40, 8, colour.accent)
    board.shape([(24, 62), (40, 42), (52, 57), (60, 49), (80, 60), (81.8, 65.4), (25.4, 74)],
                colour.shade)  # fmt: skip


def print_sheet(board: Canvas, colour: Palette) -> None:
    board.shadow(26, 74, 90)
    board.block(26, 10, 74, 90, "#2b2522", 1)
    board.block(28, 12, 72, 88, "#fbf7ef")
    board.block(33, 18, 67, 74, colour.body)
    board.disc(50, 40, 13, colour.accent)
    board.shape([(33, 74), (33, 60), (46, 48), (56, 60), (67, 52), (67, 74)], colour.shade)


def notebook(board: Canvas, colour: Palette) -> None:
    board.shadow(27, 73, 88)
    board.block(28, 12, 74, 88, colour.body, 4)
    board.block(28, 12, 36, 88, colour.shade, 3)
    for y in range(18, 86, 8):
        board.block(25, y, 33, y + 2, "#d9d2c6", 1)
    board.block(62, 12, 65, 88, colour.accent)


def hat(board: Canvas, colour: Palette) -> None:
    board.shadow(22, 78, 80)
    board.disc(50, 22, 7, colour.accent)
    board.block(26, 26, 74, 74, colour.body, 22)
    for x in (34, 42, 50, 58, 66):
        board.line([(x, 34), (x, 62)], colour.light, 1)
    board.block(22, 60, 78, 80, colour.shade, 7)


def shoe(board: Canvas, colour: Palette) -> None:
    board.shadow(12, 88, 76)
    board.shape([(16, 38), (36, 36), (52, 52), (78, 57), (88, 66), (88, 70), (14, 70)], colour.body)
    board.shape([(16, 38), (36, 36), (40, 41), (20, 48)], colour.shade)
    board.block(12, 69, 90, 77, colour.light, 3.6)
    for x in (42, 48, 54):
        board.line([(x, 52), (x + 4, 43)], colour.light, 1.4)
    board.shape([(22, 66), (48, 58), (30, 58)], colour.accent)


def bag(board: Canvas, colour: Palette) -> None:
    board.shadow(20, 80, 88)
    board.arc(50, 40, 18, (180, 360), colour.shade, 3.4)
    board.shape([(24, 38), (76, 38), (82, 88), (18, 88)], colour.body)
    board.block(23, 38, 77, 45, colour.shade)
    board.disc(50, 64, 9, colour.accent)


def scarf(board: Canvas, colour: Palette) -> None:
    board.shadow(26, 74, 90)
    board.block(26, 16, 74, 36, colour.body, 10)
    board.block(32, 28, 48, 88, colour.shade, 2)
    board.block(52, 28, 68, 80, colour.body, 2)
    for y in (44, 54, 64, 74):
        board.block(32, y, 48, y + 3, colour.accent)
        board.block(52, y - 4, 68, y - 1, colour.light)


def bread(board: Canvas, colour: Palette) -> None:
    board.shadow(14, 86, 74)
    board.disc(50, 54, 37, colour.body, 0.56)
    board.disc(50, 49, 31, colour.light, 0.4)
    for x in (32, 46, 60):
        board.line([(x, 58), (x + 8, 38)], colour.shade, 2.6)


def jar(board: Canvas, colour: Palette) -> None:
    board.shadow(30, 70, 86)
    board.block(30, 30, 70, 86, colour.body, 8)
    board.block(34, 18, 66, 32, colour.shade, 3)
    board.block(30, 50, 70, 72, colour.light)
    board.disc(50, 61, 7, colour.accent)


def ticket(board: Canvas, colour: Palette) -> None:
    board.shadow(14, 86, 72)
    board.block(14, 32, 86, 70, colour.body, 4)
    board.disc(14, 51, 5, colour.ground)
    board.disc(86, 51, 5, colour.ground)
    for y in range(34, 69, 5):
        board.block(65.4, y, 66.6, y + 2.4, colour.light)
    board.disc(38, 47, 8, colour.accent)
    board.block(24, 60, 56, 63, colour.light, 1)


DRAWINGS: dict[str, Drawing] = {
    drawing.__name__: drawing
    for drawing in (
        phone, earbuds, headphones, speaker, watch, camera, mug, teapot, tin, bowl, vase, plant,
        lamp, chair, candle, book, postcard, print_sheet, notebook, hat, shoe, bag, scarf, bread,
        jar, ticket,
    )
}  # fmt: skip


def draw(kind: str, palette: Palette) -> Image.Image:
    """The picture of one thing, square. Raises KeyError for a kind nobody drew."""
    board = Canvas(palette)
    DRAWINGS[kind](board, palette)
    return board.finished()
