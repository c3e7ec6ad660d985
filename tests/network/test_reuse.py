"""What is kept of what was made: the values asked for last, within bounds."""

from __future__ import annotations

import pytest

from nst_lbfgs.network.reuse import Latest, Made


def never():
    raise AssertionError('made again')


def test_a_value_is_made_once_while_it_is_kept():
    latest = Latest(2)
    assert latest.get('a', lambda: 1) == latest.get('a', never) == latest.get('a', never) == 1
    assert (latest.made, latest.reused) == (1, 2)


def test_the_one_that_was_asked_for_longest_ago_goes_first():
    latest = Latest(2)
    for key in 'abac':
        latest.get(key, key.upper)
    assert latest.get('a', never) == 'A' and latest.get('c', never) == 'C'
    assert latest.get('b', lambda: 'new') == 'new'


def test_the_room_is_that_of_all_values_together():
    latest = Latest(10)
    for key, size in (('a', 4), ('b', 4), ('c', 6)):
        latest.get(key, key.upper, size=size)
    assert latest.get('b', never, size=4) == 'B' and latest.get('c', never, size=6) == 'C'
    assert latest.get('a', lambda: 'new', size=4) == 'new'


def test_what_is_dropped_is_gone_before_the_next_is_made():
    """The extractors of two settings are never in memory beside a third."""
    latest, seen = Latest(1), []
    latest.get('a', lambda: 1)
    latest.get('b', lambda: seen.append(list(latest._values)))
    assert seen == [[]]


def test_a_value_without_room_for_it_drops_no_other():
    latest = Latest(10)
    latest.get('a', lambda: 1, size=10)
    assert latest.get('b', lambda: 2, size=11) == 2
    assert latest.get('b', lambda: 3, size=11) == 3
    assert latest.get('a', never, size=10) == 1


def test_nothing_is_left_of_a_value_that_could_not_be_made():
    latest = Latest(1)
    with pytest.raises(MemoryError):
        latest.get('a', lambda: (_ for _ in ()).throw(MemoryError()))
    assert latest.get('a', lambda: 1) == 1 and latest.made == 1


def test_without_keep_everything_is_made_each_time():
    made, built = Made(), []
    for _ in range(2):
        _, reuse = made.extractor('key', lambda: built.append('extractor'))
        reuse.functions.get('key', lambda: built.append('function'))
        reuse.grams.get('key', lambda: built.append('grams'))
    assert built == ['extractor', 'function', 'grams'] * 2


def test_with_an_extractor_go_its_functions():
    made = Made(keep=True)
    for key in 'abc':  # one more than is kept
        _, reuse = made.extractor(key, object)
        reuse.functions.get('evaluation', lambda key=key: key)
    assert made.extractor('c', never)[1].functions.get('evaluation', never) == 'c'
    assert made.extractor('a', object)[1].functions.get('evaluation', lambda: 'new') == 'new'
