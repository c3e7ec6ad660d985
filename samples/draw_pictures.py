"""Draw the two sample pictures: town.jpg, a content, and painting.jpg, a style.

    python samples/draw_pictures.py [--out DIR] [--seed N] [--force]

The same seed draws the same pictures. Needs NumPy and Pillow, nothing else.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from drawing.painting import PAINTING_SEED, PAINTING_SIZE, draw_painting
from drawing.town import TOWN_SEED, TOWN_SIZE, draw_town
from PIL import Image

SAMPLES = Path(__file__).resolve().parent
JPEG_QUALITY = 92


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the script's arguments."""
    parser = argparse.ArgumentParser(description='Draw the sample pictures again.')
    parser.add_argument(
        '--out', type=Path, default=SAMPLES, metavar='DIR', help='an existing folder (default: %(default)s)'
    )
    parser.add_argument(
        '--seed',
        type=int,
        metavar='N',
        help=f'draw two other pictures (default: the seeds of the samples, {TOWN_SEED} and {PAINTING_SEED})',
    )
    parser.add_argument('--force', action='store_true', help='replace pictures that are there')
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Draw and write both pictures; return 0, or 1 if they cannot be written.

    Bad usage, an existing picture without --force among it, exits with 2 before drawing.
    """
    parser = build_parser()
    args = parser.parse_args(argv)
    town, painting = args.out / 'town.jpg', args.out / 'painting.jpg'
    if not args.out.is_dir():
        parser.error(f'Expected an existing folder. Received: {args.out}')
    if args.seed is not None and args.seed < 0:
        parser.error(f'Expected a seed of 0 or more. Received: {args.seed}')
    for path in (town, painting):
        if os.path.lexists(path) and not args.force:
            parser.error(f'{path} exists already. Expected another folder, or --force.')
    seeds = (TOWN_SEED, PAINTING_SEED) if args.seed is None else (args.seed, args.seed)
    try:
        _write(town, draw_town(*TOWN_SIZE, seeds[0]))
        _write(painting, draw_painting(*PAINTING_SIZE, seeds[1]))
    except OSError as error:
        print(f'{parser.prog}: error: cannot write: {error}', file=sys.stderr)
        return 1
    return 0


def jpeg(picture: Image.Image) -> bytes:
    """Return the picture as a JPEG file's bytes."""
    encoded = io.BytesIO()
    picture.save(encoded, 'JPEG', quality=JPEG_QUALITY, subsampling=0, optimize=True)
    return encoded.getvalue()


def _write(path: Path, picture: Image.Image) -> None:
    """Write under another name first, so that `path` is never half a picture."""
    data = jpeg(picture)
    unfinished = path.with_name(f'.{path.name}.{os.getpid()}')
    try:
        unfinished.write_bytes(data)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    print(f'{path}: {picture.width} x {picture.height}, {len(data) // 1024} KiB')


if __name__ == '__main__':
    raise SystemExit(main())
