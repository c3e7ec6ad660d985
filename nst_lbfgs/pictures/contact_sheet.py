"""Pictures side by side, each with a label: contact sheets and strips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..arrays import Pixels
from .size import fitted_size, resize

Font = Any  # FreeType's, or Pillow's bitmap font where Pillow was built without FreeType

LARGEST_SIDE = 400  # pixels of a picture in a sheet
SMALLEST_CELL = 96
LINE_SPACING = 4
PAPER, INK = (255, 255, 255), (0, 0, 0)
MISSING, OUTLINE = (224, 224, 224), (200, 200, 200)


@dataclass(frozen=True, eq=False)
class Cell:
    """A picture, uint8 (H, W, 3), and the label under it. A picture that is not there is None."""

    label: str
    pixels: Pixels | None


def contact_sheet(rows: Sequence[Sequence[Cell]], title: str, *, largest_side: int = LARGEST_SIDE) -> Pixels:
    """Return the rows of cells as one picture, uint8 (H, W, 3), under a title.

    Pictures above `largest_side` pixels on their longer side are made smaller to that; smaller
    ones stay as they are. A cell whose picture is None is grey, and one without
    a label too stays empty. Labels and title are wrapped, never cut. The
    same input gives the same pixels, with the same version of Pillow.
    """
    rows = [[_to_size(cell, largest_side) for cell in row] for row in rows]
    height, width = _cell_size(rows)
    font = ImageFont.load_default(size=max(11, width // 16))
    gap = max(6, width // 24)
    columns = max(len(row) for row in rows)
    sheet_width = columns * (width + gap) + gap
    heading = _wrapped(title, font, sheet_width - 2 * gap)
    labels = [[_wrapped(cell.label, font, width) for cell in row] for row in rows]
    label_heights = [max(_text_height(label, font) for label in row) for row in labels]
    top = 2 * gap + _text_height(heading, font)
    sheet = Image.new(
        'RGB', (sheet_width, top + sum(height + text + 2 * gap for text in label_heights)), PAPER
    )
    draw = ImageDraw.Draw(sheet)
    _write(draw, (gap, gap), heading, font)
    for row, row_labels, label_height in zip(rows, labels, label_heights):
        for column, (cell, label) in enumerate(zip(row, row_labels)):
            left = gap + column * (width + gap)
            if cell.label or cell.pixels is not None:
                _paste(sheet, draw, cell.pixels, (left, top, width, height))
            _write(draw, (left, top + height + gap // 2), label, font)
        top += height + label_height + 2 * gap
    return np.array(sheet, np.uint8)


def thumbnail(pixels: Pixels, largest_side: int = LARGEST_SIDE) -> Pixels:
    """Return a picture as it is shown in a sheet, with at most so many pixels on its longer side."""
    if max(pixels.shape[:2]) <= largest_side:
        return pixels
    return resize(pixels, *fitted_size(*pixels.shape[:2], longest_side=largest_side))


def _to_size(cell: Cell, largest_side: int) -> Cell:
    return cell if cell.pixels is None else Cell(cell.label, thumbnail(cell.pixels, largest_side))


def _cell_size(rows: Sequence[Sequence[Cell]]) -> tuple[int, int]:
    sizes = [cell.pixels.shape for row in rows for cell in row if cell.pixels is not None]
    return (
        max([SMALLEST_CELL, *(size[0] for size in sizes)]),
        max([SMALLEST_CELL, *(size[1] for size in sizes)]),
    )


def _paste(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, pixels: Pixels | None, box: tuple[int, int, int, int]
) -> None:
    left, top, width, height = box
    if pixels is None:
        draw.rectangle((left, top, left + width - 1, top + height - 1), fill=MISSING)
        return
    own_height, own_width = pixels.shape[:2]
    left += (width - own_width) // 2
    top += (height - own_height) // 2
    draw.rectangle((left - 1, top - 1, left + own_width, top + own_height), outline=OUTLINE)
    sheet.paste(Image.fromarray(pixels), (left, top))


def _write(draw: ImageDraw.ImageDraw, position: tuple[int, int], lines: Sequence[str], font: Font) -> None:
    draw.multiline_text(position, '\n'.join(lines), fill=INK, font=font, spacing=LINE_SPACING)


def _text_height(lines: Sequence[str], font: Font) -> int:
    _, top, _, bottom = font.getbbox('Ag')
    return len(lines) * (int(bottom) + LINE_SPACING)


def _wrapped(text: str, font: Font, width: int) -> list[str]:
    """Return the lines of `text`, broken between words, and inside a word that is too wide alone."""
    return [line for paragraph in text.splitlines() or [''] for line in _wrapped_line(paragraph, font, width)]


def _wrapped_line(text: str, font: Font, width: int) -> list[str]:
    lines = ['']
    for word in _pieces(text, font, width):
        longer = f'{lines[-1]} {word}'.strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _pieces(text: str, font: Font, width: int) -> Iterator[str]:
    for word in text.split():
        while len(word) > 1 and font.getlength(word) > width:
            fitting = next(
                count
                for count in range(len(word) - 1, 0, -1)
                if count == 1 or font.getlength(word[:count]) <= width
            )
            yield word[:fitting]
            word = word[fitting:]
        yield word
