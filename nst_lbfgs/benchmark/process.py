"""A measurement in a process of its own: started, waited for, and ended with this one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

from ..child_process import python_command, started
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
    try:
        with started(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            output, log = process.communicate(timeout=time_limit)
    except subprocess.TimeoutExpired:
        raise MeasurementError(f'not done after {time_limit:g} s') from None
    text = log.decode(errors='replace')
    if verbose:
        with suppress(OSError):
            sys.stderr.write(text)
    if process.returncode:
        raise MeasurementError(_reason(process.returncode, text))
    return outcome_from(kind, json.loads(output.splitlines()[-1]))


def _reason(code: int, log: str) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        return f'killed by {name}' + (', as when memory runs out' if name == 'SIGKILL' else '')
    lines = log.strip().splitlines()
    return lines[-1].strip() if lines else f'exit code {code}'
