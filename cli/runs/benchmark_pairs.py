"""The benchmark's pairs of pictures, read and brought to each size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nst_lbfgs.benchmark.pairs import Pair, synthetic_pair
from nst_lbfgs.benchmark.task import PRESET
from nst_lbfgs.pictures.reading import read_picture
from nst_lbfgs.pictures.size import resize
from nst_lbfgs.presets import PRESETS

SYNTHETIC = 'drawn pictures'


@dataclass(frozen=True)
class SizedPairs:
    """`pairs` by name and side, and the SHA-256 of the files of each name; no files if drawn."""

    pairs: dict[tuple[str, int], Pair]
    sha256: dict[str, list[str]]

    @property
    def names(self) -> list[str]:
        return list(self.sha256)

    def save(self, folder: Path) -> dict[tuple[str, int], Path]:
        """Write each to a file of its own, and return which."""
        paths = {key: folder / f'{number}.npz' for number, key in enumerate(self.pairs)}
        for key, path in paths.items():
            self.pairs[key].save(path)
        return paths


def sized_pairs(paths: Sequence[Sequence[Path]], sides: Sequence[int]) -> SizedPairs:
    """Return the pairs squashed to squares of each side, or a drawn pair if there are none.

    Raises ImageError.
    """
    if not paths:
        return SizedPairs({(SYNTHETIC, side): synthetic_pair(side) for side in sides}, {SYNTHETIC: []})
    sized = SizedPairs({}, {})
    resampling = PRESETS[PRESET].pictures.resampling
    for content, style in paths:
        name = _unused(f'{content.stem}, {style.stem}', sized.sha256)
        pictures = read_picture(content), read_picture(style)
        sized.sha256[name] = [picture.sha256 for picture in pictures]
        for side in sides:
            sized.pairs[name, side] = Pair(
                *(resize(picture.pixels, side, side, resampling) for picture in pictures)
            )
    return sized


def _unused(name: str, names: dict[str, list[str]]) -> str:
    """Return `name`, numbered if there is one already."""
    number, unused = 1, name
    while unused in names:
        number, unused = number + 1, f'{name} ({number + 1})'
    return unused
