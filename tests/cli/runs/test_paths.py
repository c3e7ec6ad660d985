"""BASE, STYLE and PREFIX: which argument is which."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from cli.main import build_parser
from cli.options import take_late_paths
from cli.runs.paths import Paths, moved_pictures, paths_from
from nst_lbfgs.errors import ConfigError, ImageReadError

RECORDED = Paths('B', ('S', 'T'), 'P')
OLD = ['--base-image-path', 'x']
OLD_STYLE = ['--style-reference-image-path', 'y']


def parsed(command, *arguments) -> argparse.Namespace:
    args, rest = build_parser().parse_known_args([command, *arguments])
    assert take_late_paths(args, rest) == []
    return args


def found(command, arguments, otherwise=Paths()):
    base, styles, prefix = paths_from(parsed(command, *arguments), otherwise)
    return str(base), [str(style) for style in styles], prefix


@pytest.mark.parametrize('command', [['transfer'], ['sweep', '--vary', 'seed=1']])
@pytest.mark.parametrize(
    'arguments, styles',
    [
        (['b', 's', 'p'], ['s']),
        (['b', 's', 't', 'p'], ['s', 't']),
        (['b', 's', 't', 'u', 'p'], ['s', 't', 'u']),
        (['--iter', '3', 'b', 's', 't', 'p'], ['s', 't']),
        (['b', '--iter', '3', 's', 't', '--seed', '4', 'p'], ['s', 't']),
        (['b', 's', 't', 'p', '--style-blend-weights', '3', '1'], ['s', 't']),
        (['b', 's', '--style-scale', '2', 't', 'p'], ['s', 't']),
        (['b', '--style-mask', 'm', 'n', '--iter', '3', 's', 't', 'p'], ['s', 't']),
    ],
)
def test_all_between_the_first_and_the_last_are_styles(command, arguments, styles):
    name, *options = command
    assert found(name, [*arguments, *options]) == ('b', styles, 'p')


@pytest.mark.parametrize(
    'arguments, expected',
    [
        ([], ('B', ['S', 'T'], 'P')),
        (['p'], ('B', ['S', 'T'], 'p')),
        (['b', 's'], ('b', ['s'], 'P')),
        (['b', 's', 'p'], ('b', ['s'], 'p')),
        (['b', 's', 't', 'p'], ('b', ['s', 't'], 'p')),
        ([*OLD, 'p'], ('x', ['S', 'T'], 'p')),
        ([*OLD, 's', 'p'], ('x', ['s'], 'p')),
        ([*OLD, *OLD_STYLE], ('x', ['y'], 'P')),
        ([*OLD_STYLE, 'b', 'p'], ('b', ['y'], 'p')),
    ],
)
def test_a_record_has_what_is_not_given(arguments, expected):
    assert found('transfer', ['--from', 'record', *arguments], RECORDED) == expected


@pytest.mark.parametrize('arguments', [[*OLD, 'a', 's', 'p'], [*OLD, *OLD_STYLE, 'a', 'p']])
def test_the_old_options_are_for_one_of_each(arguments):
    with pytest.raises(ConfigError, match='once each. Received: one of them twice'):
        found('transfer', arguments)


@pytest.mark.parametrize(
    'arguments, message',
    [
        ([], 'Expected BASE STYLE PREFIX, or --from RECORD. Received: 0 of them.'),
        (['b', 's'], 'Received: 2 of them.'),
        (['b', 's', '--style-mask', 'm', 'p'], 'takes the paths behind it too: give them before it'),
    ],
)
def test_one_is_missing(arguments, message):
    with pytest.raises(ConfigError) as error:
        found('transfer', arguments)
    assert message in str(error.value)


def test_a_folder_means_its_pictures(tmp_path):
    for name in ('b.png', 'a.jpg'):
        (tmp_path / name).touch()
    _, styles, _ = found('transfer', ['base', 's.png', str(tmp_path), 'p'])
    assert styles == ['s.png', str(tmp_path / 'a.jpg'), str(tmp_path / 'b.png')]
    (tmp_path / 'empty').mkdir()
    with pytest.raises(ImageReadError, match='without pictures'):
        found('transfer', ['base', str(tmp_path / 'empty'), 'p'])


@pytest.mark.parametrize(
    'arguments, expected',
    [
        ([], (None, ())),
        (['b', 's'], ('b', ('s',))),
        (['b', 's', 't'], ('b', ('s', 't'))),
        ([*OLD, *OLD_STYLE], ('x', ('y',))),
        ([*OLD, 's'], ('x', ('s',))),
    ],
)
def test_pictures_that_have_moved(arguments, expected):
    assert moved_pictures(parsed('transfer', '--resume', 'out', *arguments)) == expected


def test_names_are_paths_as_they_were_typed():
    base, styles, prefix = paths_from(parsed('transfer', 'a/b.png', './s.png', 'out/'), Paths())
    assert (base, styles, prefix) == (Path('a/b.png'), [Path('s.png')], 'out/')
