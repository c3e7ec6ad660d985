"""Whether a picture file is of a kind whose cost follows from its size: told from its structure alone.

Ordinary are JPEG, PNG and WebP files with few parts and little besides pixels, as cameras, browsers and
painting programs write them. Their decoders do a bounded amount of work for each byte and each pixel. What a
file can ask for beyond that is counted here: the scans of a JPEG, each of which goes over all pixels
again; chunks and segments, each of which costs a little whatever its length; frames; and metadata, for
EXIF tags and ICC profiles can use the same bytes many times.
"""

from __future__ import annotations

import re

MOST_BYTES = 1 << 26
MOST_METADATA_BYTES = 1 << 17  # EXIF data have at most 64 KiB in a JPEG
ORDINARY_SCANS = 20  # a progressive JPEG of libjpeg has 10
MOST_SCANS = 100
MOST_PARTS = 10_000  # 64 MiB of PNG in chunks of 8 KiB, as libpng writes, are 8,192

JPEG_SIGNATURE = b'\xff\xd8\xff'
JPEG_MARKER = re.compile(rb'\xff[\x01-\xcf\xd8-\xfe]')  # neither a byte of data nor a restart
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
PNG_SIGNATURE = b'\x89PNG\r\n\x1a\n'
WEBP_PIXELS = (b'VP8 ', b'VP8L', b'ALPH')


def is_ordinary(data: bytes) -> bool:
    """Return whether the file of these bytes can be decoded at a cost that its size and its pixels bound."""
    if len(data) > MOST_BYTES:
        return False
    if data.startswith(JPEG_SIGNATURE):
        return _is_ordinary_jpeg(data)
    if data.startswith(PNG_SIGNATURE):
        return _is_ordinary_png(data)
    return data.startswith(b'RIFF') and data[8:12] == b'WEBP' and _is_ordinary_webp(data)


def has_too_many_scans(data: bytes) -> bool:
    """Return whether this is a JPEG with more scans than any encoder makes; libtiff ends at 100 too."""
    return data.startswith(JPEG_SIGNATURE) and _jpeg_parts(data)[0] > MOST_SCANS


def _is_ordinary_jpeg(data: bytes) -> bool:
    scans, metadata, parts = _jpeg_parts(data)
    return scans <= ORDINARY_SCANS and metadata <= MOST_METADATA_BYTES and parts <= MOST_PARTS


def _jpeg_parts(data: bytes) -> tuple[int, int, int]:
    """Return how many scans, bytes of metadata and segments there are until the first picture ends.

    The walk goes from marker to marker, as libjpeg does, and breaks off where there are too many.
    """
    scans = metadata = parts = 0
    at = 2
    while scans <= MOST_SCANS and parts <= MOST_PARTS and (marker := JPEG_MARKER.search(data, at)):
        kind, begin = data[marker.end() - 1], marker.end()
        if kind == END_OF_IMAGE:
            break
        if not scans:
            metadata += begin - at  # what is between segments: Pillow reads it byte by byte
        length = int.from_bytes(data[begin : begin + 2], 'big')
        at = begin + max(length, 2)
        scans, metadata, parts = scans + (kind == START_OF_SCAN), metadata + length, parts + 1
    return scans, metadata, parts


def _is_ordinary_png(data: bytes) -> bool:
    metadata = parts = 0
    at = len(PNG_SIGNATURE)
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], 'big')
        metadata, parts = metadata + (data[at + 4 : at + 8] != b'IDAT') * length, parts + 1
        if metadata > MOST_METADATA_BYTES or parts > MOST_PARTS:
            return False
        at += 12 + length
    return True


def _is_ordinary_webp(data: bytes) -> bool:
    metadata = parts = 0
    at = 12
    while at + 8 <= len(data):
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], 'little')
        metadata, parts = metadata + (kind not in WEBP_PIXELS) * length, parts + 1
        if kind == b'ANMF' or metadata > MOST_METADATA_BYTES or parts > MOST_PARTS:
            return False
        at += 8 + length + length % 2
    return True
