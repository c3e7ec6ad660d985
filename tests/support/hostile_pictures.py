"""Small files that ask for much time or memory, made by code; `count` says for how much."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from .made_pictures import encoded, photograph, png, png_chunk

PNG_END = png_chunk(b'IEND', b'')


def jpeg_scans(count: int, side: int = 9_400) -> bytes:
    """A progressive grey JPEG of `side` x `side` with so many scans, each of which says: no change."""
    blocks = ((side + 7) // 8) ** 2
    bits = '0' + format(32_767 - (1 << 14), '014b')
    bits *= -(-blocks // 32_767)  # the last run goes beyond the end
    bits += '1' * (-len(bits) % 8)
    scan = int(bits, 2).to_bytes(len(bits) // 8, 'big').replace(b'\xff', b'\xff\0')
    table = _segment(
        0xC4, b'\x10' + bytes([1] + [0] * 15) + b'\xe0'
    )  # one code, '0': a run of blocks without
    frame = _segment(0xC2, struct.pack('>BHHB3B', 8, side, side, 1, 1, 0x11, 0))
    quantisation = _segment(0xDB, b'\0' + bytes([1] * 64))
    one_scan = _segment(0xDA, b'\1\1\0\1\x3f\0') + scan
    return b'\xff\xd8' + quantisation + frame + table + one_scan * count + b'\xff\xd9'


def jpeg_segments(count: int) -> bytes:
    """A JPEG with so many empty segments before its pixels."""
    return _into_jpeg(_segment(0xE5, b'') * count)


def jpeg_filling(count: int) -> bytes:
    """A JPEG with so many bytes of filling before a segment."""
    return _into_jpeg(b'\xff' * count + _segment(0xE5, b''))


def jpeg_exif(count: int) -> bytes:
    """A JPEG whose EXIF data have 20,000 tags that share so many bytes, in many segments."""
    exif = exif_tags(20_000, count)
    pieces = [exif[at : at + 65_000] for at in range(0, len(exif), 65_000)]
    return _into_jpeg(b''.join(_segment(0xE1, b'Exif\0\0' + piece) for piece in pieces))


def png_exif(count: int) -> bytes:
    """A PNG whose EXIF data have 20,000 tags that share so many bytes."""
    return _png_with((b'eXIf', exif_tags(20_000, count)))


def png_chunks(count: int) -> bytes:
    """A PNG with so many empty chunks of pixels."""
    return _png_with().replace(PNG_END, png_chunk(b'IDAT', b'') * count + PNG_END)


def png_unknown(count: int) -> bytes:
    """A PNG with a private chunk of so many bytes."""
    return _png_with((b'teSt', bytes(count)))


def jpeg_profile(count: int) -> bytes:
    """A JPEG with a profile of so many steps, all of them the same table of 59 kB."""
    return encoded(Image.fromarray(photograph()), 'JPEG', icc_profile=steps_profile(count))


def webp_frames(count: int) -> bytes:
    """A WebP of so many frames of one pixel."""
    still = encoded(Image.new('RGB', (1, 1)), 'WEBP', lossless=True)[12:]
    frame = _riff(b'ANMF', bytes(16) + still) * count
    head = _riff(b'VP8X', b'\2\0\0\0' + bytes(6)) + _riff(b'ANIM', bytes(6))
    return _riff(b'RIFF', b'WEBP' + head + frame)


def gif_comment(count: int) -> bytes:
    """A GIF with a comment in so many pieces."""
    return _into_gif(b'\x21\xfe' + b'\1x' * count + b'\0')


def gif_frames(count: int) -> bytes:
    """A GIF of so many frames of one pixel."""
    frame = b',\0\0\0\0\1\0\1\0\0' + b'\2\2\x44\1\0'
    return b'GIF89a\1\0\1\0\x80\0\0' + bytes(6) + frame * count + b';'


def bmp_runs(count: int) -> bytes:
    """A BMP whose compressed pixels begin with so many jumps to nowhere."""
    data = b'\0\2\0\0' * count + b'\1\1' * 64 + b'\0\1'
    header = struct.pack('<IiiHHIIiiII', 40, 8, 8, 1, 8, 1, len(data), 0, 0, 256, 0) + bytes(1024)
    return b'BM' + struct.pack('<IHHI', 14 + len(header) + len(data), 0, 0, 14 + len(header)) + header + data


def ppm_comment(count: int) -> bytes:
    """A PPM with a comment of so many bytes in its header."""
    return b'P6 #' + b'x' * count + b'\n1 1 255\n' + bytes(3)


def ppm_numbers(count: int) -> bytes:
    """A PPM with its pixels as text, of so many numbers."""
    return f'P2 {count} 1 255\n'.encode() + b'7 ' * count


def qoi_pixels(count: int) -> bytes:
    """A QOI of so many pixels, none like the one before."""
    return b'qoif' + struct.pack('>II', count, 1) + b'\3\0' + b'\xfe\1\2\3\xfe\4\5\6' * (count // 2)


def tiff_strips(count: int) -> bytes:
    """A TIFF of 64 x 48 pixels that says it has so many strips."""
    pixels = bytes(64 * 48)
    offsets, lengths = 8 + len(pixels), 8 + len(pixels) + 4 * count
    entries = [(256, 4, 1, 64), (257, 4, 1, 48), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    entries += [(273, 4, count, offsets), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, count, lengths)]
    return _tiff(pixels + struct.pack('<I', 8) * count + struct.pack('<I', 64) * count, entries)


def tiff_tags(count: int) -> bytes:
    """A TIFF of one pixel with 20,000 tags that share so many bytes."""
    tags = [(tag, 7, count, 8) for tag in range(2_000, 22_000)]
    entries = [(256, 4, 1, 1), (257, 4, 1, 1), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    return _tiff(bytes(count), [*entries, (273, 4, 1, 8), (278, 4, 1, 1), (279, 4, 1, 1), *tags])


def tiff_tile(count: int) -> bytes:
    """A TIFF of 64 x 48 pixels in one tile of `count` x `count`."""
    entries = [(256, 4, 1, 64), (257, 4, 1, 48), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1)]
    entries += [(322, 4, 1, count), (323, 4, 1, count), (324, 4, 1, 8), (325, 4, 1, 1000)]
    return _tiff(zlib.compress(bytes(1 << 20)).ljust(1000, b'\0')[:1000], entries)


def tiff_pages(count: int) -> bytes:
    """A TIFF whose directory names itself as the next one; `count` does not matter."""
    return _tiff(bytes(8), [(256, 4, 1, 1), (257, 4, 1, 1), (258, 3, 1, 8), (273, 4, 1, 8)], loop=True)


def tiff_jpeg(count: int) -> bytes:
    """A TIFF with a strip that is a JPEG of so many scans."""
    strip = jpeg_scans(count, 4_096)
    entries = [(256, 4, 1, 4_096), (257, 4, 1, 4_096), (258, 3, 1, 8), (259, 3, 1, 7), (262, 3, 1, 1)]
    return _tiff(strip, [*entries, (273, 4, 1, 8), (278, 4, 1, 4_096), (279, 4, 1, len(strip))])


def jpeg_2000_layers(count: int) -> bytes:
    """A JPEG 2000 of 8,000 x 8,000 pixels in precincts of one pixel, with so many layers."""
    data = bytearray(
        encoded(Image.new('L', (64, 64)), 'JPEG2000', no_jp2=True, precinct_size=(64, 64), num_resolutions=1)
    )
    size, style = data.index(b'\xff\x51') + 4, data.index(b'\xff\x52') + 4
    struct.pack_into('>II', data, size + 2, 8_000, 8_000)
    struct.pack_into('>II', data, size + 18, 8_000, 8_000)
    struct.pack_into('>H', data, style + 2, count)
    data[style + 10] = 0  # precincts of 1 x 1
    return bytes(data)


def jpeg_2000_tiles(count: int) -> bytes:
    """A JPEG 2000 of 64 x 64 pixels that says it has `count` x `count` tiles."""
    data = bytearray(encoded(Image.new('L', (64, 64)), 'JPEG2000', no_jp2=True))
    size = data.index(b'\xff\x51') + 4
    struct.pack_into('>IIIIIIII', data, size + 2, count, count, 0, 0, 1, 1, 0, 0)
    return bytes(data)


def exif_tags(tags: int, count: int) -> bytes:
    """EXIF data with so many tags, each of which has the same `count` bytes as its value."""
    entries = [(tag % 65_536, 7, count, 8) for tag in range(tags)]
    return _tiff(bytes(count), entries)


def steps_profile(count: int) -> bytes:
    """An RGB profile of so many multi-processing elements that share one table of 17 x 17 x 17."""
    grid = bytes([17, 17, 17] + [0] * 13)
    element = b'clut' + bytes(4) + struct.pack('>HH', 3, 3) + grid + bytes(4 * 3 * 17**3)
    at = 16 + 8 * count
    tag = b'mpet' + bytes(4) + struct.pack('>HHI', 3, 3, count) + struct.pack('>II', at, len(element)) * count
    tag += element
    header = bytearray(128)
    struct.pack_into('>I4xI4s4s4s', header, 0, 144 + len(tag), 0x0440_0000, b'mntr', b'RGB ', b'XYZ ')
    header[36:40] = b'acsp'
    return bytes(header) + struct.pack('>I4sII', 1, b'D2B1', 144, len(tag)) + tag


def _segment(kind: int, content: bytes) -> bytes:
    return struct.pack('>BBH', 0xFF, kind, len(content) + 2) + content


def _into_jpeg(segments: bytes) -> bytes:
    data = encoded(Image.fromarray(photograph()), 'JPEG')
    return data[:2] + segments + data[2:]


def _png_with(*chunks: tuple[bytes, bytes]) -> bytes:
    return png(np.zeros((1, 3), np.uint8), 8, 2, *chunks)


def _riff(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack('<I', len(content)) + content + bytes(len(content) % 2)


def _into_gif(block: bytes) -> bytes:
    return b'GIF89a\1\0\1\0\x80\0\0' + bytes(6) + block + b',\0\0\0\0\1\0\1\0\0' + b'\2\2\x44\1\0;'


def _tiff(data: bytes, entries: list[tuple[int, int, int, int]], *, loop: bool = False) -> bytes:
    """Return a little-endian TIFF: `data` at 8, then one directory of (tag, type, count, value)."""
    at = 8 + len(data)
    table = b''.join(struct.pack('<HHII', *entry) for entry in sorted(entries))
    end = struct.pack('<I', at if loop else 0)
    return struct.pack('<2sHI', b'II', 42, at) + data + struct.pack('<H', len(entries)) + table + end


Maker = Callable[[int], bytes]
# Each with the count at which it took far more than 10 s or 1.5 GB before, or as large as a file may be.
HOSTILE: dict[str, tuple[Maker, int]] = {
    'JPEG, scans': (jpeg_scans, 3_000),
    'JPEG, segments': (jpeg_segments, 4_000_000),
    'JPEG, filling': (jpeg_filling, 60_000_000),
    'JPEG, EXIF': (jpeg_exif, 12_000_000),
    'PNG, EXIF': (png_exif, 12_000_000),
    'PNG, chunks': (png_chunks, 5_000_000),
    'PNG, unknown chunk': (png_unknown, 700_000_000),
    'JPEG, profile': (jpeg_profile, 100_000),
    'WebP, frames': (webp_frames, 4_000_000),
    'GIF, comment': (gif_comment, 30_000_000),
    'GIF, frames': (gif_frames, 10_000_000),
    'BMP, runs': (bmp_runs, 40_000_000),
    'PPM, comment': (ppm_comment, 500_000_000),
    'PPM, numbers': (ppm_numbers, 40_000_000),
    'QOI, pixels': (qoi_pixels, 80_000_000),
    'TIFF, strips': (tiff_strips, 25_000_000),
    'TIFF, tags': (tiff_tags, 10_000_000),
    'TIFF, tile': (tiff_tile, 60_000),
    'TIFF, directories': (tiff_pages, 1),
    'TIFF, JPEG strip': (tiff_jpeg, 3_000),
    'JPEG 2000, layers': (jpeg_2000_layers, 65_535),
    'JPEG 2000, tiles': (jpeg_2000_tiles, 60_000),
}
