"""The page of a grid of runs: its cells with their labels and losses, to be sorted, filtered and compared."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import one_line
from ..search.lbfgs import PLATEAU, TIME_OVER, Ending
from .files import source_of
from .inputs import Shown
from .links import link_to
from .rendering import rendered

NUMBERS = {
    'loss': 'loss',
    'content_loss': 'content loss',
    'style_loss': 'style loss',
    'total_variation_loss': 'total variation loss',
    'seconds': 'seconds',
}
"""What cells can be sorted by, with what it is called."""

FINISHED = (Ending.ALL_DONE.value, Ending.CONVERGED.value, TIME_OVER, PLATEAU)
"""How outcomes end of runs that came to an end that was asked for."""
EVERY = 5  # seconds until a page of a sweep that goes on is read again


@dataclass(frozen=True)
class GridCell:
    """A run of a grid: what was chosen for it by field, its numbers as text, and its picture's name, if any.

    `outcome` is why it ended, or what failed; of a run that was not tried yet it is empty.
    """

    choices: Mapping[str, str]
    numbers: Mapping[str, str]
    picture: str
    outcome: str

    @property
    def label(self) -> str:
        """What was chosen, as a label."""
        return one_line(', '.join(f'{field} {value}' for field, value in self.choices.items()))


def sweep_page(
    title: str,
    folder: Path,
    cells: Sequence[GridCell],
    inputs: Sequence[Shown],
    *,
    kind: str = 'sweep',
    running: bool = False,
    inside: bool = False,
) -> bytes:
    """Return the page of a grid as HTML; its pictures lie in `folder`, where the page goes.

    It is called by its `kind`, a sweep or a batch. While it is `running` the page renews itself. With
    `inside` all pictures are in the page, which stays as it is.
    """
    grid = [_shown(number, cell, folder, inside) for number, cell in enumerate(cells)]
    fields = list(dict.fromkeys(field for cell in cells for field in cell.choices))
    return rendered(
        'sweep.html',
        title=one_line(title),
        kind=kind,
        running=running,
        every=EVERY if running and not inside else None,
        written=round(time.time()),
        inputs=[replace(shown, detail='') for shown in inputs],  # it may be another in each cell
        cells=grid,
        tried=sum(bool(cell.outcome) for cell in cells),
        failed=sum(cell['failed'] for cell in grid),
        fields={
            field: list(dict.fromkeys(cell.choices.get(field, '') for cell in cells)) for field in fields
        },
        numbers=NUMBERS,
    )


def _shown(number: int, cell: GridCell, folder: Path, inside: bool) -> dict[str, Any]:
    """Return what the template says of a cell."""
    path = folder / Path(cell.picture).name if cell.picture else None  # only what lies beside the page
    page = path and path.with_suffix('.html')
    return {
        'number': number,
        'label': cell.label,
        'choices': json.dumps(dict(cell.choices)),
        'numbers': {name: cell.numbers.get(name, '') for name in NUMBERS},
        'source': path and source_of(path, inside=inside),
        'link': None if inside or path is None else link_to(path.name),
        'page': link_to(page.name) if page and page.exists() and not inside else None,
        'outcome': one_line(cell.outcome),
        'failed': bool(cell.outcome) and not cell.outcome.endswith(FINISHED),
    }
