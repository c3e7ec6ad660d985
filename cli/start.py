"""Where the command begins: what ends it while it is still importing ends it in one line, too.

At the top nothing is imported but what Python itself has loaded already.
"""

from __future__ import annotations

import sys
import time


def start() -> int:
    """Hear signals from here on, run the command line, and return its exit code."""
    began = time.monotonic()
    try:
        from .runs.streams import open_closed_streams

        open_closed_streams()  # first: whatever is opened now would get their numbers

        from .signals import hear, tell_and_end

        hear(tell_and_end)

        from .main import main
    except KeyboardInterrupt:  # signals are not heard yet
        print('nst-lbfgs: interrupted', file=sys.stderr)
        return 130
    except Exception as error:  # anything: without memory Python raises SystemError, too
        print(f'nst-lbfgs: error: The command cannot begin: {error or "no memory"}', file=sys.stderr)
        return 1
    return main(began=began)
