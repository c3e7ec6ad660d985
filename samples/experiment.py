"""What the scripts of experiments share: a sweep at a small size, over the sample pictures.

    python samples/NAME.py [BASE] [STYLE] [OPTION...]

Other pictures than samples/town.jpg and samples/painting.jpg are named first; where an experiment
has a blank or black one, that stays. Every option of `nst-lbfgs sweep` may follow, such as
`--weights PATH` or `--iter 20`. The pictures, the contact sheet and the table of losses are left in
the folder `experiments`; the same command again goes on where an interrupted one ended.
"""

from __future__ import annotations

import shlex
import sys
from itertools import takewhile
from pathlib import Path
from typing import NoReturn

SAMPLES = Path(__file__).resolve().parent
sys.path.insert(0, str(SAMPLES.parent))  # this checkout's own command line

from cli.main import main  # noqa: E402

TOWN = str(SAMPLES / 'town.jpg')
PAINTING = str(SAMPLES / 'painting.jpg')
RESULTS = Path('experiments')


def sweep(script: str, base: str, style: str, *settings: str) -> NoReturn:
    """Run a sweep that is called as `script` is, and exit with its code."""
    given = list(takewhile(lambda argument: not argument.startswith('-'), sys.argv[1:]))
    options = sys.argv[1 + len(given) :]
    for sample in (TOWN, PAINTING):
        if given and sample in (base, style):
            other = given.pop(0)
            base, style = (other if picture == sample else picture for picture in (base, style))
    if given:
        raise SystemExit(f'Expected fewer pictures. Received, beyond them: {" ".join(given)}')
    command = ['sweep', base, style, str(RESULTS / Path(script).stem), *settings, *options]
    print(shlex.join(['nst-lbfgs', *command]), file=sys.stderr)
    raise SystemExit(main(command))
