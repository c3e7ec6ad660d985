"""Error texts that quote what others chose."""

from __future__ import annotations

import pytest

from nst_lbfgs.errors import one_line


@pytest.mark.parametrize(
    'text, shown',
    [
        ('Cannot read été 写真.png: it\'s a "folder"', 'Cannot read été 写真.png: it\'s a "folder"'),
        ('a\nb\r\x1b[31mc\x00\x9b', r'a\nb\r\x1b[31mc\x00\x9b'),
        ('gnp.\u202ejpg\u2028', r'gnp.\u202ejpg\u2028'),
        ('\udcff', r'\udcff'),
    ],
)
def test_what_a_terminal_would_obey_is_spelt_out(text, shown):
    assert one_line(text) == shown


def test_of_a_long_text_beginning_and_end_are_kept():
    line = one_line('Expected ' + 'x' * 10_000_000 + ' in a.json')
    assert len(line) < 5100
    assert line.startswith('Expected xxx') and line.endswith('xxx in a.json')
    assert '[9,995,019 characters are left out]' in line
