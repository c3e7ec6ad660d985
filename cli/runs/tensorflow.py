"""TensorFlow imported for a command, whose process does nothing else."""

from __future__ import annotations

import sys
from contextlib import ExitStack

from nst_lbfgs.machine.large_imports import imported_for_good, without


def import_tensorflow_for_good(*, verbose: bool) -> None:
    """Import TensorFlow and Keras as `import_tensorflow` does, in less time. Raises as that does.

    Keras would import matplotlib where it is installed, for plots that no command makes.
    """
    from nst_lbfgs.quiet import import_tensorflow

    with ExitStack() as ways:
        if 'tensorflow' not in sys.modules:
            ways.enter_context(imported_for_good())
            ways.enter_context(without(['matplotlib']))
        import_tensorflow(verbose=verbose)
