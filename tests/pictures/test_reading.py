"""Reading pictures: formats, orientation, frames, limits, and every kind of bad file."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from nst_lbfgs.errors import ConfigError, ImageReadError, ImageSizeError
from nst_lbfgs.pictures.reading import MAX_PIXELS, read_picture
from tests.support.made_pictures import encoded, photograph, png, png_chunk, read, tiff

ORIENTATION = 0x0112
LOSSLESS = {'PNG': {}, 'TIFF': {}, 'WEBP': {'lossless': True}}
STILL = ['AVIF', 'BMP', 'GIF', 'JPEG', 'JPEG2000', 'PNG', 'PPM', 'QOI', 'TIFF', 'WEBP']

# How the pixels are stored for each EXIF orientation, from Exif 2.3's table of where row 0 and
# column 0 of the file are to be seen (for 6: row 0 on the right, column 0 at the top).
STORED = {
    1: lambda seen: seen,
    2: lambda seen: seen[:, ::-1],
    3: lambda seen: seen[::-1, ::-1],
    4: lambda seen: seen[::-1],
    5: lambda seen: seen.swapaxes(0, 1),
    6: lambda seen: seen[:, ::-1].swapaxes(0, 1),
    7: lambda seen: seen[::-1, ::-1].swapaxes(0, 1),
    8: lambda seen: seen[::-1].swapaxes(0, 1),
}


def needs(file_format: str) -> None:
    """Skip where this Pillow has no such format."""
    Image.init()
    if file_format not in Image.SAVE:
        pytest.skip(f'this Pillow cannot write {file_format}')


class TestPlain:
    def test_pixels_are_those_of_the_file(self) -> None:
        """An 8-bit RGB PNG comes back value by value, with its file's digest and no alpha."""
        pixels = photograph()
        data = encoded(Image.fromarray(pixels), 'PNG')
        picture = read(data)
        np.testing.assert_array_equal(picture.pixels, pixels)
        assert picture.pixels.dtype == np.uint8
        assert picture.pixels.flags.writeable
        assert picture.alpha is None
        assert picture.sha256 == hashlib.sha256(data).hexdigest()

    @pytest.mark.parametrize('file_format', STILL)
    def test_every_format_is_read(self, file_format: str) -> None:
        """A plain colour comes back from each format, within what its compression may change."""
        needs(file_format)
        image = Image.new('RGB', (16, 16), (200, 100, 50))
        picture = read(encoded(image, file_format))
        assert picture.pixels.shape == (16, 16, 3)
        assert abs(picture.pixels.astype(int) - (200, 100, 50)).max() <= 4

    def test_one_pixel_is_a_picture(self) -> None:
        """1 x 1 reads; whether it is large enough is another question."""
        assert read(encoded(Image.new('RGB', (1, 1), (1, 2, 3)), 'PNG')).pixels.tolist() == [[[1, 2, 3]]]

    @pytest.mark.parametrize('name', ['a b.png', 'été.png', '写真.png', 'صورة.png', 'no suffix'])
    def test_names_may_have_spaces_and_any_script(self, tmp_path: Path, name: str) -> None:
        """The format is told from the content, the name does not matter."""
        path = tmp_path / name
        path.write_bytes(encoded(Image.new('RGB', (2, 3)), 'PNG'))
        assert read_picture(path).pixels.shape == (3, 2, 3)


class TestOrientation:
    @pytest.mark.parametrize('orientation', STORED)
    @pytest.mark.parametrize('file_format', LOSSLESS)
    def test_photograph_is_upright(self, file_format: str, orientation: int) -> None:
        """Whatever the EXIF orientation, the pixels are where a person sees them."""
        seen = photograph(3, 5)
        stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](seen)))
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        picture = read(encoded(stored, file_format, exif=exif, **LOSSLESS[file_format]))
        np.testing.assert_array_equal(picture.pixels, seen)

    def test_jpeg_is_upright(self) -> None:
        """A telephone's portrait: stored lying, orientation 6, black above white when seen."""
        seen = np.zeros((32, 16, 3), np.uint8)
        seen[16:] = 255
        exif = Image.Exif()
        exif[ORIENTATION] = 6
        stored = Image.fromarray(np.ascontiguousarray(STORED[6](seen)))
        picture = read(encoded(stored, 'JPEG', exif=exif))
        assert abs(picture.pixels.astype(int) - seen).max() <= 4

    def test_alpha_turns_with_the_pixels(self) -> None:
        """The clear corner of a turned picture is at the corner where it is seen."""
        seen = np.full((2, 3, 4), 255, np.uint8)
        seen[0, 2, 3] = 0
        exif = Image.Exif()
        exif[ORIENTATION] = 8
        stored = Image.fromarray(np.ascontiguousarray(STORED[8](seen)))
        picture = read(encoded(stored, 'PNG', exif=exif))
        assert picture.alpha is not None
        np.testing.assert_array_equal(picture.alpha, seen[:, :, 3])

    @pytest.mark.parametrize('exif', [b'Exif\0\0', b'Exif\0\0II*\0\xff\xff\xff\xff', b'rubbish'])
    def test_damaged_exif_is_ignored(self, exif: bytes) -> None:
        """A picture whose EXIF data make no sense is read as it is stored."""
        pixels = photograph(2, 3)
        picture = read(encoded(Image.fromarray(pixels), 'PNG', exif=exif))
        np.testing.assert_array_equal(picture.pixels, pixels)


class TestFrames:
    @pytest.mark.parametrize('file_format', ['AVIF', 'GIF', 'PNG', 'WEBP'])
    def test_animated_file_is_named_as_such(self, file_format: str) -> None:
        """A moving picture is refused, and the message says that it moves."""
        needs(file_format)
        frames = [Image.new('RGB', (8, 8), colour) for colour in ('red', 'blue')]
        data = encoded(frames[0], file_format, save_all=True, append_images=frames[1:])
        with pytest.raises(ImageReadError, match=f'animated {file_format}.*still'):
            read(data)

    def test_photograph_with_further_frames(self) -> None:
        """Of a telephone's MPO the first frame is the photograph."""
        frames = [Image.new('RGB', (8, 8), colour) for colour in ('black', 'white')]
        data = encoded(frames[0], 'MPO', save_all=True, append_images=frames[1:])
        assert Image.open(io.BytesIO(data)).format == 'MPO'
        assert read(data).pixels.max() == 0

    def test_tiff_with_further_pages(self) -> None:
        """Of a TIFF the first page is taken, as viewers do."""
        pages = [Image.new('RGB', (8, 8), colour) for colour in ('black', 'white')]
        data = encoded(pages[0], 'TIFF', save_all=True, append_images=pages[1:])
        assert read(data).pixels.max() == 0


class TestLimits:
    def test_too_many_pixels(self) -> None:
        """Past the limit (where Pillow only warns) it is an error that says how to go on."""
        data = encoded(Image.new('RGB', (10, 11)), 'PNG')
        with pytest.raises(ImageSizeError, match='at most 109; --max-pixels raises'):
            read(data, max_pixels=109)
        assert read(data, max_pixels=110).pixels.shape == (11, 10, 3)

    @pytest.mark.parametrize('side', [10_000, 60_000])
    def test_bomb_is_not_decoded(self, side: int) -> None:
        """A small file that claims 10,000 or 60,000 pixels a side is refused by its header."""
        header = struct.pack('>IIBBBBB', side, side, 8, 2, 0, 0, 0)
        data = b'\x89PNG\r\n\x1a\n' + png_chunk(b'IHDR', header) + png_chunk(b'IDAT', b'')
        with pytest.raises(ImageSizeError, match='bomb'):
            read(data)

    def test_default_is_pillows(self) -> None:
        """The limit is the one that Pillow starts with."""
        assert MAX_PIXELS == int(1024 * 1024 * 1024 // 4 // 3)

    def test_memory_that_does_not_suffice(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A picture within the limit may still be too large for the machine."""
        path = tmp_path / 'a.png'
        path.write_bytes(encoded(Image.new('RGB', (1, 1)), 'PNG'))

        def none_left(image: Image.Image) -> NoReturn:
            raise MemoryError

        monkeypatch.setattr(PngImagePlugin.PngImageFile, 'load', none_left)
        with pytest.raises(ImageSizeError, match='needs more memory'):
            read_picture(path)

    def test_text_bomb(self) -> None:
        """Compressed text that would fill the memory is refused."""
        text = b'Comment\0\0' + zlib.compress(bytes(1 << 26))
        data = png(np.zeros((1, 3), np.uint8), 8, 2, (b'zTXt', text))
        with pytest.raises(ImageReadError, match='damaged.*(?i:too large)'):
            read(data)

    def test_too_many_bytes(self, tmp_path: Path) -> None:
        """A file that is larger than any such picture is not read to its end."""
        path = tmp_path / 'film.png'
        with open(path, 'wb') as file:
            file.truncate(1 << 25)
        with pytest.raises(ImageSizeError, match='too large for a picture.*--max-pixels'):
            read_picture(path, max_pixels=100)

    def test_settings_of_the_process_are_restored(self) -> None:
        """Pillow's limit and the warning filters are afterwards as they were."""
        before = Image.MAX_IMAGE_PIXELS, list(warnings.filters)
        with pytest.raises(ImageSizeError):
            read(encoded(Image.new('RGB', (9, 9)), 'PNG'), max_pixels=5)
        assert (Image.MAX_IMAGE_PIXELS, list(warnings.filters)) == before

    @pytest.mark.parametrize(
        'options',
        [
            {'max_pixels': 0},
            {'background': (0, 0)},
            {'background': (0, 0, 256)},
        ],
    )
    def test_impossible_settings(self, options: dict[str, object]) -> None:
        """A limit below 1 and a colour that is none are the caller's mistakes."""
        with pytest.raises(ConfigError, match='Expected .* Received'):
            read(encoded(Image.new('RGB', (1, 1)), 'PNG'), **options)


class TestBadFiles:
    def test_missing(self, tmp_path: Path) -> None:
        """A file that is not there."""
        with pytest.raises(ImageReadError, match='Cannot read .*nowhere.png: No such file'):
            read_picture(tmp_path / 'nowhere.png')

    def test_folder(self, tmp_path: Path) -> None:
        """A folder."""
        with pytest.raises(ImageReadError, match='Cannot read .*: Is a directory'):
            read_picture(tmp_path)

    def test_name_that_cannot_be(self) -> None:
        """A name with a null character, which no system has."""
        with pytest.raises(ImageReadError, match='Cannot read'):
            read_picture(Path('a\0b'))

    @pytest.mark.skipif(not hasattr(os, 'geteuid') or os.geteuid() == 0, reason='root may read everything')
    def test_unreadable(self, tmp_path: Path) -> None:
        """A file without permission to read."""
        path = tmp_path / 'secret.png'
        path.touch(mode=0)
        with pytest.raises(ImageReadError, match='Permission denied'):
            read_picture(path)

    def test_empty(self) -> None:
        """A file without content."""
        with pytest.raises(ImageReadError, match='is empty'):
            read(b'')

    @pytest.mark.parametrize(
        'data',
        [
            b'just some text\n' * 100,
            b'%PDF-1.4\n',
            b'%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n',
            bytes(1000),
            b'\x89PNG',
        ],
    )
    def test_no_picture(self, data: bytes) -> None:
        """Text, documents (PostScript too, which Pillow would hand to Ghostscript), nothing."""
        with pytest.raises(ImageReadError, match='is not a picture.*Expected AVIF, BMP'):
            read(data)

    @pytest.mark.parametrize('share', [0.5, 0.9])
    @pytest.mark.parametrize('file_format', STILL)
    def test_truncated(self, file_format: str, share: float) -> None:
        """A download that broke off is an error in one line, not half a picture."""
        needs(file_format)
        data = encoded(Image.fromarray(photograph(200, 300)), file_format)
        with pytest.raises(ImageReadError) as caught:
            read(data[: int(share * len(data))])
        assert '\n' not in str(caught.value)

    def test_odd_file_is_read_without_warnings(self) -> None:
        """Pillow warns of an animation without frames; the picture is there all the same."""
        data = png(np.uint8([[1, 2, 3]]), 8, 2, (b'acTL', bytes(8)))
        assert read(data).pixels.tolist() == [[[1, 2, 3]]]

    def test_libtiff_says_nothing_itself(self, capfd: pytest.CaptureFixture[str]) -> None:
        """What libtiff prints about damaged data does not reach the terminal."""
        data = encoded(Image.fromarray(photograph()), 'TIFF', compression='tiff_adobe_deflate')
        damaged = data[:8] + bytes(100) + data[108:]
        with pytest.raises(ImageReadError, match='damaged'):
            read(damaged)
        assert capfd.readouterr() == ('', '')

    def test_pillow_says_nothing_itself(self, tmp_path: Path) -> None:
        """What Pillow logs and warns about an odd file does not reach the terminal."""
        path = tmp_path / 'odd.tif'
        path.write_bytes(tiff(bytes(7), (1, 1), (8,) * 7, 2))
        script = (
            'import sys; from pathlib import Path\n'
            'from nst_lbfgs.errors import ImageReadError\n'
            'from nst_lbfgs.pictures.reading import read_picture\n'
            'try: read_picture(Path(sys.argv[1]))\n'
            'except ImageReadError: sys.exit(7)\n'
        )
        run = subprocess.run(
            [sys.executable, '-W', 'always', '-c', script, path],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
        )
        assert (run.returncode, run.stdout, run.stderr) == (7, '', '')
