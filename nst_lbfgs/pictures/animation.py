"""Moving pictures: GIF, WebP and APNG by Pillow, MP4 by ffmpeg; whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..arrays import Pixels
from ..checks import check_between, check_integer
from ..errors import ConfigError, OutputWriteError
from ..files import check_place, check_room, whole_file
from .pixel_bands import check_pixels

FORMATS = {'.apng': 'PNG', '.gif': 'GIF', '.mp4': 'MP4', '.png': 'PNG', '.webp': 'WEBP'}
LONGEST_SIDES = {'GIF': 65_535, 'MP4': 16_384, 'WEBP': 16_383}  # pixels; H.264 has more, players do not
OPTIONS: dict[str, dict[str, Any]] = {
    'GIF': {'optimize': False, 'disposal': 1},
    'PNG': {},
    'WEBP': {'quality': 90, 'method': 4},
}
SHORTEST, LONGEST = 0.02, 60.0  # seconds: browsers show a GIF's shorter frames for 0.1 s
VIDEO_RATE = 50  # frames a second: a frame of SHORTEST is one
MOST_PLAYS = 65_535  # 16 bits in a GIF and a WebP
COLOURS = 256  # of a GIF
SAMPLE_SIDE, MOST_SAMPLES = 96, 16  # pixels, frames: from which a GIF's colours are taken


@dataclass(frozen=True)
class Timing:
    """How long the frames are shown, in seconds from 0.02 to 60, and how often it is played.

    `plays` at 0 is for ever; an MP4 has no such number. Raises ConfigError.
    """

    frame_seconds: float = 0.2
    first_seconds: float = 1.0
    last_seconds: float = 2.0
    plays: int = 0

    def __post_init__(self) -> None:
        for name in ('frame_seconds', 'first_seconds', 'last_seconds'):
            check_between(name, getattr(self, name), SHORTEST, LONGEST)
        check_integer('plays', self.plays, at_least=0, at_most=MOST_PLAYS)

    def of(self, count: int) -> list[float]:
        """Return the seconds of each of `count` frames; one alone is the last."""
        return [self.first_seconds, *[self.frame_seconds] * (count - 2), self.last_seconds][-count:]


def check_animation(path: Path, *, overwrite: bool) -> None:
    """Find out whether an animation can be written to `path`, before its frames are read.

    Raises ConfigError for an extension that no format here has; OutputExistsError and OutputWriteError as
    `check_output` does, and the latter for MP4 without the extra `video`.
    """
    if _format_of(path) == 'MP4':
        _ffmpeg()
    check_place(path, overwrite=overwrite)
    check_room(path)


def check_size_for_animation(path: Path, height: int, width: int) -> None:
    """Raise ConfigError unless the format that the extension of `path` names holds frames of this size."""
    file_format = _format_of(path)
    longest = LONGEST_SIDES.get(file_format)
    if longest and max(height, width) > longest:
        raise ConfigError(
            f'Expected at most {longest:,} pixels a side for {path}, a {file_format} file. '
            f'Received: {height} x {width} (height x width)'
        )


def write_animation(path: Path, frames: Sequence[Pixels], timing: Timing, *, overwrite: bool) -> None:
    """Write frames, sRGB uint8 (H, W, 3), all of one size, as the format that the extension of `path` names.

    .gif has 256 colours, the same ones in all frames; .webp is at quality 90; .png and .apng are without
    loss; .mp4 is H.264, 4:2:0, of an even number of pixels a side: the last row or column is doubled.

    Raises ConfigError for frames that are no such pictures, and as `check_animation` does;
    OutputExistsError and OutputWriteError.
    """
    file_format = _format_of(path)
    _check_frames(frames)
    seconds = timing.of(len(frames))
    with whole_file(path, overwrite=overwrite) as temporary:
        if file_format == 'MP4':
            _write_video(temporary, path, frames, seconds)
        else:
            temporary.write_bytes(_encoded(file_format, path, frames, seconds, timing.plays))


def _format_of(path: Path) -> str:
    extension = path.suffix.lower()
    if extension not in FORMATS:
        raise ConfigError(
            f'Cannot write {path}. Expected a name that ends in {", ".join(FORMATS)}. '
            f'Received: {path.suffix or "no extension"}'
        )
    return FORMATS[extension]


def _check_frames(frames: Sequence[Pixels]) -> None:
    if not frames:
        raise ConfigError('Expected frames, at least one. Received: none')
    for number, frame in enumerate(frames, start=1):
        check_pixels(f'frame {number}', frame)
        if frame.shape != frames[0].shape:
            raise ConfigError(
                f'Expected frames of one size, {frames[0].shape[1]} x {frames[0].shape[0]} pixels. '
                f'Received: frame {number}, {frame.shape[1]} x {frame.shape[0]}'
            )


def _encoded(
    file_format: str, path: Path, frames: Sequence[Pixels], seconds: Sequence[float], plays: int
) -> bytes:
    images = [Image.fromarray(frame) for frame in frames]
    if file_format == 'GIF':
        palette = _palette(images)
        images = [image.quantize(palette=palette) for image in images]  # with Floyd and Steinberg's dither
    encoded = io.BytesIO()
    try:
        images[0].save(
            encoded,
            file_format,
            save_all=True,
            append_images=images[1:],
            duration=[round(1000 * value) for value in seconds],
            **OPTIONS[file_format],
            **_repeats(file_format, plays),
        )
    except Exception as error:  # encoders raise nearly anything
        reason = str(error) or type(error).__name__
        raise OutputWriteError(f'Cannot write {path} as {file_format}: {reason}') from error
    return encoded.getvalue()


def _repeats(file_format: str, plays: int) -> dict[str, int]:
    """Return Pillow's option for how often it is played: a GIF counts what follows the first time."""
    if file_format != 'GIF':
        return {'loop': plays}
    return {} if plays == 1 else {'loop': max(plays - 1, 0)}


def _palette(images: Sequence[Image.Image]) -> Image.Image:
    """Return an image whose palette fits all frames: one for each would flicker."""
    step = -(-len(images) // MOST_SAMPLES)
    samples = [image.resize((SAMPLE_SIDE, SAMPLE_SIDE)) for image in [*images[:-1:step], images[-1]]]
    strip = Image.new('RGB', (SAMPLE_SIDE * len(samples), SAMPLE_SIDE))
    for number, sample in enumerate(samples):
        strip.paste(sample, (number * SAMPLE_SIDE, 0))
    return strip.quantize(COLOURS)


def _write_video(temporary: Path, path: Path, frames: Sequence[Pixels], seconds: Sequence[float]) -> None:
    height, width = frames[0].shape[:2]
    writer = _ffmpeg().write_frames(
        str(temporary),
        (width + width % 2, height + height % 2),
        fps=VIDEO_RATE,
        macro_block_size=2,
        output_params=['-movflags', '+faststart'],
    )
    try:
        writer.send(None)
        for frame, shown in zip(frames, seconds, strict=True):
            even = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), 'edge')
            for _ in range(round(VIDEO_RATE * shown)):
                writer.send(even)
    except (OSError, RuntimeError) as error:  # the second: no ffmpeg is found
        raise OutputWriteError(f'Cannot write {path}: ffmpeg has failed: {error}') from error
    finally:
        writer.close()


def _ffmpeg() -> Any:
    try:
        import imageio_ffmpeg
    except ImportError as error:
        raise OutputWriteError(
            'Expected ffmpeg for an .mp4: pip install imageio-ffmpeg. Received: a Python without it'
        ) from error
    return imageio_ffmpeg
