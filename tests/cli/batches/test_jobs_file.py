"""A table of jobs, as CSV and as JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from cli.batches.jobs import _settings_parser
from cli.batches.jobs_file import read_jobs
from nst_lbfgs.errors import ConfigError


def rows(path, **common):
    """The rows of a file."""
    return read_jobs(Path(path), _settings_parser(), argparse.Namespace(preset=None, **common))


@pytest.fixture
def written(tmp_path):
    """A function that writes a file and returns its path."""

    def write(text, name='jobs.csv'):
        path = tmp_path / name
        path.write_text(text, encoding='utf-8')
        return path

    return write


def test_columns_are_options_names_spelt_in_any_way(written):
    (row,) = rows(written('content,style,image-height,content_weight,--iter\na.png,b.png,300,0.5,7\n'))
    assert (row.content, row.styles, row.problem) == (Path('a.png'), (Path('b.png'),), None)
    assert (row.args.image_height, row.args.content_weight, row.args.iterations) == (300, 0.5, 7)
    assert row.choices == {'image-height': '300', 'content_weight': '0.5', '--iter': '7'}


def test_csv_and_json_say_the_same(written):
    table = (
        'content,style,name,preserve-colors,style-blend-weights,style-layer,preset\n'
        'a b.png,b.png; c.png,first,yes,3 1,block1_conv1 block2_conv1:0.5,chollet-book\n'
        'd.png,b.png,,no,,,\n'
    )
    listed = [
        {
            'content': 'a b.png',
            'style': ['b.png', 'c.png'],
            'name': 'first',
            'preserve-colors': True,
            'style-blend-weights': [3, 1],
            'style-layer': ['block1_conv1', 'block2_conv1:0.5'],
            'preset': 'chollet-book',
        },
        {'content': 'd.png', 'style': 'b.png', 'preserve-colors': False},
    ]
    from_csv = rows(written(table))
    from_json = rows(written(json.dumps(listed), 'jobs.json'))
    for one, other in zip(from_csv, from_json, strict=True):
        assert (one.content, one.styles, one.name, one.args) == (
            other.content,
            other.styles,
            other.name,
            other.args,
        )
    first, second = from_csv
    assert first.args.style_blend_weights == (3.0, 1.0) and first.args.preset == 'chollet-book'
    assert first.args.style_layers == [('block1_conv1', 1.0), ('block2_conv1', 0.5)]
    assert first.args.preserve_colors is True and second.args.preserve_colors is False


def test_what_was_typed_for_all_holds_where_a_row_says_nothing(written):
    first, second = rows(written('content,style,iter\na,b,7\na,b,\n'), iterations=3, seed=5)
    assert (first.args.iterations, first.args.seed) == (7, 5)
    assert (second.args.iterations, second.args.seed) == (3, 5)


@pytest.mark.parametrize(
    'column, cell, message',
    [
        ('iter', 'many', 'invalid int value'),
        ('pooling', 'median', 'invalid choice'),
        ('bounds', 'perhaps', 'Expected yes or no for --bounds'),
        ('style-layer', '"block1_conv1', 'No closing quotation'),
    ],
)
def test_a_setting_that_cannot_be_read_is_the_jobs_own_trouble(column, cell, message, written):
    pair = {'content': 'a', 'style': 'b'}
    bad, good = rows(written(json.dumps([pair | {column: cell}, pair]), 'j.json'))
    assert message in bad.problem and 'job 1' in bad.problem
    assert good.problem is None


@pytest.mark.parametrize(
    'text, name, message',
    [
        ('', 'j.csv', 'Expected jobs'),
        ('content,style\n', 'j.csv', 'Expected jobs'),
        ('content,style,size\na,b,3\n', 'j.csv', "options' names as columns. Received: 'size'"),
        ('content,style,out\na,b,3\n', 'j.csv', "'out'"),
        ('content,style\na,b,c\n', 'j.csv', 'as many cells as columns'),
        ('content,style,iter\na,b\n', 'j.csv', 'as many cells as columns'),
        ('content\na\n', 'j.csv', 'Expected content and style'),
        ('content,style\n,b\n', 'j.csv', 'Expected content and style'),
        ('{', 'j.json', 'Expected JSON'),
        ('{"content": "a"}', 'j.json', 'Expected a list of jobs'),
        ('[1]', 'j.json', 'Expected a list of jobs'),
        ('[{"content": 3, "style": "b"}]', 'j.json', 'Expected content and style'),
        ('content,style\n"a,b\n', 'j.csv', 'CSV'),
    ],
)
def test_what_is_no_table_of_jobs(text, name, message, written):
    with pytest.raises(ConfigError) as caught:
        rows(written(text, name))
    assert message in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match='Cannot read the jobs'):
        rows(tmp_path / 'none.csv')
