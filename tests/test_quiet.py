"""Silencing what is printed below Python."""

from __future__ import annotations

import os

import pytest

from nst_lbfgs.quiet import silent_stderr


def test_silent_within_and_not_after(capfd: pytest.CaptureFixture[str]) -> None:
    """Bytes written to the descriptor itself are lost within the block only, errors or not."""
    os.write(2, b'before ')
    with pytest.raises(KeyError), silent_stderr():
        os.write(2, b'within ')
        raise KeyError
    os.write(2, b'after')
    assert capfd.readouterr().err == 'before after'


def test_without_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process without standard error goes on without it."""

    def closed(descriptor: int) -> int:
        raise OSError(9, 'Bad file descriptor')

    monkeypatch.setattr(os, 'dup', closed)
    with silent_stderr():
        pass


def test_no_descriptor_is_left_open() -> None:
    """After many uses the next free descriptor is the same as before."""
    first = os.dup(0)
    os.close(first)
    for _ in range(10):
        with silent_stderr():
            pass
    again = os.dup(0)
    os.close(again)
    assert again == first
