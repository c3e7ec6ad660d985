"""Neural style transfer as in Chollet's Deep Learning with Python, section 8.3.

    python samples/chollet_book.py [CONTENT STYLE] [--weights PATH] [--height 400]

The book's picture is 400 pixels high; 200 take a quarter of the time. Each of the 20 iterations is
a call of L-BFGS with 20 evaluations, and is saved, as in the book.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from nst_lbfgs import (
    ComputationConfig,
    LbfgsConfig,
    ObjectiveConfig,
    Progress,
    StartConfig,
    TransferConfig,
    transfer_style,
)
from nst_lbfgs.pictures.reading import read_picture
from nst_lbfgs.pictures.size import fitted_size, resize
from nst_lbfgs.pictures.writing import write_picture

SAMPLES = Path(__file__).parent

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument('content', nargs='?', type=Path, default=SAMPLES / 'town.jpg')
parser.add_argument('style', nargs='?', type=Path, default=SAMPLES / 'painting.jpg')
parser.add_argument('--weights', default='imagenet', help='(default: %(default)s)')
parser.add_argument('--height', type=int, default=200, help='in pixels (default: %(default)s)')
parser.add_argument('--iterations', type=int, default=20, help='(default: %(default)s)')
args = parser.parse_args()

config = TransferConfig(
    ObjectiveConfig(
        content_layers=(('block5_conv2', 1.0),),
        style_layers=tuple((f'block{block}_conv1', 1.0) for block in range(1, 6)),
        content_weight=0.025,
        style_weight=1.0,
        tv_weight=1e-4,
    ),
    start=StartConfig(init_colors='own'),
    optimizer=LbfgsConfig(restart=True, history=10, coordinates='pixels'),
    iterations=args.iterations,
    evaluations_per_iteration=20,
    pyramid=1,
    computation=ComputationConfig(weights=args.weights),
)

content, style = read_picture(args.content).pixels, read_picture(args.style).pixels
size = fitted_size(*content.shape[:2], target_height=args.height)
content, style = resize(content, *size), resize(style, *size)


def save(progress: Progress) -> None:
    """Print the loss and write the picture of an iteration."""
    print(f'Iteration {progress.losses.iteration}: loss {progress.losses.loss:.4e}')
    write_picture(
        Path(f'style_transfer_result_at_iteration_{progress.losses.iteration}.png'),
        progress.picture(),
        overwrite=True,
    )


result = transfer_style(content, style, config, on_iteration=save)
write_picture(Path('style_transfer_result.png'), result.image, overwrite=True)
