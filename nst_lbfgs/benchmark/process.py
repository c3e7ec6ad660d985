"""A measurement in a process of its own: started, waited for, and ended with this one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ..child_process import python_command
from ..errors import MeasurementError
from ..quiet import set_environment
from .outcomes import Outcome, outcome_from


def run_measurement(
    kind: str, arguments: dict[str, Any], *, time_limit: float | None = None, verbose: bool = False
) -> Outcome:
    """Run `measure.py` and return its outcome.

    `time_limit` is in seconds. With `verbose`, what the process wrote to standard error is written to
    this one's. Raises MeasurementError, whose text is the reason, if there is no outcome.
    """
    command = python_command('nst_lbfgs.benchmark.measure', kind, json.dumps(arguments))
    environment = dict(os.environ)
    set_environment(environment, verbose=verbose)
    process: subprocess.Popen[bytes] | None = None
    try:
        with signals_held():  # one that came before the assignment would leave the process running
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        output, log = process.communicate(timeout=time_limit)
    except subprocess.TimeoutExpired:
        raise MeasurementError(f'not done after {time_limit:g} s') from None
    finally:
        if process:
            process.kill()
            process.wait()
    text = log.decode(errors='replace')
    if verbose:
        with suppress(OSError):
            sys.stderr.write(text)
    if process.returncode:
        raise MeasurementError(_reason(process.returncode, text))
    return outcome_from(kind, json.loads(output.splitlines()[-1]))


@contextmanager
def signals_held() -> Iterator[None]:
    """Have signals whose handlers are in Python wait until the end.

    Blocking them would not do: they would go to another thread, of a linear algebra library.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending: list[int] = []
    before = {
        number: handler for number in signal.valid_signals() if callable(handler := signal.getsignal(number))
    }
    for number in before:
        signal.signal(number, lambda number, frame: pending.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for came in pending:
            signal.raise_signal(came)


def _reason(code: int, log: str) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        return f'killed by {name}' + (', as when memory runs out' if name == 'SIGKILL' else '')
    lines = log.strip().splitlines()
    return lines[-1].strip() if lines else f'exit code {code}'
