"""Records and a checkpoint of format 2, which knew one style picture and no masks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nst_lbfgs.config import ComputationConfig, LbfgsConfig, ObjectiveConfig, StartConfig, TransferConfig
from nst_lbfgs.errors import RecordError
from nst_lbfgs.pictures.enhancement import Enhancement
from nst_lbfgs.records.checkpoint import read_checkpoint
from nst_lbfgs.records.record import parse_record, read_record, to_json
from nst_lbfgs.run_config import PictureConfig, RunConfig

RECORDS = Path(__file__).parent / 'format_2'
OBJECTIVE = ObjectiveConfig(content_layers=(('block2_conv1', 1.0),), style_layers=(('block1_conv1', 1.0),))
STYLE = '3176d070862339819df4d125fff902a4f4f60353073124ce453c89ccd45b4b0f'


def transfer(**settings):
    return TransferConfig(
        OBJECTIVE,
        **{
            'start': StartConfig(init_colors='own'),
            'optimizer': LbfgsConfig(history=4),
            'iterations': 2,
            'evaluations_per_iteration': 2,
            'pyramid': 1,
        }
        | settings,
        computation=ComputationConfig(weights='random', precision='float32'),
    )


@pytest.mark.parametrize(
    'name, config',
    [
        (
            'plain',
            RunConfig(transfer(), PictureConfig(style_size='content', image_height=32, save_every=0)),
        ),
        (
            'restarted',
            RunConfig(
                transfer(optimizer=LbfgsConfig(restart=True, history=4)),
                PictureConfig(style_size='content', image_height=32, save_every=0),
            ),
        ),
        (
            'own',
            RunConfig(
                transfer(start=StartConfig('picture', init_colors='own')),
                PictureConfig(
                    image_height=40,
                    init_path='/tmp/pictures/style.ppm',
                    save_every=0,
                    enhancement=Enhancement(1.1),
                ),
            ),
        ),
    ],
)
def test_a_record_has_the_settings_that_it_had(name, config):
    record = read_record(RECORDS / f'{name}.json')
    assert record['config'] == config
    assert record['style_paths'] == ['/tmp/pictures/style.ppm'] and record['style_sha256'] == [STYLE]
    assert record['mask_sha256'] == {} and 'style_path' not in record
    assert json.loads(to_json(record))['format'] == 3


def test_a_checkpoint_is_read():
    checkpoint = read_checkpoint(RECORDS / 'stopped.checkpoint')
    assert checkpoint.run['style_paths'] == ['/tmp/pictures/style.ppm']
    assert checkpoint.run['config'].pictures.style_size == 'content'
    assert checkpoint.state.search.done.iterations == 1


def test_without_a_style_size_the_style_picture_is_squashed():
    """As it was by default."""
    record = json.loads((RECORDS / 'plain.json').read_text())
    del record['config']['pictures']['style_size']
    assert parse_record(json.dumps(record).encode())['config'].pictures.style_size == 'content'


@pytest.mark.parametrize(
    'change, message',
    [
        (
            lambda r: r['config'].update(masks={}),
            'Expected settings of a record of format 2. Received: masks',
        ),
        (lambda r: r['config'].update(pictures=5), 'of PictureConfig. Received: 5'),
        (lambda r: r.update(style_path=['a', 'b']), "Expected a text under 'style_path'"),
        (lambda r: r.update(style_paths=r.pop('style_path')), "Expected a text under 'style_path'"),
    ],
)
def test_what_it_did_not_have_is_refused(change, message):
    record = json.loads((RECORDS / 'plain.json').read_text())
    change(record)
    with pytest.raises(RecordError) as refused:
        parse_record(json.dumps(record).encode())
    assert message in str(refused.value)
