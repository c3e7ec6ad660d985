"""The names of a batch's results."""

from __future__ import annotations

import pytest

from cli.batches.names import LONGEST_STEM, check_no_clashes, check_template, filled
from nst_lbfgs.errors import ConfigError

VALUES = {'content': 'town', 'style': 'scream', 'settings': 'seed_1', 'folder': 'a/b', 'number': 7}


@pytest.mark.parametrize(
    'template, name',
    [
        ('{content}_{style}', 'town_scream'),
        ('{number:04}', '0007'),
        ('{folder}-{content}.jpg', 'a_b-town.jpg'),
        ('{style}{{{settings}}}', 'scream{seed_1}'),
    ],
)
def test_a_template_is_filled(template, name):
    check_template(template)
    assert filled(template, VALUES) == name


@pytest.mark.parametrize(
    'template', ['{content', '{0}', '{}', '{size}', '{content.__class__}', 'a/{content}', '..\\{content}']
)
def test_what_is_no_template(template):
    with pytest.raises(ConfigError, match='Expected --name'):
        check_template(template)


@pytest.mark.parametrize(
    'template',
    [
        '',
        '...',
        '{content:d}',
        '{number:{foo}}',
        '{number:{0}}',
        '{number:{content.x}}',
        'x' * (LONGEST_STEM + 1),
        '{number:>999999999}',
    ],
)
def test_what_gives_no_name(template):
    with pytest.raises(ConfigError, match='Expected'):
        filled(template, VALUES)


@pytest.mark.parametrize(
    'names, message',
    [
        (['a', 'b', 'a'], 'a for job 0 and for job 2'),
        (['a', 'A'], 'for job 0 and for job 1'),
        (['batch', 'a'], 'Received: batch'),
        (['a', 'a_at_iteration_3'], 'a_at_iteration_3'),
        (['a', 'a_self_contained'], 'a_self_contained'),
    ],
)
def test_names_that_clash(names, message):
    with pytest.raises(ConfigError, match=message):
        check_no_clashes(names, [f'job {number}' for number in range(len(names))])


def test_names_that_do_not():
    check_no_clashes(['a', 'b', 'c_at_iteration_3', 'batch_1'], list('wxyz'))
