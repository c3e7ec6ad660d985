"""Signals, heard the moment they come, whatever the process is doing. It imports little: see `start`."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from nst_lbfgs.machine.sudden_end import undo_all

SIGNALS = [getattr(signal, name) for name in ('SIGINT', 'SIGTERM', 'SIGHUP') if hasattr(signal, name)]
STDERR = 2
Handlers = dict[int, Any]


def hear(react: Callable[[int], None], note: Callable[[int], None] | None = None) -> Callable[[], None]:
    """Have a thread call `react` with the number of each signal that would end the process.

    Returns a function that ends this. Python's own handlers run only between its instructions: never
    during an evaluation, which may take minutes. And what they raise arrives in the middle of anything: a
    library that is being imported makes another exception of it. So the handler only calls `note`, if there
    is one, and the thread does the rest. To be called in the main thread, as Python wants it.

    A SIGHUP that is ignored, as under `nohup`, stays ignored. SIGINT is taken even if it is ignored:
    scripts ignore it for what they run in the background, where it can only have been sent on purpose.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    before = _take_signals(note or _ignore)
    listener = threading.Thread(target=_listen, args=(reader, writer, react), daemon=True)
    listener.start()

    def end() -> None:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        writer.close()
        listener.join()
        reader.close()

    return end


@contextmanager
def heard(react: Callable[[int], None], note: Callable[[int], None]) -> Iterator[None]:
    """Hear signals within the block, as `hear` has it; in a thread other than the main one, none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    end = hear(react, note)
    try:
        yield
    finally:
        end()


def end_at_once(number: int) -> None:
    """End the process without unwinding, with the exit code that shells have for the signal."""
    undo_all()
    os._exit(128 + number)


def tell_and_end(number: int) -> None:
    """As `end_at_once`, and say so in a line."""
    undo_all()
    line = 'interrupted' if number == signal.SIGINT else f'ended by {signal.Signals(number).name}'
    with suppress(OSError):
        os.write(STDERR, f'nst-lbfgs: {line}\n'.encode())
    os._exit(128 + number)


def _take_signals(note: Callable[[int], None]) -> Handlers:
    """Have `note` called for each signal, and return the handlers that there were."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    taken = {
        number: handler
        for number, handler in before.items()
        if handler is not None and (number == signal.SIGINT or handler != signal.SIG_IGN)
    }
    for number in taken:
        signal.signal(number, lambda number, frame: note(number))
    return taken


def _ignore(number: int) -> None:
    """Leave all to the thread."""


def _listen(reader: socket.socket, writer: socket.socket, react: Callable[[int], None]) -> None:
    """Read signals' numbers until the writer is closed, which nothing but this thread need keep."""
    while received := reader.recv(1):
        if received[0] in SIGNALS:
            react(received[0])
