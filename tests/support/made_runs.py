"""What runs and sweeps leave, made without running them, for tests of pages."""

from __future__ import annotations

import csv
import hashlib
import json

import numpy as np
from PIL import Image

from nst_lbfgs.config import ComputationConfig, TransferConfig
from nst_lbfgs.records.record import to_json
from nst_lbfgs.run_config import PictureConfig, RunConfig

LOSSES = ('loss', 'content_loss', 'style_loss', 'total_variation_loss')


def picture(path, colour, height=24, width=32):
    """Write a picture of one colour, and return its SHA-256."""
    Image.fromarray(np.full((height, width, 3), colour, np.uint8)).save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def iteration_losses(number, per_iteration=2):
    """Return the losses of an iteration as a record has them: ever smaller ones."""
    terms = [1e6 / (number + 1), 2e6 / (number + 1), 3e5]
    names = ('content_loss', 'style_loss', 'total_variation_loss')
    return {
        'iteration': number,
        'evaluations': per_iteration * (number + 1),
        'loss': sum(terms),
        **dict(zip(names, terms)),
        'seconds': 0.5,
    }


def made_record(folder, name='a', *, iterations=3, content='base.png', style='style.png', **others):
    """Write content, style, result and the picture after each iteration; return the record of such a run."""
    digests = [picture(folder / content, (90, 120, 200)), picture(folder / style, (200, 80, 30))]
    picture(folder / f'{name}.png', (0, 200, 0))
    for number in range(iterations):
        picture(folder / f'{name}_at_iteration_{number}.png', (255 * number // iterations, 60, 60))
    transfer = TransferConfig(
        iterations=iterations,
        evaluations_per_iteration=2,
        computation=ComputationConfig(weights='random', precision='float32'),
    )
    return {
        'command': f'nst-lbfgs transfer base.png style.png {name} --iter {iterations}',
        'command_without_prefix': f'nst-lbfgs transfer base.png style.png PREFIX --iter {iterations}',
        'resumed': [],
        'given': ['iterations', 'evaluations_per_iteration', 'weights', 'image_height'],
        'content_path': str(folder / content),
        'style_paths': [str(folder / style)],
        'content_sha256': digests[0],
        'style_sha256': digests[1:],
        'init_sha256': None,
        'mask_sha256': {},
        'height': 24,
        'width': 32,
        'prefix': str(folder / name),
        'picture': str(folder / f'{name}.png'),
        'preset': None,
        'config': RunConfig(transfer, PictureConfig(image_height=24)),
        'weights': {'path': None, 'source': 'random', 'sha256': 'ee' * 32, 'description': 'random weights'},
        'device': 'a processor, 2 cores',
        'threads': 2,
        'versions': {'nst_lbfgs': '0.2.0', 'python': '3.11.7'},
        'memory': {'expected_bytes': 800_000_000, 'peak_bytes': 750_000_000},
        'loss': 1.0,
        'stop_reason': 'all iterations done',
        'evaluations': 2 * iterations,
        'troubles': [],
        'iterations': [iteration_losses(number) for number in range(iterations)],
        **others,
    }


def made_run(folder, name='a', **others):
    """Write a run's record and pictures; return the record's path."""
    path = folder / f'{name}.json'
    path.write_bytes(to_json(made_record(folder, name, **others)))
    return path


def history(evaluations, events=()):
    """Return a history of so many evaluations as a record has it."""
    numbers = list(range(1, evaluations + 1))
    return {
        'evaluation': numbers,
        'seconds': [number / 4 for number in numbers],
        'loss': [5e6 / number for number in numbers],
        'events': [{'evaluation': at, 'seconds': at / 4, 'text': text} for at, text in events],
    }


def made_sweep(folder, name='s', *, columns=4, rows=2, failed=(), pictures=True):
    """Write a sweep's table, and the picture and record of each cell that did not fail; return the table."""
    path = folder / f'{name}.csv'
    header = ['content_weight', 'pooling', 'iterations_done', 'evaluations', *LOSSES]
    with path.open('w', newline='', encoding='utf-8') as file:
        table = csv.writer(file)
        table.writerow([*header, 'seconds', 'stop_reason', 'picture'])
        for number in range(columns * rows):
            weight, pooling = f'{number // rows + 1}', ('max', 'average')[number % rows % 2]
            cell = f'{name}_content_weight_{weight}_pooling_{pooling}_{number}'
            choices, shown = [weight, pooling], f'{cell}.png'
            if number in failed:
                table.writerow([*choices, 0, '', *('',) * 4, 0.0, failed[number], ''])
                continue
            if pictures:
                picture(folder / shown, (255 * number // (columns * rows), 90, 90))
            losses = [1000.0 - number, number, 500.0, 2.0]
            table.writerow([*choices, 1, 2, *losses, 0.5, 'all iterations done', shown])
    record = json.loads(to_json(made_record(folder, f'{name}_content_weight_1_pooling_max_0', iterations=1)))
    (folder / f'{name}_content_weight_1_pooling_max_0.json').write_text(json.dumps(record))
    return path
