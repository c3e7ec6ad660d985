"""Everything that can foreseeably go wrong, as one tree.

    StyleTransferError
    ├── ConfigError            a setting that cannot be used (also a ValueError)
    ├── ImageError             a picture
    │   ├── ImageReadError     ... that cannot be read, or is not a still picture
    │   └── ImageSizeError     ... too small for VGG19, or too large to be read safely
    ├── OutputError            a file to be written
    │   ├── OutputExistsError  ... is there already and was not to be overwritten
    │   └── OutputWriteError   ... cannot be written: no such folder, no space, no permission
    ├── WeightsError           VGG19's weights: missing, broken, or not to be had
    ├── InsufficientMemoryError  less memory is free than a run needs
    ├── SearchError            the search cannot go on
    │   ├── NonFiniteLossError ... loss or gradient is infinite or not a number
    │   ├── LineSearchError    ... no smaller loss is found, from the start on
    │   └── OutOfMemoryError   ... the memory has run out
    ├── RecordError            a run record that cannot be read or does not fit
    ├── MeasurementError       a measurement of the benchmark that failed
    ├── CheckpointError        a checkpoint that is missing, damaged, or of another run
    ├── BackendError           TensorFlow and Keras cannot be imported, or used where it was tried
    └── LegacyError            an old script asks for what is not supported

The command line exits 2 for a ConfigError and 1 for any other of these.
"""

from __future__ import annotations

LONGEST_LINE = 5000  # characters; a path alone can have 4,095


class StyleTransferError(Exception):
    """Base of every error that this package raises on purpose."""


class ConfigError(StyleTransferError, ValueError):
    """A setting has a value that cannot be used."""


class ImageError(StyleTransferError):
    """Base of the errors about pictures."""


class ImageReadError(ImageError):
    """A file is missing, is no picture, is truncated, or is animated."""


class ImageSizeError(ImageError):
    """A picture is too small for VGG19, or too large to be decoded safely."""


class OutputError(StyleTransferError):
    """Base of the errors about files to be written."""


class OutputExistsError(OutputError):
    """An output exists already and overwriting was not asked for."""


class OutputWriteError(OutputError):
    """An output cannot be written: no such folder, no space, no permission."""


class WeightsError(StyleTransferError):
    """VGG19's weights are missing, broken, or cannot be fetched."""


class InsufficientMemoryError(StyleTransferError):
    """Less memory is free than a run is expected to need."""


class SearchError(StyleTransferError):
    """Base of the errors that end a search."""


class NonFiniteLossError(SearchError):
    """Loss or gradient became infinite or not a number."""


class LineSearchError(SearchError):
    """No step lowers the loss, although the gradient says that one should."""


class OutOfMemoryError(SearchError):
    """An evaluation, or the search itself, needed more memory than there is."""


class RecordError(StyleTransferError):
    """A run record cannot be read, or does not describe this run."""


class MeasurementError(StyleTransferError):
    """A measurement of the benchmark ended without a result; the text is the reason."""


class CheckpointError(StyleTransferError):
    """A checkpoint is missing or damaged, or what it was made of has changed."""


class BackendError(StyleTransferError):
    """TensorFlow and Keras cannot be imported, or cannot compute where a transfer was called."""


class ClusterError(StyleTransferError):
    """A cluster that cannot be reached, or was lost."""


class LegacyError(StyleTransferError):
    """An old script asks for something that is not supported."""


def one_line(text: str) -> str:
    """Return a text that may quote names and values from anywhere as one line that is safe to print.

    Whatever would move the cursor, colour, reorder or hide what is printed is spelt out, as in \\x1b. Of
    a text of more than 5,000 characters the middle is left out.
    """
    if len(text) > LONGEST_LINE:
        half = LONGEST_LINE // 2
        text = f'{text[:half]} [{len(text) - 2 * half:,} characters are left out] {text[-half:]}'
    return ''.join(
        character if character.isprintable() else character.encode('unicode_escape').decode()
        for character in text
    )
