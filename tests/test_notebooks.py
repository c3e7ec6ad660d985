"""The notebooks among the samples: as they are kept, and executed by a kernel at a small size."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image

from nst_lbfgs.flat_settings import run_settings
from nst_lbfgs.presets import PRESETS

SAMPLES = Path(__file__).parent.parent / 'samples'
NOTEBOOKS = {
    'deep_learning_with_python.ipynb': ('chollet-book', {'HEIGHT': 'image_height'}),
    'tensorflow_tutorial.ipynb': ('tf-tutorial', {'LONGEST_SIDE': 'longest_side'}),
    'dive_into_deep_learning.ipynb': ('d2l', {'HEIGHT': 'image_height', 'WIDTH': 'image_width'}),
}
SAME_IN_ALL = {'ITERATIONS': 'iterations', 'EVALUATIONS': 'evaluations_per_iteration', 'WEIGHTS': 'weights'}
SMALL = {
    'HEIGHT': 48,
    'WIDTH': 64,
    'LONGEST_SIDE': 48,
    'ITERATIONS': 2,
    'EVALUATIONS': 2,
    'WEIGHTS': 'random',
}
# Warnings from our code, and from the notebook's own, are errors.
STRICT = """
import warnings
warnings.filterwarnings('error', module='nst_lbfgs')
warnings.filterwarnings('error', module='__main__')
"""

each_notebook = pytest.mark.parametrize('name', NOTEBOOKS)


def read(name: str) -> NotebookNode:
    return nbformat.read(SAMPLES / name, as_version=nbformat.NO_CONVERT)


def test_every_notebook_is_tested():
    assert {path.name for path in SAMPLES.rglob('*.ipynb')} == set(NOTEBOOKS)


@each_notebook
def test_a_notebook_is_valid_short_and_stripped(name):
    book = read(name)
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) == (4, 5)
    assert book.metadata.kernelspec.name == 'python3'
    assert 10 <= len(book.cells) <= 15
    assert book.cells[0].cell_type == 'markdown' and '| here |' in '\n'.join(
        cell.source for cell in book.cells
    )
    for cell in book.cells:
        if cell.cell_type == 'code':
            assert cell.outputs == [] and cell.execution_count is None


@each_notebook
def test_its_first_cell_has_the_numbers_of_the_publication(name):
    preset, sizes = NOTEBOOKS[name]
    given: dict[str, object] = {}
    exec(parameters(read(name)).source, given)
    published = run_settings(PRESETS[preset])
    for parameter, setting in (sizes | SAME_IN_ALL).items():
        assert given[parameter] == published[setting]


@pytest.mark.slow
@each_notebook
def test_a_kernel_executes_it_and_its_last_output_is_the_pictures(name, kernel):
    book = kernel(name)
    assert not [output.text for output in outputs(book) if output.get('name') == 'stderr']
    assert any(is_full_bar(output) for output in outputs(book))
    shown = Image.open(io.BytesIO(base64.b64decode(book.cells[-1].outputs[-1].data['image/png'])))
    # Content, style and result beside each other, none of them blank.
    thirds = [
        shown.crop((part * shown.width // 3, 0, (part + 1) * shown.width // 3, shown.height))
        for part in range(3)
    ]
    assert all(len(third.getcolors(1 << 20)) > 500 for third in thirds)


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """Return a function that executes a notebook with settings for a small, quick run.

    The kernel is this Python's, and leaves its files in the test's folder.
    """
    for variable in ('IPYTHONDIR', 'JUPYTER_CONFIG_DIR', 'JUPYTER_DATA_DIR', 'JUPYTER_RUNTIME_DIR'):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    monkeypatch.setenv('JUPYTER_NO_CONFIG', '1')
    monkeypatch.delenv('TF_CPP_MIN_LOG_LEVEL')  # the notebook itself keeps TensorFlow quiet

    def execute(name: str) -> NotebookNode:
        book = read(name)
        preset, sizes = NOTEBOOKS[name]
        small = [f'{parameter} = {SMALL[parameter]!r}' for parameter in sizes | SAME_IN_ALL]
        place = book.cells.index(parameters(book)) + 1
        book.cells.insert(place, nbformat.v4.new_code_cell('\n'.join([*small, STRICT])))
        NotebookClient(book, coalesce_streams=True, resources={'metadata': {'path': SAMPLES}}).execute()
        return book

    return execute


def parameters(book: NotebookNode) -> NotebookNode:
    (cell,) = (cell for cell in book.cells if 'parameters' in cell.metadata.get('tags', ()))
    return cell


def outputs(book: NotebookNode) -> list[NotebookNode]:
    return [output for cell in book.cells for output in cell.get('outputs', ())]


def is_full_bar(output: NotebookNode) -> bool:
    """Return whether an output is a transfer's bar, in characters or, where ipywidgets is, as a widget."""
    widget = 'application/vnd.jupyter.widget-view+json' in output.get('data', ())
    return widget or 'Iteration 2 of 2: 100%|' in output.get('text', '')
