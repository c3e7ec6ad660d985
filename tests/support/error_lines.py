"""What a command has printed as an error."""

from __future__ import annotations


def error_line(capsys):
    """Return what was printed as an error: one line, and no traceback."""
    errors = [line for line in capsys.readouterr().err.splitlines() if 'error: ' in line]
    assert len(errors) == 1
    return errors[0]
