"""A folder whose files have the names of modules, and leave a mark when one of them is imported."""

from __future__ import annotations

from pathlib import Path

NAMES = (
    *('numpy', 'h5py', 'scipy', 'PIL', 'tensorflow', 'keras', 'pip', 'setuptools', 'cli', 'nst_lbfgs'),
    *('hashlib', 'json', 'dataclasses', 'typing', 'argparse', 'subprocess', 'signal', '__future__'),
)
LEAVE_A_MARK = 'import pathlib\npathlib.Path(__file__).with_suffix(".imported").touch()\n'


def fill(folder: Path) -> None:
    """Write a file for each of `NAMES`."""
    for name in NAMES:
        (folder / f'{name}.py').write_text(LEAVE_A_MARK)


def imported(folder: Path) -> list[str]:
    """Return the names that have been imported."""
    return sorted(path.stem for path in folder.glob('*.imported'))
