"""Run records: written in groups, read as they were, those of version 0.1.0 too."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from nst_lbfgs.config import (
    AdamConfig,
    ComputationConfig,
    LbfgsConfig,
    ObjectiveConfig,
    StartConfig,
    TransferConfig,
)
from nst_lbfgs.errors import RecordError
from nst_lbfgs.pictures.enhancement import Enhancement
from nst_lbfgs.presets import PRESETS
from nst_lbfgs.records.record import digest_of, parse_record, read_record, to_json
from nst_lbfgs.run_config import ColoursConfig, MasksConfig, PictureConfig, RunConfig, StylesConfig

RECORDS = Path(__file__).parent / 'version_0_1_0'
NAMES = {'content_path': 'a', 'style_paths': ['b'], 'prefix': 'c'}
SMALL = ObjectiveConfig(
    content_layers=(('block2_conv1', 1.0),),
    style_layers=(('block1_conv1', 1.0),),
)
RANDOM = ComputationConfig(weights='random', precision='float32')
D2L = PRESETS['d2l']
ENHANCED = PRESETS['enhanced-lbfgs']
AS_IT_IS = StartConfig(init_colors='own')
OLD = TransferConfig(
    SMALL,
    AS_IT_IS,
    LbfgsConfig(history=4),
    iterations=2,
    evaluations_per_iteration=2,
    pyramid=1,
    computation=RANDOM,
)


@pytest.mark.parametrize(
    'config',
    [
        RunConfig(),
        RunConfig(
            TransferConfig(optimizer=AdamConfig(beta_1=0.5)), PictureConfig(enhancement=Enhancement(2))
        ),
        RunConfig(
            styles=StylesConfig((0.5, 2.0), (3.0, 1.0)),
            masks=MasksConfig(('/a.png', 'white'), keep='/k.png', keep_feather=3, mask_threshold=0.5),
            colours=ColoursConfig(True, 'pca', 'yiq', 0.5),
        ),
        RunConfig(masks=MasksConfig(regions=('/a.png', '/b.png'))),
        *PRESETS.values(),
    ],
)
def test_settings_are_read_as_they_were_written(config):
    assert parse_record(to_json(NAMES | {'config': config}))['config'] == config


def test_settings_are_written_in_their_groups():
    config = json.loads(to_json(NAMES | {'config': RunConfig(TransferConfig(optimizer=AdamConfig()))}))[
        'config'
    ]
    assert set(config['transfer']) == {
        'objective',
        'start',
        'optimizer',
        'iterations',
        'evaluations_per_iteration',
        'pyramid',
        'computation',
    }
    assert config['transfer']['optimizer']['name'] == 'adam'
    assert config['transfer']['start'] == {'init': 'content', 'seed': 0, 'init_colors': 'matched'}
    assert config['pictures']['enhancement'] is None


def test_a_record_that_was_read_is_written_in_todays_format():
    """Not in the one that it was read in, whose number it still has."""
    record = read_record(RECORDS / 'd2l.json')
    written = to_json(record)
    assert json.loads(written)['format'] == 3
    assert parse_record(written)['config'] == record['config']


@pytest.mark.parametrize(
    'name, transfer, pictures',
    [
        (
            'lbfgs',
            OLD,
            PictureConfig(style_size='content', image_height=36, save_every=0),
        ),
        (
            'noise',
            replace(
                OLD,
                start=StartConfig('noise', 3, 'own'),
                # What the exponent was then; today's is another.
                optimizer=LbfgsConfig(history=4, coordinate_exponent=0.45),
            ),
            PictureConfig(style_size='content', image_height=36, save_every=0),
        ),
        (
            'scales',
            replace(OLD, pyramid=2),
            PictureConfig(style_size='content', image_height=72, save_every=0),
        ),
        (
            'd2l',
            TransferConfig(
                D2L.transfer.objective,
                AS_IT_IS,
                optimizer=D2L.transfer.optimizer,
                iterations=2,
                evaluations_per_iteration=2,
                pyramid=1,
                computation=RANDOM,
            ),
            PictureConfig(style_size='content', image_height=36, resampling='bilinear', save_every=0),
        ),
        (
            'enhanced',
            TransferConfig(
                ENHANCED.transfer.objective,
                AS_IT_IS,
                optimizer=ENHANCED.transfer.optimizer,
                iterations=1,
                evaluations_per_iteration=2,
                pyramid=1,
                computation=RANDOM,
            ),
            PictureConfig(
                style_size='content',
                image_height=36,
                resampling='bicubic',
                save_every=0,
                enhancement=Enhancement(sharpness=1.5),
            ),
        ),
    ],
)
def test_a_record_of_version_0_1_0_has_the_same_settings_by_todays_names(name, transfer, pictures):
    record = read_record(RECORDS / f'{name}.json')
    assert record['config'] == RunConfig(transfer, pictures)
    assert record['versions']['nst_lbfgs'] == '0.1.0'


def old_record():
    return json.loads((RECORDS / 'lbfgs.json').read_text())


def new_record():
    return json.loads(to_json(NAMES | {'config': RunConfig()}))


@pytest.mark.parametrize(
    'make, change, message',
    [
        (old_record, lambda r: r['config']['transfer'].update(pyramid=2), 'format 1. Received: pyramid'),
        (old_record, lambda r: r['config']['transfer'].update(colour=1, zoom=2), 'Received: colour, zoom'),
        (old_record, lambda r: r['config']['pictures'].update(enhancement=None), 'Received: enhancement'),
        (old_record, lambda r: r['config'].update(more={}), "Expected 'transfer' and 'pictures'"),
        (old_record, lambda r: r['config'].update(transfer=[]), 'Expected a table of settings'),
        (old_record, lambda r: r['config']['transfer'].update(optimizer=['adam']), 'Expected optimizer'),
        (old_record, lambda r: r['config']['transfer'].update(scales='2'), 'Expected pyramid: an integer'),
        (old_record, lambda r: r['config']['pictures'].update(enhance='yes'), 'Expected enhance: true or'),
        (old_record, lambda r: r.update(format=4), 'Expected a run record of format 1, 2 or 3'),
        (new_record, lambda r: r.update(format=1), "Expected a text under 'style_path'. Received: None"),
        (
            new_record,
            lambda r: r['config']['transfer'].update(scales=2),
            'of TransferConfig. Received: scales',
        ),
        (new_record, lambda r: r['config']['transfer']['start'].update(gram='sum'), 'StartConfig. Received'),
        (
            new_record,
            lambda r: r['config']['transfer'].pop('objective'),
            'of ObjectiveConfig. Received: None',
        ),
        (new_record, lambda r: r['config']['transfer']['optimizer'].pop('name'), 'the name of the optimizer'),
        (new_record, lambda r: r['config']['transfer']['optimizer'].update(name='adam'), 'Received: bounds'),
        (new_record, lambda r: r['config']['pictures'].update(enhancement=2), 'of Enhancement. Received: 2'),
        (new_record, lambda r: r['config']['pictures'].update(init_path=5), 'Expected init_path: a path'),
        (old_record, lambda r: r['config']['pictures'].update(init_path=5), 'Expected init_path: a path'),
        (new_record, lambda r: r.update(picture=5), "Expected a text or nothing under 'picture'"),
        (new_record, lambda r: r.update(format=True), 'Expected a run record of format 1, 2 or 3'),
    ],
)
def test_what_is_not_known_is_refused_in_a_line(make, change, message):
    record = make()
    change(record)
    with pytest.raises(RecordError) as refused:
        parse_record(json.dumps(record).encode())
    assert message in str(refused.value) and '\n' not in str(refused.value)


def test_lists_in_lists_without_end_are_refused():
    """JSON's reader takes them; what comes after must not end in Python's own limit."""
    record = new_record()
    text = json.dumps(record).replace(
        '"content_reduction": "mean"', f'"content_reduction": {"[" * 700}{"]" * 700}'
    )
    with pytest.raises(RecordError):
        parse_record(text.encode())


def test_the_digest_is_that_of_masks_and_not_of_their_names():
    def digest(path, sha256):
        config = RunConfig(masks=MasksConfig(keep=path))
        run = {
            'config': config,
            'iterations': [],
            'weights': {'sha256': 'w'},
            'mask_sha256': {'keep': [sha256]},
        }
        return digest_of(NAMES | run)

    assert digest('/a/keep.png', 'x') == digest('/b/other.png', 'x') != digest('/a/keep.png', 'y')


@pytest.mark.parametrize(
    'change, message',
    [
        (lambda r: r.update(style_paths=[]), "Expected texts under 'style_paths', at least one"),
        (lambda r: r.update(style_paths='b'), "Expected texts under 'style_paths', at least one"),
        (lambda r: r.update(style_paths=['b', 5]), "Expected texts under 'style_paths', at least one"),
        (lambda r: r['config'].pop('masks'), 'Expected the fields of MasksConfig. Received: None'),
        (lambda r: r['config']['masks'].update(keep=[]), 'Expected keep: a path as text, or none'),
        (lambda r: r['config']['masks'].update(style_masks='a'), 'Expected style_masks: paths as text'),
        (lambda r: r['config']['styles'].update(style_scales=[0]), 'Expected style_scales: a finite number'),
        (lambda r: r['config']['colours'].update(color_strength=2), 'Expected color_strength: a number'),
    ],
)
def test_styles_masks_and_colours_that_cannot_be_used(change, message):
    record = new_record()
    change(record)
    with pytest.raises(RecordError) as refused:
        parse_record(json.dumps(record).encode())
    assert message in str(refused.value)


@pytest.mark.parametrize('path', ['a\0b', 'a\ud800b'], ids=['null character', 'lone surrogate'])
@pytest.mark.parametrize('name', ['content_path', 'style_paths', 'prefix', 'picture'])
def test_what_no_file_can_be_called_is_refused(name, path):
    record = to_json(NAMES | {'config': RunConfig(), name: [path] if name == 'style_paths' else path})
    with pytest.raises(RecordError, match=f"Expected the name of a file under '{name}'. Received: 'a"):
        parse_record(record)


@pytest.mark.skipif(os.name != 'posix', reason='names are text there')
def test_a_name_that_is_no_text_is_read_as_it_was_written():
    path = os.fsdecode(b'a\xff/\xe4')
    record = to_json(NAMES | {'config': RunConfig(), 'prefix': path})
    assert parse_record(record)['prefix'] == json.loads(record.decode('utf-8'))['prefix'] == path
