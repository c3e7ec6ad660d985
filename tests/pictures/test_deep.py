"""PNG and TIFF of 16 bits a channel, read by hand from their specifications, and TIFF in its two sizes."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from nst_lbfgs.errors import ConfigError, OutputWriteError
from nst_lbfgs.pictures import strips, tiff, writing
from nst_lbfgs.pictures.reading import read_picture
from nst_lbfgs.pictures.writing import check_bits_for_format, srgb_profile, write_picture

from ..support.made_pictures import photograph
from .test_writing import METADATA, read_metadata


@pytest.fixture(params=[1, 1 << 20], ids=['many strips', 'one strip'])
def deep(request, monkeypatch):
    """A picture (24, 32, 3) of uint16 with noise in all bits, written in strips of a row, or in one."""
    monkeypatch.setattr(strips, 'STRIP_BYTES', request.param)
    return np.random.default_rng(0).integers(0, 65_536, (24, 32, 3), np.uint16)


@pytest.fixture
def alpha():
    return np.arange(24 * 32, dtype=np.uint8).reshape(24, 32)


def chunks_of(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the chunks of a PNG, section 5.3 of its specification, with right checksums."""
    assert data[:8] == b'\x89PNG\r\n\x1a\n'
    place, chunks = 8, []
    while place < len(data):
        length, name = struct.unpack('>I4s', data[place : place + 8])
        body = data[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack('>I', data[place + 8 + length : place + 12 + length])
        assert checksum == zlib.crc32(name + body)
        chunks.append((name, body))
        place += 12 + length
    return chunks


def read_png(path: Path) -> np.ndarray:
    """Return the pixels of a PNG of 16 bits a channel with the filter 'up', sections 9 and 11.2."""
    chunks = chunks_of(path.read_bytes())
    assert chunks[0][0] == b'IHDR' and chunks[-1] == (b'IEND', b'')
    width, height, depth, kind, *rest = struct.unpack('>IIBBBBB', chunks[0][1])
    assert (depth, rest) == (16, [0, 0, 0])
    channels = {2: 3, 6: 4}[kind]
    packed = zlib.decompress(b''.join(body for name, body in chunks if name == b'IDAT'))
    rows = np.frombuffer(packed, np.uint8).reshape(height, 1 + 2 * channels * width)
    assert set(rows[:, 0]) == {2}
    values = np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8)
    return values.view('>u2').reshape(height, width, channels).astype(np.uint16)


def read_tiff(path: Path) -> np.ndarray:
    """Return the pixels of a TIFF: its directory as Pillow reads it, its strips as TIFF 6.0 has them."""
    with Image.open(path) as image:
        tags = dict(image.tag_v2)
    assert (tags[259], tags[262], tags[284]) == (8, 2, 1)
    data = path.read_bytes()
    strips_ = [zlib.decompress(data[start : start + n]) for start, n in zip(tags[273], tags[279])]
    assert tags[258] == (tags[258][0],) * tags[277]
    values = np.frombuffer(b''.join(strips_), {8: 'u1', 16: '<u2'}[tags[258][0]])
    assert len(strips_) == -(-tags[257] // tags[278])
    return values.reshape(tags[257], tags[256], tags[277])


READ = {'.png': read_png, '.tif': read_tiff}


@pytest.mark.parametrize('extension', READ)
def test_every_bit_comes_back(extension, deep, tmp_path):
    path = tmp_path / f'a{extension}'
    write_picture(path, deep, overwrite=False)
    np.testing.assert_array_equal(READ[extension](path), deep)
    np.testing.assert_array_equal(read_picture(path).pixels, deep >> 8)  # Pillow takes the upper bits


@pytest.mark.parametrize('extension', READ)
def test_alpha_is_scaled(extension, deep, alpha, tmp_path):
    path = tmp_path / f'a{extension}'
    write_picture(path, deep, overwrite=False, alpha=alpha)
    read = READ[extension](path)
    np.testing.assert_array_equal(read[..., :3], deep)
    np.testing.assert_array_equal(read[..., 3], 257 * alpha.astype(np.uint16))
    np.testing.assert_array_equal(read_picture(path, background=None).alpha, alpha)


@pytest.mark.parametrize('extension', READ)
def test_profile_metadata_and_resolution_are_in_the_file(extension, deep, tmp_path):
    path = tmp_path / f'a{extension}'
    write_picture(path, deep, overwrite=False, metadata=METADATA, dpi=(300, 150.5))
    assert read_metadata(path) == METADATA
    with Image.open(path) as image:
        assert image.info['icc_profile'] == srgb_profile()
        assert image.info['dpi'] == pytest.approx((300, 150.5), abs=0.02)
        ImageCms.ImageCmsProfile(io.BytesIO(image.info['icc_profile']))


@pytest.mark.parametrize('extension', READ)
def test_the_bytes_are_the_same_each_time(extension, deep, alpha, tmp_path):
    first, second = tmp_path / f'a{extension}', tmp_path / f'b{extension}'
    for path in (first, second):
        write_picture(path, deep, overwrite=False, alpha=alpha, metadata=METADATA, dpi=(72, 72))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize('extension', READ)
def test_a_picture_that_cannot_be_written_leaves_the_old_one(extension, deep, tmp_path, monkeypatch):
    path = tmp_path / f'a{extension}'
    path.write_bytes(b'old')

    def broken(*arguments, **options):
        yield np.zeros((1, 1, 3), np.uint16)
        raise RuntimeError('broken')

    for module in (writing.write_png_16.__globals__, writing.write_tiff.__globals__):
        monkeypatch.setitem(module, 'strips', broken)
    with pytest.raises(OutputWriteError, match='broken'):
        write_picture(path, deep, overwrite=True)
    assert path.read_bytes() == b'old' and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize('name', ['a.jpg', 'a.webp'])
def test_other_formats_are_refused(name, deep, tmp_path):
    with pytest.raises(ConfigError, match=f'Expected a PNG or TIFF file for 16 bits. Received: .*{name}'):
        write_picture(tmp_path / name, deep, overwrite=False)
    with pytest.raises(ConfigError, match='for 16 bits'):
        check_bits_for_format(Path(name), 16)
    check_bits_for_format(Path(name), 8)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('pixels', [photograph(), photograph().astype(np.uint16) * 200], ids=['8', '16'])
@pytest.mark.parametrize('with_alpha', [False, True])
def test_a_tiff_beyond_four_gigabytes_is_a_bigtiff(pixels, with_alpha, alpha, tmp_path):
    """Here already one that would be larger than nothing. Pillow reads both."""
    given = alpha if with_alpha else None
    path = tmp_path / 'a.tif'
    options = {'profile': srgb_profile(), 'dpi': (300, 300), 'description': 'a text'}
    for most_bytes, version in ((pixels.size * 4, 42), (0, 43)):
        with open(path, 'wb') as file:
            tiff.write_tiff(file, pixels, given, **options, most_bytes=most_bytes)
        assert struct.unpack('<2sH', path.read_bytes()[:4]) == (b'II', version)
        np.testing.assert_array_equal(read_tiff(path)[..., :3], pixels)
        with Image.open(path) as image:
            assert image.tag_v2[270] == 'a text' and image.info['dpi'] == (300, 300)
        shown = read_picture(path, background=None)
        np.testing.assert_array_equal(shown.pixels, pixels if pixels.dtype == np.uint8 else pixels >> 8)
        assert (shown.alpha is None) != with_alpha


def test_the_limit_of_a_classic_tiff_leaves_room():
    """The pixels themselves may come out a little longer than they were: zlib says by how much at most."""
    assert tiff.MOST_BYTES + tiff.MOST_BYTES // 1000 + (1 << 20) < 1 << 32


@pytest.mark.parametrize('extension', ['.png', '.jpg', '.tif'])
def test_the_resolution_comes_back(extension, tmp_path):
    path = tmp_path / f'a{extension}'
    write_picture(path, photograph(), overwrite=False, dpi=(300, 150))
    assert read_picture(path).dpi == pytest.approx((300, 150), abs=0.02)
    write_picture(path, photograph(), overwrite=True)
    assert read_picture(path).dpi is None


def test_a_webp_has_its_resolution_in_exif(tmp_path):
    write_picture(tmp_path / 'a.webp', photograph(), overwrite=False, dpi=(300, 150), metadata=METADATA)
    with Image.open(tmp_path / 'a.webp') as image:
        exif = image.getexif()
    assert (exif[282], exif[283], exif[296]) == (300, 150, 2)
    assert read_metadata(tmp_path / 'a.webp') == METADATA


def test_the_resolution_of_a_picture_that_is_turned_is_turned(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(photograph()).save(tmp_path / 'a.png', dpi=(300, 150), exif=exif)
    assert read_picture(tmp_path / 'a.png').dpi == pytest.approx((150, 300), abs=0.02)


@pytest.mark.parametrize('dpi', [(0, 0), (1e9, 1e9)])
def test_a_resolution_that_is_none_is_left_out(dpi, tmp_path):
    Image.fromarray(photograph()).save(tmp_path / 'a.tif', dpi=dpi)
    assert read_picture(tmp_path / 'a.tif').dpi is None
