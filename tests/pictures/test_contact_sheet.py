"""Contact sheets: where pictures and labels go."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs.pictures.contact_sheet import Cell, contact_sheet, thumbnail

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def plain(colour, height=100, width=120):
    """A picture of one colour."""
    return np.full((height, width, 3), colour, np.uint8)


def box(sheet, colour):
    """The top, left, height and width of the pixels of a colour, which must fill their box."""
    rows, columns = np.nonzero((sheet == colour).all(axis=2))
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    assert len(rows) == height * width
    return rows.min(), columns.min(), height, width


def test_pictures_stand_in_rows_unchanged():
    sheet = contact_sheet(
        [[Cell('a', plain(RED)), Cell('b', plain(GREEN))], [Cell('c', plain(BLUE))]], 'Three'
    )
    red, green, blue = (box(sheet, colour) for colour in (RED, GREEN, BLUE))
    assert red[2:] == green[2:] == blue[2:] == (100, 120)
    assert red[0] == green[0] and red[1] == blue[1]
    assert green[1] >= red[1] + 120 and blue[0] >= red[0] + 100


def test_the_same_input_gives_the_same_pixels():
    rows = [[Cell('a', plain(RED)), Cell('missing', None)]]
    np.testing.assert_array_equal(contact_sheet(rows, 'x'), contact_sheet(rows, 'x'))


def test_a_picture_that_is_not_there_is_a_grey_cell_of_the_others_size():
    sheet = contact_sheet([[Cell('a', plain(RED)), Cell('b', None)]], 'x')
    assert box(sheet, (224, 224, 224))[2:] == (100, 120)


def test_a_sheet_without_any_picture_is_still_one():
    assert contact_sheet([[Cell('a', None)]], 'nothing yet').min() < 100


def test_labels_change_what_is_under_their_picture_alone():
    first, second = (
        contact_sheet([[Cell(label, plain(RED)), Cell('same', plain(GREEN))]], 'x')
        for label in ('one', 'two')
    )
    top, left, height, width = box(first, RED)
    rows, columns = np.nonzero((first != second).any(axis=2))
    assert len(rows) and rows.min() >= top + height
    assert left <= columns.min() and columns.max() < left + width


@pytest.mark.parametrize('label', ['word ' * 30, 'x' * 150])
def test_long_labels_are_wrapped_and_stay_under_their_picture(label):
    sheet = contact_sheet([[Cell(label, plain(RED)), Cell('', plain(GREEN))]], '')
    top, left, height, width = box(sheet, RED)
    rows, columns = np.nonzero(sheet[top + height :].max(axis=2) < 128)
    assert np.ptp(rows) > 40  # several lines
    assert left <= columns.min() and columns.max() < left + width
    assert rows.max() < sheet.shape[0] - top - height - 1  # the last line is whole


def test_large_pictures_are_made_smaller_and_small_ones_are_not_enlarged():
    assert thumbnail(plain(RED, 1000, 500)).shape == (400, 200, 3)
    assert thumbnail(plain(RED, 20, 30)).shape == (20, 30, 3)
    assert box(contact_sheet([[Cell('', plain(RED, 500, 800))]], ''), RED)[2:] == (250, 400)
    assert box(contact_sheet([[Cell('', plain(RED, 90, 96))]], '', largest_side=48), RED)[2:] == (45, 48)


def test_pictures_of_different_sizes_are_centred_in_equal_cells():
    sheet = contact_sheet([[Cell('', plain(RED, 200, 100)), Cell('', plain(GREEN, 100, 200))]], '')
    red, green = box(sheet, RED), box(sheet, GREEN)
    assert red[0] + 100 == green[0] + 50
