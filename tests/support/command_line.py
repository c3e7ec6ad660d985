"""The command line as a function."""

from __future__ import annotations

from cli.main import main


def exit_code(*arguments):
    """Return the exit code of a command; argparse's own exits too."""
    try:
        return main(list(arguments))
    except SystemExit as exit_:
        return exit_.code
