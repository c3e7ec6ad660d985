"""Every kind of pixel that a file may hold, against known answers."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from nst_lbfgs.pictures.reading import Picture
from tests.support.made_pictures import (
    cmyk_profile,
    encoded,
    linear_grey_profile,
    photograph,
    png,
    read,
    swapped_profile,
    tiff,
)


def grey(picture: Picture) -> list[int]:
    """Return a picture's first row, all of whose channels must be the same."""
    assert np.ptp(picture.pixels, axis=2).max() == 0
    return picture.pixels[0, :, 0].tolist()


class TestProfiles:
    def test_rgb_profile_is_applied(self) -> None:
        """A profile that calls green what others call red makes red green."""
        image = Image.fromarray(np.uint8([[[255, 0, 0], [10, 200, 30]]]))
        picture = read(encoded(image, 'PNG', icc_profile=swapped_profile()))
        np.testing.assert_allclose(picture.pixels, [[[0, 255, 0], [200, 10, 30]]], atol=1)

    def test_srgb_profile_changes_nothing(self) -> None:
        """sRGB to sRGB is the identity, bit for bit."""
        pixels = photograph()
        profile = swapped_profile().replace(b'rXYZ', b'????')
        profile = profile.replace(b'gXYZ', b'rXYZ').replace(b'????', b'gXYZ')
        picture = read(encoded(Image.fromarray(pixels), 'PNG', icc_profile=profile))
        np.testing.assert_array_equal(picture.pixels, pixels)

    def test_grey_profile_is_applied(self) -> None:
        """Half the light (128 / 255) is 188 in sRGB: 255 * (1.055 * 0.502 ** (1 / 2.4) - 0.055)."""
        image = Image.fromarray(np.uint8([[0, 128, 255]]))
        assert grey(read(encoded(image, 'PNG', icc_profile=linear_grey_profile()))) == [0, 188, 255]

    def test_profile_of_16_bit_grey_is_applied(self) -> None:
        """Depth and profile together: 128 * 257 of 65535 in linear light is 188 again."""
        image = Image.fromarray(np.uint16([[0, 128 * 257, 65_535]]))
        assert grey(read(encoded(image, 'PNG', icc_profile=linear_grey_profile()))) == [0, 188, 255]

    def test_grey_with_an_rgb_profile(self) -> None:
        """Many grey files carry an RGB profile; grey stays grey."""
        image = Image.fromarray(np.uint8([[0, 77, 255]]))
        assert grey(read(encoded(image, 'PNG', icc_profile=swapped_profile()))) == [0, 77, 255]

    def test_profile_of_a_palette(self) -> None:
        """Palette colours go through the profile too."""
        image = Image.new('RGB', (2, 2), (255, 0, 0)).quantize(2)
        picture = read(encoded(image, 'PNG', icc_profile=swapped_profile()))
        np.testing.assert_allclose(picture.pixels[0, 0], [0, 255, 0], atol=1)

    def test_alpha_does_not_go_through_the_profile(self) -> None:
        """Half-clear red is half-clear green afterwards."""
        image = Image.new('RGBA', (1, 1), (255, 0, 0, 100))
        picture = read(encoded(image, 'PNG', icc_profile=swapped_profile()), background=(0, 0, 0))
        np.testing.assert_allclose(picture.pixels, [[[0, 100, 0]]], atol=1)
        assert picture.alpha is not None and picture.alpha.tolist() == [[100]]

    @pytest.mark.parametrize('profile', [b'rubbish', swapped_profile()[:200], cmyk_profile()])
    def test_useless_profile_is_ignored(self, profile: bytes) -> None:
        """A broken profile, or one for other inks, leaves the colours as they are."""
        pixels = photograph(2, 3)
        picture = read(encoded(Image.fromarray(pixels), 'PNG', icc_profile=profile))
        np.testing.assert_array_equal(picture.pixels, pixels)


class TestCmyk:
    INKS = np.uint8([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255], [255, 255, 0, 0]]])

    def test_without_profile(self) -> None:
        """Each ink takes its complement away: paper, cyan, black, cyan and magenta."""
        picture = read(encoded(Image.fromarray(self.INKS, 'CMYK'), 'TIFF'))
        assert picture.pixels[0].tolist() == [[255] * 3, [0, 255, 255], [0] * 3, [0, 0, 255]]

    def test_with_profile(self) -> None:
        """The profile's own inks: one is L* = 128 / 2.55, 119 in sRGB; black ink is no ink.

        ((50.196 + 16) / 116) ** 3 = 0.18583 of the light; 1.055 * 0.18583 ** (1 / 2.4) - 0.055
        is 0.4683, and that of 255 is 119.4.
        """
        image = Image.fromarray(self.INKS, 'CMYK')
        picture = read(encoded(image, 'TIFF', icc_profile=cmyk_profile()))
        assert grey(picture) == [255, 119, 255, 0]

    def test_jpeg(self) -> None:
        """Adobe's CMYK JPEG stores its inks inverted; cyan is cyan all the same."""
        data = encoded(Image.new('CMYK', (16, 16), (255, 0, 0, 0)), 'JPEG', quality=100)
        assert b'Adobe' in data
        assert abs(read(data).pixels.astype(int) - (0, 255, 255)).max() <= 2


class TestAlpha:
    def test_composited_on_the_background(self) -> None:
        """(colour * alpha + background * (255 - alpha)) / 255, rounded; alpha is kept."""
        image = Image.fromarray(np.uint8([[[200, 100, 0, 0], [200, 100, 0, 51], [9, 8, 7, 255]]]))
        picture = read(encoded(image, 'PNG'), background=(0, 10, 255))
        assert picture.pixels[0].tolist() == [[0, 10, 255], [40, 28, 204], [9, 8, 7]]
        assert picture.alpha is not None and picture.alpha.tolist() == [[0, 51, 255]]

    def test_white_is_the_background_unless_told(self) -> None:
        """What is clear is white, as on paper."""
        assert grey(read(encoded(Image.new('RGBA', (1, 1), (0, 0, 0, 0)), 'PNG'))) == [255]

    def test_no_background_keeps_the_colours(self) -> None:
        """Colours under alpha, even under clear pixels, as the file has them."""
        image = Image.new('RGBA', (1, 1), (200, 100, 50, 0))
        picture = read(encoded(image, 'PNG'), background=None)
        assert picture.pixels.tolist() == [[[200, 100, 50]]]

    def test_opaque_alpha_is_none(self) -> None:
        """An alpha channel through which nothing shows is as good as none."""
        assert read(encoded(Image.new('RGBA', (2, 2), (1, 2, 3, 255)), 'PNG')).alpha is None

    def test_larger_than_one_band(self) -> None:
        """Pictures are composited some rows at a time; the seams do not show."""
        values = np.random.default_rng(1).integers(0, 256, (1100, 1000, 4), dtype=np.uint8)
        picture = read(encoded(Image.fromarray(values), 'PNG', compress_level=1))
        opacity = values[:, :, 3:] / 255
        expected = values[:, :, :3] * opacity + 255 * (1 - opacity)
        assert abs(picture.pixels - expected).max() <= 0.5 + 1e-9

    @pytest.mark.parametrize(
        'image',
        [
            Image.new('LA', (1, 1), (0, 102)),
            Image.new('RGBA', (1, 1), (0, 0, 0, 102)),
        ],
        ids=lambda image: image.mode,
    )
    def test_channel(self, image: Image.Image) -> None:
        """Black at 40 % on white is 153, as grey and as colour."""
        assert grey(read(encoded(image, 'PNG'))) == [153]

    def test_palette(self) -> None:
        """A palette's alpha is composited entry by entry."""
        image = Image.fromarray(np.uint8([[0, 1, 2]]), 'P')
        image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
        picture = read(encoded(image, 'PNG', transparency=bytes((0, 51, 255))))
        assert picture.pixels[0].tolist() == [[255] * 3, [204, 255, 204], [0, 0, 255]]
        assert picture.alpha is not None and picture.alpha.tolist() == [[0, 51, 255]]

    def test_clear_palette_entry(self) -> None:
        """A GIF's one clear colour."""
        image = Image.fromarray(np.uint8([[0, 1]]), 'P')
        image.putpalette([255, 0, 0, 0, 255, 0])
        picture = read(encoded(image, 'GIF', transparency=1))
        assert picture.alpha is not None and picture.alpha.tolist() == [[255, 0]]

    @pytest.mark.parametrize(
        ('samples', 'depth', 'kind', 'clear', 'alpha'),
        [
            (np.uint8([[7, 8]]), 8, 0, (8,), [255, 0]),
            (np.array([[300, 5]], '>u2'), 16, 0, (300,), [0, 255]),
            (np.uint8([[1, 2, 3, 4, 5, 6]]), 8, 2, (4, 5, 6), [255, 0]),
            (np.array([[0x1234, 0x5678, 0x9ABC, 0, 0, 0]], '>u2'), 16, 2, (0x1234, 0x5678, 0x9ABC), [0, 255]),
        ],
        ids=['grey', '16-bit grey', 'rgb', '16-bit rgb'],
    )
    def test_one_clear_colour(
        self,
        samples: np.ndarray,
        depth: int,
        kind: int,
        clear: tuple[int, ...],
        alpha: list[int],
    ) -> None:
        """PNG's tRNS chunk names one clear grey or colour, at the picture's own depth."""
        chunk = (b'tRNS', struct.pack(f'>{len(clear)}H', *clear))
        picture = read(png(samples, depth, kind, chunk))
        assert picture.alpha is not None and picture.alpha.tolist() == [alpha]

    def test_clear_grey_and_profile(self) -> None:
        """A clear grey is told by its value in the file, and the others go through the profile."""
        data = png(
            np.uint8([[0, 128]]),
            8,
            0,
            (b'tRNS', b'\0\0'),
            (b'iCCP', b'grey\0\0' + zlib.compress(linear_grey_profile())),
        )
        picture = read(data)
        assert grey(picture) == [255, 188]
        assert picture.alpha is not None and picture.alpha.tolist() == [[0, 255]]

    @pytest.mark.skipif(
        all(mode != 'La' for mode, _ in TiffImagePlugin.OPEN_INFO.values()),
        reason='this Pillow does not read it',
    )
    def test_premultiplied_grey(self) -> None:
        """TIFF's associated alpha: 50 at alpha 100 is grey 127, and 205 on white."""
        samples = np.uint8([[0, 0], [100, 100], [50, 100]])
        picture = read(tiff(samples.tobytes(), (3, 1), (8, 8), 1, extra=1))
        assert grey(picture) == [255, 255, 205]
        assert picture.alpha is not None and picture.alpha.tolist() == [[0, 100, 100]]


class TestDepth:
    # v / 257 rounded: 65535 / 257 is 255, so that white stays white.
    DEEP, EIGHT = [0, 128, 129, 32_767, 32_768, 65_535], [0, 0, 1, 127, 128, 255]

    @pytest.mark.parametrize('file_format', ['PNG', 'TIFF'])
    def test_16_bit_grey(self, file_format: str) -> None:
        """16 bits are scaled, not cut off at 255."""
        image = Image.fromarray(np.array([self.DEEP], np.uint16))
        assert grey(read(encoded(image, file_format))) == self.EIGHT

    def test_16_bit_grey_big_endian(self) -> None:
        """The same in the other byte order."""
        image = Image.frombytes('I;16B', (6, 1), np.array(self.DEEP, '>u2').tobytes())
        assert grey(read(encoded(image, 'TIFF'))) == self.EIGHT

    def test_16_bit_portable_greymap(self) -> None:
        """And in a PGM."""
        data = b'P5 6 1 65535\n' + np.array(self.DEEP, '>u2').tobytes()
        assert grey(read(data)) == self.EIGHT

    def test_dark_16_bit_grey_stays_dark(self) -> None:
        """The scale is that of the file's depth, not of its brightest pixel."""
        assert grey(read(encoded(Image.fromarray(np.uint16([[0, 200]])), 'PNG'))) == [0, 1]

    def test_12_bit_grey(self) -> None:
        """0xfff of 12 bits is white; 0x800 is 128."""
        assert grey(read(tiff(bytes((0xFF, 0xF8, 0x00)), (2, 1), (12,), 1))) == [255, 128]

    def test_white_is_zero(self) -> None:
        """TIFF's WhiteIsZero, which scanners write."""
        samples = np.array(self.DEEP, '<u2').tobytes()
        assert grey(read(tiff(samples, (6, 1), (16,), 0))) == [255, 255, 254, 128, 127, 0]

    def test_16_bit_colour(self) -> None:
        """Of 16 bits a colour channel the upper 8 are kept."""
        samples = np.array([[0x12FF, 0x5600, 0x9ABC]], '>u2')
        assert read(png(samples, 16, 2)).pixels.tolist() == [[[0x12, 0x56, 0x9A]]]

    @pytest.mark.parametrize(
        ('values', 'expected'),
        [
            ([0.0, 0.5, 1.0], [0, 128, 255]),
            ([0.0, 100.0, 255.0], [0, 100, 255]),
            ([-3.0, 0.25, np.nan], [0, 64, 0]),
            ([0.0, 32_768.0, 65_535.0], [0, 128, 255]),
            ([0.0, 1e30, 2e30], [0, 128, 255]),
            ([np.inf, -np.inf, 1.0], [0, 0, 255]),
        ],
    )
    def test_floating_point(self, values: list[float], expected: list[int]) -> None:
        """White is 1, 255 or 65535, whichever holds all; what is no number is black."""
        assert grey(read(encoded(Image.fromarray(np.float32([values])), 'TIFF'))) == expected

    @pytest.mark.parametrize(
        ('values', 'expected'),
        [
            ([0, 100, 255], [0, 100, 255]),
            ([-5, 32_768, 65_535], [0, 128, 255]),
            ([0, 2**30, 2**31 - 1], [0, 128, 255]),
        ],
    )
    def test_32_bit_integers(self, values: list[int], expected: list[int]) -> None:
        """White is 255, 65535 or the largest 32-bit integer, whichever holds all."""
        assert grey(read(encoded(Image.fromarray(np.int32([values])), 'TIFF'))) == expected


class TestOtherModes:
    def test_palette(self) -> None:
        """Palette indices become the colours they stand for."""
        image = Image.fromarray(np.uint8([[1, 0]]), 'P')
        image.putpalette([10, 20, 30, 40, 50, 60])
        assert read(encoded(image, 'PNG')).pixels[0].tolist() == [[40, 50, 60], [10, 20, 30]]

    def test_grey(self) -> None:
        """Grey is the same value in all three channels."""
        assert grey(read(encoded(Image.fromarray(np.uint8([[0, 99]])), 'PNG'))) == [0, 99]

    def test_one_bit(self) -> None:
        """Ink and paper are 0 and 255."""
        image = Image.fromarray(np.uint8([[0, 255]])).convert('1')
        assert grey(read(encoded(image, 'TIFF'))) == [0, 255]

    def test_cielab(self) -> None:
        """L* = 128 / 2.55, a* = b* = 0 is 119 in sRGB (as with the CMYK profile above)."""
        samples = bytes((128, 0, 0))  # TIFF 6.0 has a* and b* signed
        assert grey(read(tiff(samples, (1, 1), (8, 8, 8), 8))) == [119]

    def test_ycbcr(self) -> None:
        """Y 128 without chroma is grey 128."""
        image = Image.new('YCbCr', (16, 16), (128, 128, 128))
        assert grey(read(encoded(image, 'TIFF', compression='tiff_lzw'))) == [128] * 16
