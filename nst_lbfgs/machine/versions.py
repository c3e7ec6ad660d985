"""Which version of a package is installed, whoever packaged it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import metadata

UNKNOWN = 'unknown'
MODULES = {'pillow': 'PIL'}  # where a module has another name than its package


def version_of(package: str) -> str:
    """Return a package's version without importing it, or 'unknown'.

    What is called tensorflow can be the distribution tensorflow-cpu, tensorflow-macos or a vendor's, or
    have no metadata at all: then only a module that is imported already can say.
    """
    module = MODULES.get(package, package)
    found = next(_versions_in_metadata(package, module), None)
    return str(found or getattr(sys.modules.get(module), '__version__', UNKNOWN))


def _versions_in_metadata(package: str, module: str) -> Iterator[str]:
    if version := _metadata_version(package):
        yield version
    for distribution in metadata.packages_distributions().get(module, ()):
        if version := _metadata_version(distribution):
            yield version


def _metadata_version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except (metadata.PackageNotFoundError, KeyError):  # KeyError: metadata without a version
        return None
