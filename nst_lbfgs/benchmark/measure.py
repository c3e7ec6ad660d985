"""The process of one measurement: `python -m nst_lbfgs.benchmark.measure KIND ARGUMENTS`.

ARGUMENTS is a JSON object: for the kind 'ceiling' empty, otherwise

    way            'old', or the precision of our way
    pictures       the path of a `Pair`
    weights        the path of VGG19's weights, or 'random'
    evaluations    of a 'rate': how many are timed
    iterations     of a 'race': the old way's numbers of iterations at which it is marked
    target         of a 'race' of our way: the loss that ends it

The last line on standard output is the outcome, a JSON object. A foreseen failure is a line on standard
error and exit code 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import StyleTransferError
from ..machine.threads import limit_blas_threads
from .outcomes import OLD_WAY, Outcome
from .pairs import Pair


def main(argv: Sequence[str]) -> int:
    """Measure, report, and return the exit code."""
    kind, arguments = argv
    limit_blas_threads()
    try:
        outcome = _measured(kind, json.loads(arguments))
    except StyleTransferError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(asdict(outcome)), flush=True)
    return 0


def _measured(kind: str, arguments: dict[str, Any]) -> Outcome:
    if kind == 'ceiling':
        from .ceiling import measure_ceiling

        return measure_ceiling()
    way = arguments['way']
    pair = Pair.load(Path(arguments['pictures']))
    from ..weights.sources import resolve_weights
    from ..weights.vgg19 import find_network

    network = find_network(resolve_weights(arguments['weights']))
    if kind == 'rate':
        from .rate import measure_rate

        return measure_rate(way, pair, network, arguments['evaluations'])
    from .race import race_old_way, race_our_way

    iterations = arguments['iterations']
    if way == OLD_WAY:
        return race_old_way(pair, network, iterations)
    return race_our_way(way, pair, network, max(iterations), arguments['target'])


if __name__ == '__main__':
    raise SystemExit(main(sys.argv[1:]))
