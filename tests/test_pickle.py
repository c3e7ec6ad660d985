"""What a transfer returns can be sent to another process."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nst_lbfgs import (
    AdamConfig,
    ComputationConfig,
    LbfgsConfig,
    ObjectiveConfig,
    TransferConfig,
    transfer_style,
)

ROOT = Path(__file__).parent.parent
# Reads a result, changes nothing, and sends it back.
ECHO = 'import pickle, sys; pickle.dump(pickle.load(sys.stdin.buffer), sys.stdout.buffer)'
LAYERS = (('block1_conv1', 1.0),)
CONFIG = TransferConfig(
    iterations=2,
    evaluations_per_iteration=3,
    objective=ObjectiveConfig(content_layers=LAYERS, style_layers=LAYERS),
    computation=ComputationConfig(weights='random', precision='float32'),
)


@pytest.mark.parametrize('optimizer', [LbfgsConfig(), LbfgsConfig(restart=True), AdamConfig()], ids=str)
def test_a_result_and_its_state_go_to_another_process_and_on_from_there(optimizer, town, stripes):
    config = replace(CONFIG, optimizer=optimizer)
    result = transfer_style(town, stripes, config, keep_state=True)
    sent = subprocess.run(
        [sys.executable, '-c', ECHO], input=pickle.dumps(result), cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    back = pickle.loads(sent.stdout)
    assert (back.loss, back.iterations, back.weights) == (result.loss, result.iterations, result.weights)
    np.testing.assert_array_equal(back.image, result.image)
    longer = replace(config, iterations=3)
    here = transfer_style(town, stripes, longer, resume=result.state)
    there = transfer_style(town, stripes, longer, resume=back.state)
    assert there.loss == here.loss and len(there.iterations) == 3
