"""Reading pictures: every kind of pixel against known answers, every kind of bad file."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import subprocess
import sys
import threading
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from nst_lbfgs.errors import ConfigError, ImageReadError, ImageSizeError
from nst_lbfgs.images import MAX_PIXELS, Picture, read_picture
from tests.pictures import (
    cmyk_profile, encoded, linear_grey_profile, photograph, png, png_chunk, swapped_profile, tiff,
)

Read = Callable[..., Picture]
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


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that reads a file of the bytes given, in silence."""

    def read_bytes(data: bytes, **options: object) -> Picture:
        path = tmp_path / 'picture'
        path.write_bytes(data)
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            return read_picture(path, **options)  # type: ignore[arg-type]

    return read_bytes


def needs(file_format: str) -> None:
    """Skip where this Pillow has no such format."""
    Image.init()
    if file_format not in Image.SAVE:
        pytest.skip(f'this Pillow cannot write {file_format}')


def grey(picture: Picture) -> list[int]:
    """Return a picture's first row, all of whose channels must be the same."""
    assert np.ptp(picture.pixels, axis=2).max() == 0
    return picture.pixels[0, :, 0].tolist()


class TestPlain:
    def test_pixels_are_those_of_the_file(self, read: Read) -> None:
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
    def test_every_format_is_read(self, read: Read, file_format: str) -> None:
        """A plain colour comes back from each format, within what its compression may change."""
        needs(file_format)
        image = Image.new('RGB', (16, 16), (200, 100, 50))
        picture = read(encoded(image, file_format))
        assert picture.pixels.shape == (16, 16, 3)
        assert abs(picture.pixels.astype(int) - (200, 100, 50)).max() <= 4

    def test_one_pixel_is_a_picture(self, read: Read) -> None:
        """1 x 1 reads; whether it is large enough is another question."""
        assert read(encoded(Image.new('RGB', (1, 1), (1, 2, 3)), 'PNG')).pixels.tolist() == [
            [[1, 2, 3]]
        ]

    @pytest.mark.parametrize('name', ['a b.png', 'été.png', '写真.png', 'صورة.png', 'no suffix'])
    def test_names_may_have_spaces_and_any_script(self, tmp_path: Path, name: str) -> None:
        """The format is told from the content, the name does not matter."""
        path = tmp_path / name
        path.write_bytes(encoded(Image.new('RGB', (2, 3)), 'PNG'))
        assert read_picture(path).pixels.shape == (3, 2, 3)

    @pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='this system has no named pipes')
    def test_a_file_is_read_once(self, tmp_path: Path) -> None:
        """A pipe, which cannot be read twice, is enough for pixels and digest."""
        path, data = tmp_path / 'pipe', encoded(Image.fromarray(photograph()), 'PNG')
        os.mkfifo(path)
        writer = threading.Thread(target=path.write_bytes, args=(data,))
        writer.start()
        picture = read_picture(path)
        writer.join()
        assert picture.sha256 == hashlib.sha256(data).hexdigest()
        np.testing.assert_array_equal(picture.pixels, photograph())


class TestOrientation:
    @pytest.mark.parametrize('orientation', STORED)
    @pytest.mark.parametrize('file_format', LOSSLESS)
    def test_photograph_is_upright(
        self, read: Read, file_format: str, orientation: int
    ) -> None:
        """Whatever the EXIF orientation, the pixels are where a person sees them."""
        seen = photograph(3, 5)
        stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](seen)))
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        picture = read(encoded(stored, file_format, exif=exif, **LOSSLESS[file_format]))
        np.testing.assert_array_equal(picture.pixels, seen)

    def test_jpeg_is_upright(self, read: Read) -> None:
        """A telephone's portrait: stored lying, orientation 6, black above white when seen."""
        seen = np.zeros((32, 16, 3), np.uint8)
        seen[16:] = 255
        exif = Image.Exif()
        exif[ORIENTATION] = 6
        stored = Image.fromarray(np.ascontiguousarray(STORED[6](seen)))
        picture = read(encoded(stored, 'JPEG', exif=exif))
        assert abs(picture.pixels.astype(int) - seen).max() <= 4

    def test_alpha_turns_with_the_pixels(self, read: Read) -> None:
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
    def test_damaged_exif_is_ignored(self, read: Read, exif: bytes) -> None:
        """A picture whose EXIF data make no sense is read as it is stored."""
        pixels = photograph(2, 3)
        picture = read(encoded(Image.fromarray(pixels), 'PNG', exif=exif))
        np.testing.assert_array_equal(picture.pixels, pixels)


class TestProfiles:
    def test_rgb_profile_is_applied(self, read: Read) -> None:
        """A profile that calls green what others call red makes red green."""
        image = Image.fromarray(np.uint8([[[255, 0, 0], [10, 200, 30]]]))
        picture = read(encoded(image, 'PNG', icc_profile=swapped_profile()))
        np.testing.assert_allclose(picture.pixels, [[[0, 255, 0], [200, 10, 30]]], atol=1)

    def test_srgb_profile_changes_nothing(self, read: Read) -> None:
        """sRGB to sRGB is the identity, bit for bit."""
        pixels = photograph()
        profile = swapped_profile().replace(b'rXYZ', b'????')
        profile = profile.replace(b'gXYZ', b'rXYZ').replace(b'????', b'gXYZ')
        picture = read(encoded(Image.fromarray(pixels), 'PNG', icc_profile=profile))
        np.testing.assert_array_equal(picture.pixels, pixels)

    def test_grey_profile_is_applied(self, read: Read) -> None:
        """Half the light (128 / 255) is 188 in sRGB: 255 * (1.055 * 0.502 ** (1 / 2.4) - 0.055)."""
        image = Image.fromarray(np.uint8([[0, 128, 255]]))
        assert grey(read(encoded(image, 'PNG', icc_profile=linear_grey_profile()))) == [0, 188, 255]

    def test_profile_of_16_bit_grey_is_applied(self, read: Read) -> None:
        """Depth and profile together: 128 * 257 of 65535 in linear light is 188 again."""
        image = Image.fromarray(np.uint16([[0, 128 * 257, 65_535]]))
        assert grey(read(encoded(image, 'PNG', icc_profile=linear_grey_profile()))) == [0, 188, 255]

    def test_grey_with_an_rgb_profile(self, read: Read) -> None:
        """Many grey files carry an RGB profile; grey stays grey."""
        image = Image.fromarray(np.uint8([[0, 77, 255]]))
        assert grey(read(encoded(image, 'PNG', icc_profile=swapped_profile()))) == [0, 77, 255]

    def test_profile_of_a_palette(self, read: Read) -> None:
        """Palette colours go through the profile too."""
        image = Image.new('RGB', (2, 2), (255, 0, 0)).quantize(2)
        picture = read(encoded(image, 'PNG', icc_profile=swapped_profile()))
        np.testing.assert_allclose(picture.pixels[0, 0], [0, 255, 0], atol=1)

    def test_alpha_does_not_go_through_the_profile(self, read: Read) -> None:
        """Half-clear red is half-clear green afterwards."""
        image = Image.new('RGBA', (1, 1), (255, 0, 0, 100))
        picture = read(
            encoded(image, 'PNG', icc_profile=swapped_profile()), background=(0, 0, 0)
        )
        np.testing.assert_allclose(picture.pixels, [[[0, 100, 0]]], atol=1)
        assert picture.alpha is not None and picture.alpha.tolist() == [[100]]

    @pytest.mark.parametrize('profile', [b'rubbish', swapped_profile()[:200], cmyk_profile()])
    def test_useless_profile_is_ignored(self, read: Read, profile: bytes) -> None:
        """A broken profile, or one for other inks, leaves the colours as they are."""
        pixels = photograph(2, 3)
        picture = read(encoded(Image.fromarray(pixels), 'PNG', icc_profile=profile))
        np.testing.assert_array_equal(picture.pixels, pixels)


class TestCmyk:
    INKS = np.uint8([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255], [255, 255, 0, 0]]])

    def test_without_profile(self, read: Read) -> None:
        """Each ink takes its complement away: paper, cyan, black, cyan and magenta."""
        picture = read(encoded(Image.fromarray(self.INKS, 'CMYK'), 'TIFF'))
        assert picture.pixels[0].tolist() == [[255] * 3, [0, 255, 255], [0] * 3, [0, 0, 255]]

    def test_with_profile(self, read: Read) -> None:
        """The profile's own inks: one is L* = 128 / 2.55, 119 in sRGB; black ink is no ink.

        ((50.196 + 16) / 116) ** 3 = 0.18583 of the light; 1.055 * 0.18583 ** (1 / 2.4) - 0.055
        is 0.4683, and that of 255 is 119.4.
        """
        image = Image.fromarray(self.INKS, 'CMYK')
        picture = read(encoded(image, 'TIFF', icc_profile=cmyk_profile()))
        assert grey(picture) == [255, 119, 255, 0]

    def test_jpeg(self, read: Read) -> None:
        """Adobe's CMYK JPEG stores its inks inverted; cyan is cyan all the same."""
        data = encoded(Image.new('CMYK', (16, 16), (255, 0, 0, 0)), 'JPEG', quality=100)
        assert b'Adobe' in data
        assert abs(read(data).pixels.astype(int) - (0, 255, 255)).max() <= 2


class TestAlpha:
    def test_composited_on_the_background(self, read: Read) -> None:
        """(colour * alpha + background * (255 - alpha)) / 255, rounded; alpha is kept."""
        image = Image.fromarray(np.uint8([[[200, 100, 0, 0], [200, 100, 0, 51], [9, 8, 7, 255]]]))
        picture = read(encoded(image, 'PNG'), background=(0, 10, 255))
        assert picture.pixels[0].tolist() == [[0, 10, 255], [40, 28, 204], [9, 8, 7]]
        assert picture.alpha is not None and picture.alpha.tolist() == [[0, 51, 255]]

    def test_white_is_the_background_unless_told(self, read: Read) -> None:
        """What is clear is white, as on paper."""
        assert grey(read(encoded(Image.new('RGBA', (1, 1), (0, 0, 0, 0)), 'PNG'))) == [255]

    def test_no_background_keeps_the_colours(self, read: Read) -> None:
        """Colours under alpha, even under clear pixels, as the file has them."""
        image = Image.new('RGBA', (1, 1), (200, 100, 50, 0))
        picture = read(encoded(image, 'PNG'), background=None)
        assert picture.pixels.tolist() == [[[200, 100, 50]]]

    def test_opaque_alpha_is_none(self, read: Read) -> None:
        """An alpha channel through which nothing shows is as good as none."""
        assert read(encoded(Image.new('RGBA', (2, 2), (1, 2, 3, 255)), 'PNG')).alpha is None

    def test_larger_than_one_band(self, read: Read) -> None:
        """Pictures are composited some rows at a time; the seams do not show."""
        values = np.random.default_rng(1).integers(0, 256, (1100, 1000, 4), dtype=np.uint8)
        picture = read(encoded(Image.fromarray(values), 'PNG', compress_level=1))
        opacity = values[:, :, 3:] / 255
        expected = values[:, :, :3] * opacity + 255 * (1 - opacity)
        assert abs(picture.pixels - expected).max() <= 0.5 + 1e-9

    @pytest.mark.parametrize('image', [
        Image.new('LA', (1, 1), (0, 102)),
        Image.new('RGBA', (1, 1), (0, 0, 0, 102)),
    ], ids=lambda image: image.mode)
    def test_channel(self, read: Read, image: Image.Image) -> None:
        """Black at 40 % on white is 153, as grey and as colour."""
        assert grey(read(encoded(image, 'PNG'))) == [153]

    def test_palette(self, read: Read) -> None:
        """A palette's alpha is composited entry by entry."""
        image = Image.fromarray(np.uint8([[0, 1, 2]]), 'P')
        image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
        picture = read(encoded(image, 'PNG', transparency=bytes((0, 51, 255))))
        assert picture.pixels[0].tolist() == [[255] * 3, [204, 255, 204], [0, 0, 255]]
        assert picture.alpha is not None and picture.alpha.tolist() == [[0, 51, 255]]

    def test_clear_palette_entry(self, read: Read) -> None:
        """A GIF's one clear colour."""
        image = Image.fromarray(np.uint8([[0, 1]]), 'P')
        image.putpalette([255, 0, 0, 0, 255, 0])
        picture = read(encoded(image, 'GIF', transparency=1))
        assert picture.alpha is not None and picture.alpha.tolist() == [[255, 0]]

    @pytest.mark.parametrize(('samples', 'depth', 'kind', 'clear', 'alpha'), [
        (np.uint8([[7, 8]]), 8, 0, (8,), [255, 0]),
        (np.array([[300, 5]], '>u2'), 16, 0, (300,), [0, 255]),
        (np.uint8([[1, 2, 3, 4, 5, 6]]), 8, 2, (4, 5, 6), [255, 0]),
        (np.array([[0x1234, 0x5678, 0x9abc, 0, 0, 0]], '>u2'), 16, 2, (0x1234, 0x5678, 0x9abc),
         [0, 255]),
    ], ids=['grey', '16-bit grey', 'rgb', '16-bit rgb'])
    def test_one_clear_colour(
        self, read: Read, samples: np.ndarray, depth: int, kind: int, clear: tuple[int, ...],
        alpha: list[int],
    ) -> None:
        """PNG's tRNS chunk names one clear grey or colour, at the picture's own depth."""
        chunk = (b'tRNS', struct.pack(f'>{len(clear)}H', *clear))
        picture = read(png(samples, depth, kind, chunk))
        assert picture.alpha is not None and picture.alpha.tolist() == [alpha]

    @pytest.mark.skipif(
        all(mode != 'La' for mode, _ in TiffImagePlugin.OPEN_INFO.values()),
        reason='this Pillow does not read it',
    )
    def test_premultiplied_grey(self, read: Read) -> None:
        """TIFF's associated alpha: 50 at alpha 100 is grey 127, and 205 on white."""
        samples = np.uint8([[0, 0], [100, 100], [50, 100]])
        picture = read(tiff(samples.tobytes(), (3, 1), (8, 8), 1, extra=1))
        assert grey(picture) == [255, 255, 205]
        assert picture.alpha is not None and picture.alpha.tolist() == [[0, 100, 100]]


class TestDepth:
    # v / 257 rounded: 65535 / 257 is 255, so that white stays white.
    DEEP, EIGHT = [0, 128, 129, 32_767, 32_768, 65_535], [0, 0, 1, 127, 128, 255]

    @pytest.mark.parametrize('file_format', ['PNG', 'TIFF'])
    def test_16_bit_grey(self, read: Read, file_format: str) -> None:
        """16 bits are scaled, not cut off at 255."""
        image = Image.fromarray(np.array([self.DEEP], np.uint16))
        assert grey(read(encoded(image, file_format))) == self.EIGHT

    def test_16_bit_grey_big_endian(self, read: Read) -> None:
        """The same in the other byte order."""
        image = Image.frombytes('I;16B', (6, 1), np.array(self.DEEP, '>u2').tobytes())
        assert grey(read(encoded(image, 'TIFF'))) == self.EIGHT

    def test_16_bit_portable_greymap(self, read: Read) -> None:
        """And in a PGM."""
        data = b'P5 6 1 65535\n' + np.array(self.DEEP, '>u2').tobytes()
        assert grey(read(data)) == self.EIGHT

    def test_dark_16_bit_grey_stays_dark(self, read: Read) -> None:
        """The scale is that of the file's depth, not of its brightest pixel."""
        assert grey(read(encoded(Image.fromarray(np.uint16([[0, 200]])), 'PNG'))) == [0, 1]

    def test_12_bit_grey(self, read: Read) -> None:
        """0xfff of 12 bits is white; 0x800 is 128."""
        assert grey(read(tiff(bytes((0xff, 0xf8, 0x00)), (2, 1), (12,), 1))) == [255, 128]

    def test_white_is_zero(self, read: Read) -> None:
        """TIFF's WhiteIsZero, which scanners write."""
        samples = np.array(self.DEEP, '<u2').tobytes()
        assert grey(read(tiff(samples, (6, 1), (16,), 0))) == [255, 255, 254, 128, 127, 0]

    def test_16_bit_colour(self, read: Read) -> None:
        """Of 16 bits a colour channel the upper 8 are kept."""
        samples = np.array([[0x12ff, 0x5600, 0x9abc]], '>u2')
        assert read(png(samples, 16, 2)).pixels.tolist() == [[[0x12, 0x56, 0x9a]]]

    @pytest.mark.parametrize(('values', 'expected'), [
        ([0.0, 0.5, 1.0], [0, 128, 255]),
        ([0.0, 100.0, 255.0], [0, 100, 255]),
        ([-3.0, 0.25, np.nan], [0, 64, 0]),
        ([0.0, 32_768.0, 65_535.0], [0, 128, 255]),
        ([0.0, 1e30, 2e30], [0, 128, 255]),
        ([np.inf, -np.inf, 1.0], [0, 0, 255]),
    ])
    def test_floating_point(self, read: Read, values: list[float], expected: list[int]) -> None:
        """White is 1, 255 or 65535, whichever holds all; what is no number is black."""
        assert grey(read(encoded(Image.fromarray(np.float32([values])), 'TIFF'))) == expected

    @pytest.mark.parametrize(('values', 'expected'), [
        ([0, 100, 255], [0, 100, 255]),
        ([-5, 32_768, 65_535], [0, 128, 255]),
        ([0, 2**30, 2**31 - 1], [0, 128, 255]),
    ])
    def test_32_bit_integers(self, read: Read, values: list[int], expected: list[int]) -> None:
        """White is 255, 65535 or the largest 32-bit integer, whichever holds all."""
        assert grey(read(encoded(Image.fromarray(np.int32([values])), 'TIFF'))) == expected


class TestOtherModes:
    def test_palette(self, read: Read) -> None:
        """Palette indices become the colours they stand for."""
        image = Image.fromarray(np.uint8([[1, 0]]), 'P')
        image.putpalette([10, 20, 30, 40, 50, 60])
        assert read(encoded(image, 'PNG')).pixels[0].tolist() == [[40, 50, 60], [10, 20, 30]]

    def test_grey(self, read: Read) -> None:
        """Grey is the same value in all three channels."""
        assert grey(read(encoded(Image.fromarray(np.uint8([[0, 99]])), 'PNG'))) == [0, 99]

    def test_one_bit(self, read: Read) -> None:
        """Ink and paper are 0 and 255."""
        image = Image.fromarray(np.uint8([[0, 255]])).convert('1')
        assert grey(read(encoded(image, 'TIFF'))) == [0, 255]

    def test_cielab(self, read: Read) -> None:
        """L* = 128 / 2.55, a* = b* = 0 is 119 in sRGB (as with the CMYK profile above)."""
        samples = bytes((128, 0, 0))  # TIFF 6.0 has a* and b* signed
        assert grey(read(tiff(samples, (1, 1), (8, 8, 8), 8))) == [119]

    def test_ycbcr(self, read: Read) -> None:
        """Y 128 without chroma is grey 128."""
        image = Image.new('YCbCr', (16, 16), (128, 128, 128))
        assert grey(read(encoded(image, 'TIFF'))) == [128] * 16


class TestFrames:
    @pytest.mark.parametrize('file_format', ['AVIF', 'GIF', 'PNG', 'WEBP'])
    def test_animated_file_is_named_as_such(self, read: Read, file_format: str) -> None:
        """A moving picture is refused, and the message says that it moves."""
        needs(file_format)
        frames = [Image.new('RGB', (8, 8), colour) for colour in ('red', 'blue')]
        data = encoded(frames[0], file_format, save_all=True, append_images=frames[1:])
        with pytest.raises(ImageReadError, match=f'animated {file_format}.*still'):
            read(data)

    def test_photograph_with_further_frames(self, read: Read) -> None:
        """Of a telephone's MPO the first frame is the photograph."""
        frames = [Image.new('RGB', (8, 8), colour) for colour in ('black', 'white')]
        data = encoded(frames[0], 'MPO', save_all=True, append_images=frames[1:])
        assert Image.open(io.BytesIO(data)).format == 'MPO'
        assert read(data).pixels.max() == 0

    def test_tiff_with_further_pages(self, read: Read) -> None:
        """Of a TIFF the first page is taken, as viewers do."""
        pages = [Image.new('RGB', (8, 8), colour) for colour in ('black', 'white')]
        data = encoded(pages[0], 'TIFF', save_all=True, append_images=pages[1:])
        assert read(data).pixels.max() == 0


class TestLimits:
    def test_too_many_pixels(self, read: Read) -> None:
        """Past the limit (where Pillow only warns) it is an error that says how to go on."""
        data = encoded(Image.new('RGB', (10, 11)), 'PNG')
        with pytest.raises(ImageSizeError, match='at most 109; --max-pixels raises'):
            read(data, max_pixels=109)
        assert read(data, max_pixels=110).pixels.shape == (11, 10, 3)

    @pytest.mark.parametrize('side', [10_000, 60_000])
    def test_bomb_is_not_decoded(self, read: Read, side: int) -> None:
        """A small file that claims 10,000 or 60,000 pixels a side is refused by its header."""
        header = struct.pack('>IIBBBBB', side, side, 8, 2, 0, 0, 0)
        data = b'\x89PNG\r\n\x1a\n' + png_chunk(b'IHDR', header) + png_chunk(b'IDAT', b'')
        with pytest.raises(ImageSizeError, match='bomb'):
            read(data)

    def test_default_is_pillows(self) -> None:
        """The limit is the one that Pillow starts with."""
        assert MAX_PIXELS == int(1024 * 1024 * 1024 // 4 // 3)

    def test_text_bomb(self, read: Read) -> None:
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

    def test_settings_of_the_process_are_restored(self, read: Read) -> None:
        """Pillow's limit and the warning filters are afterwards as they were."""
        before = Image.MAX_IMAGE_PIXELS, list(warnings.filters)
        with pytest.raises(ImageSizeError):
            read(encoded(Image.new('RGB', (9, 9)), 'PNG'), max_pixels=5)
        assert (Image.MAX_IMAGE_PIXELS, list(warnings.filters)) == before

    @pytest.mark.parametrize('options', [
        {'max_pixels': 0}, {'background': (0, 0)}, {'background': (0, 0, 256)},
    ])
    def test_impossible_settings(self, read: Read, options: dict[str, object]) -> None:
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

    @pytest.mark.skipif(
        not hasattr(os, 'geteuid') or os.geteuid() == 0, reason='root may read everything'
    )
    def test_unreadable(self, tmp_path: Path) -> None:
        """A file without permission to read."""
        path = tmp_path / 'secret.png'
        path.touch(mode=0)
        with pytest.raises(ImageReadError, match='Permission denied'):
            read_picture(path)

    def test_empty(self, read: Read) -> None:
        """A file without content."""
        with pytest.raises(ImageReadError, match='is empty'):
            read(b'')

    @pytest.mark.parametrize('data', [
        b'just some text\n' * 100,
        b'%PDF-1.4\n',
        b'%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n',
        bytes(1000),
        b'\x89PNG',
    ])
    def test_no_picture(self, read: Read, data: bytes) -> None:
        """Text, documents (PostScript too, which Pillow would hand to Ghostscript), nothing."""
        with pytest.raises(ImageReadError, match='is not a picture. Expected AVIF, BMP') as caught:
            read(data)
        assert isinstance(caught.value.__cause__, UnidentifiedImageError)

    @pytest.mark.parametrize('share', [0.5, 0.9])
    @pytest.mark.parametrize('file_format', STILL)
    def test_truncated(self, read: Read, file_format: str, share: float) -> None:
        """A download that broke off is an error in one line, not half a picture."""
        needs(file_format)
        data = encoded(Image.fromarray(photograph(200, 300)), file_format)
        with pytest.raises(ImageReadError) as caught:
            read(data[:int(share * len(data))])
        assert '\n' not in str(caught.value)

    def test_pillow_says_nothing_itself(self, tmp_path: Path) -> None:
        """What Pillow logs and warns about an odd file does not reach the terminal."""
        path = tmp_path / 'odd.tif'
        path.write_bytes(tiff(bytes(7), (1, 1), (8,) * 7, 2))
        script = (
            'import sys; from pathlib import Path\n'
            'from nst_lbfgs.errors import ImageReadError\n'
            'from nst_lbfgs.images import read_picture\n'
            'try: read_picture(Path(sys.argv[1]))\n'
            'except ImageReadError: sys.exit(7)\n'
        )
        run = subprocess.run(
            [sys.executable, '-W', 'always', '-c', script, path],
            cwd=Path(__file__).parents[1], capture_output=True, text=True,
        )
        assert (run.returncode, run.stdout, run.stderr) == (7, '', '')
