"""Writing pictures: formats, profile, metadata, and what stands in the way."""

from __future__ import annotations

import errno
import io
import json
import os
import struct
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from PIL import Image, ImageCms, JpegImagePlugin

from nst_lbfgs.errors import ConfigError, OutputExistsError, OutputWriteError
from nst_lbfgs.pictures.reading import read_picture
from nst_lbfgs.pictures.writing import (
    EXIF_BYTES,
    FORMATS,
    LONGEST_SIDES,
    PROFILE_DATE,
    check_output,
    check_size_for_format,
    keeps_alpha,
    srgb_profile,
    write_picture,
)
from tests.support.made_pictures import photograph

LOSSLESS = ['.png', '.tif', '.tiff', '.webp']
METADATA = {
    'Software': 'nst-lbfgs 0.1.0',
    'Command': 'nst-lbfgs transfer "meine Bilder/été 写真.jpg" s.jpg out',
    'Record': 'sha256:00ff',
}


def read_metadata(path: Path) -> dict[str, str]:
    """Return what `write_picture` put into a file, read by Pillow's own means."""
    with Image.open(path) as image:
        image.load()
        if isinstance(image.info.get('Software'), str):
            return {name: image.info[name] for name in METADATA}
        text = image.getexif().get(0x010E)
        return json.loads(text) if text else {}


class TestFormats:
    @pytest.mark.parametrize('extension', LOSSLESS + ['.PNG'])
    def test_lossless(self, tmp_path: Path, extension: str) -> None:
        """What is written is what is read, pixel by pixel and through the profile."""
        path = tmp_path / f'a{extension}'
        write_picture(path, photograph(), overwrite=False)
        np.testing.assert_array_equal(read_picture(path).pixels, photograph())

    @pytest.mark.parametrize('extension', LOSSLESS)
    def test_alpha_is_put_back(self, tmp_path: Path, extension: str) -> None:
        """Alpha, and the colours beneath it, even where nothing is to be seen."""
        path, alpha = tmp_path / f'a{extension}', np.arange(24 * 32, dtype=np.uint8).reshape(24, 32)
        write_picture(path, photograph(), overwrite=False, alpha=alpha)
        picture = read_picture(path, background=None)
        np.testing.assert_array_equal(picture.pixels, photograph())
        assert picture.alpha is not None
        np.testing.assert_array_equal(picture.alpha, alpha)
        assert keeps_alpha(path)

    @pytest.mark.parametrize('extension', ['.jpg', '.jpeg', '.JPG'])
    def test_jpeg(self, tmp_path: Path, extension: str) -> None:
        """Quality 95, which makes 2 of libjpeg's first table entry, 16; 4:4:4; no alpha.

        Columns of red and blue by turns stay red and blue. (With 4:2:0 they all become purple.)
        """
        path, pixels = tmp_path / f'a{extension}', np.zeros((16, 16, 3), np.uint8)
        pixels[:, ::2, 0] = pixels[:, 1::2, 2] = 255
        write_picture(path, pixels, overwrite=False, alpha=np.zeros((16, 16), np.uint8))
        with Image.open(path) as image:
            assert image.format == 'JPEG'
            assert image.mode == 'RGB'
            assert JpegImagePlugin.get_sampling(image) == 0
            assert image.quantization[0][0] == 2
        assert abs(read_picture(path).pixels.astype(int) - pixels).max() <= 8
        assert not keeps_alpha(path)

    @pytest.mark.parametrize('extension', FORMATS)
    def test_profile_is_srgb(self, tmp_path: Path, extension: str) -> None:
        """Every file says that its colours are sRGB."""
        path = tmp_path / f'a{extension}'
        write_picture(path, photograph(), overwrite=False)
        with Image.open(path) as image:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info['icc_profile']))
        assert profile.profile.xcolor_space.strip() == 'RGB'
        assert 'sRGB' in ImageCms.getProfileDescription(profile)

    @pytest.mark.parametrize('extension', FORMATS)
    def test_bytes_are_the_same_each_time(
        self, tmp_path: Path, extension: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Written again, in another second (which Pillow's profile would record): same bytes."""
        first, second = tmp_path / f'a{extension}', tmp_path / f'b{extension}'
        write_picture(first, photograph(), overwrite=False, metadata=METADATA)
        srgb_profile.cache_clear()
        made = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
        later = bytearray(made)
        later[35] ^= 1  # the second of its creation
        monkeypatch.setattr(ImageCms.ImageCmsProfile, 'tobytes', lambda self: bytes(later))
        write_picture(second, photograph(), overwrite=False, metadata=METADATA)
        srgb_profile.cache_clear()
        assert first.read_bytes() == second.read_bytes()

    def test_only_the_date_of_the_profile_is_replaced(self) -> None:
        """The bytes that are replaced do hold the date: today's, give or take a time zone."""
        fresh = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
        made = datetime(*struct.unpack('>6H', fresh[PROFILE_DATE]))
        assert abs(made - datetime.now()) < timedelta(days=2)
        before, after = slice(0, PROFILE_DATE.start), slice(PROFILE_DATE.stop, None)
        assert srgb_profile()[before] == fresh[before]
        assert srgb_profile()[after] == fresh[after]
        assert struct.unpack('>6H', srgb_profile()[PROFILE_DATE]) == (2000, 1, 1, 0, 0, 0)


class TestMetadata:
    @pytest.mark.parametrize('extension', FORMATS)
    def test_is_in_the_file(self, tmp_path: Path, extension: str) -> None:
        """Names and texts come back, whatever the script."""
        path = tmp_path / f'a{extension}'
        write_picture(path, photograph(), overwrite=False, metadata=METADATA)
        assert read_metadata(path) == METADATA

    @pytest.mark.parametrize('extension', FORMATS)
    def test_is_left_out_unless_given(self, tmp_path: Path, extension: str) -> None:
        """Without metadata there is none."""
        path = tmp_path / f'a{extension}'
        write_picture(path, photograph(), overwrite=False)
        assert read_metadata(path) == {}

    @pytest.mark.parametrize('extension', FORMATS)
    def test_name_that_is_no_text(self, tmp_path: Path, extension: str) -> None:
        """A command line with a file name that is not UTF-8 does not cost the picture."""
        path = tmp_path / f'a{extension}'
        metadata = METADATA | {'Command': os.fsdecode(b'a\xff.png')}
        write_picture(path, photograph(), overwrite=False, metadata=metadata)
        assert 'udcff' in json.dumps(read_metadata(path)['Command'])

    @pytest.mark.parametrize('extension', FORMATS)
    def test_too_long_for_the_format(self, tmp_path: Path, extension: str) -> None:
        """A text that a JPEG has no room for is left out; the picture is written."""
        path, text = tmp_path / f'a{extension}', 'x' * (2 * EXIF_BYTES)
        write_picture(path, photograph(), overwrite=False, metadata=METADATA | {'Command': text})
        expected = text if extension == '.png' else None
        assert read_metadata(path).get('Command') == expected


class TestWriting:
    def test_nothing_is_overwritten_unasked(self, tmp_path: Path) -> None:
        """An existing file stays as it is; with overwrite it is replaced."""
        path = tmp_path / 'a.png'
        path.write_bytes(b'mine')
        with pytest.raises(OutputExistsError, match='exists already'):
            write_picture(path, photograph(), overwrite=False)
        assert path.read_bytes() == b'mine'
        write_picture(path, photograph(), overwrite=True)
        np.testing.assert_array_equal(read_picture(path).pixels, photograph())

    def test_failure_leaves_the_old_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A disk that fills up in the last moment costs the new picture only."""
        path = tmp_path / 'a.png'
        write_picture(path, photograph(), overwrite=False)
        before = path.read_bytes()

        def full(*names: Any) -> NoReturn:
            raise OSError(errno.ENOSPC, 'No space left on device')

        monkeypatch.setattr(os, 'replace', full)
        with pytest.raises(OutputWriteError, match='No space left'):
            write_picture(path, photograph(9, 9), overwrite=True)
        assert path.read_bytes() == before
        assert os.listdir(tmp_path) == ['a.png']

    def test_too_large_for_the_format(self, tmp_path: Path) -> None:
        """WebP ends at 16,383 pixels a side; there is no file then."""
        path = tmp_path / 'a.webp'
        with pytest.raises(OutputWriteError, match='Cannot write .*a.webp as WEBP'):
            write_picture(path, np.zeros((1, 16_384, 3), np.uint8), overwrite=False)
        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize(
        ('pixels', 'alpha'),
        [
            (np.zeros((4, 4), np.uint8), None),
            (np.zeros((4, 4, 4), np.uint8), None),
            (np.zeros((4, 4, 3), np.float32), None),
            (np.zeros((0, 4, 3), np.uint8), None),
            (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5), np.uint8)),
            (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.float32)),
        ],
    )
    def test_arrays_that_are_no_picture(
        self, tmp_path: Path, pixels: np.ndarray, alpha: np.ndarray | None
    ) -> None:
        """Other shapes and types are refused with what was received."""
        with pytest.raises(ConfigError, match='Expected uint8 .* Received: '):
            write_picture(tmp_path / 'a.png', pixels, overwrite=False, alpha=alpha)


class TestCheck:
    def test_leaves_nothing_behind(self, tmp_path: Path) -> None:
        """A place where a picture can be written passes, and is as empty as before."""
        check_output(tmp_path / 'a.png', overwrite=False)
        assert os.listdir(tmp_path) == []

    def test_current_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A bare name is a file in the current folder."""
        monkeypatch.chdir(tmp_path)
        check_output(Path('a.png'), overwrite=False)

    @pytest.mark.parametrize('name', ['a', 'a.gif', 'a.png.txt', '.png'])
    def test_unknown_extension(self, tmp_path: Path, name: str) -> None:
        """The message names the extensions that are known."""
        with pytest.raises(ConfigError, match='ends in .jpeg, .jpg, .png, .tif, .tiff, .webp'):
            check_output(tmp_path / name, overwrite=False)

    def test_no_such_folder(self, tmp_path: Path) -> None:
        """The folder must be there."""
        with pytest.raises(OutputWriteError, match='there is no folder .*nowhere'):
            check_output(tmp_path / 'nowhere' / 'a.png', overwrite=False)

    def test_file_as_folder(self, tmp_path: Path) -> None:
        """A file is no folder."""
        (tmp_path / 'file').touch()
        with pytest.raises(OutputWriteError, match='there is no folder'):
            check_output(tmp_path / 'file' / 'a.png', overwrite=False)

    def test_folder_as_file(self, tmp_path: Path) -> None:
        """And a folder no file, whether or not to be overwritten."""
        (tmp_path / 'a.png').mkdir()
        with pytest.raises(OutputWriteError, match='it is a folder'):
            check_output(tmp_path / 'a.png', overwrite=True)

    def test_existing_file(self, tmp_path: Path) -> None:
        """Refused, unless it is to be overwritten."""
        path = tmp_path / 'a.png'
        path.write_bytes(b'mine')
        with pytest.raises(OutputExistsError, match='--force'):
            check_output(path, overwrite=False)
        check_output(path, overwrite=True)
        assert path.read_bytes() == b'mine'

    @pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='this system has no named pipes')
    def test_device(self, tmp_path: Path) -> None:
        """A pipe would be replaced by a file, which nobody wants."""
        os.mkfifo(tmp_path / 'a.png')
        with pytest.raises(OutputWriteError, match='not an ordinary file'):
            check_output(tmp_path / 'a.png', overwrite=True)

    @pytest.mark.parametrize('name', ['x' * 300 + '.png', 'a\0.png'])
    def test_name_that_cannot_be(self, tmp_path: Path, name: str) -> None:
        """Names that the file system cannot hold."""
        with pytest.raises(OutputWriteError, match='Cannot write .*(too long|null)'):
            check_output(tmp_path / name, overwrite=False)

    @pytest.mark.skipif(sys.platform != 'linux', reason='needs a folder that nobody can write in')
    def test_folder_that_cannot_be_written(self) -> None:
        """Found by trying: /proc lets nobody make a file, not even root."""
        with pytest.raises(OutputWriteError, match='Cannot write /proc/a.png'):
            check_output(Path('/proc/a.png'), overwrite=False)

    def test_full_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Found by writing some bytes, not by making a file only."""

        class Full(io.BytesIO):
            def write(self, data: Any) -> NoReturn:
                raise OSError(errno.ENOSPC, 'No space left on device')

        monkeypatch.setattr(tempfile, 'TemporaryFile', lambda dir: Full())
        with pytest.raises(OutputWriteError, match='a.png: No space left'):
            check_output(tmp_path / 'a.png', overwrite=False)


class TestFormatLimits:
    @pytest.mark.parametrize('extension', FORMATS)
    def test_the_limit_is_the_formats(self, tmp_path: Path, extension: str) -> None:
        """A side of that length is written, one more is not; where there is no limit, a long one is."""
        longest = LONGEST_SIDES.get(FORMATS[extension])
        path = tmp_path / f'a{extension}'
        write_picture(path, np.zeros((1, longest or 1 << 20, 3), np.uint8), overwrite=False)
        check_size_for_format(path, 1, longest or 1 << 20)
        if longest:
            with pytest.raises(OutputWriteError):
                write_picture(path, np.zeros((1, longest + 1, 3), np.uint8), overwrite=True)

    @pytest.mark.parametrize('size', [(65_501, 1), (1, 65_501)])
    def test_a_picture_beyond_it_is_refused(self, size: tuple[int, int]) -> None:
        """Whichever side it is, the message says what would hold it."""
        with pytest.raises(ConfigError, match='Expected at most 65,500 pixels a side .*PNG and TIFF'):
            check_size_for_format(Path('a.jpg'), *size)
