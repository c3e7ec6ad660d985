"""Scripts of the Keras example's family, written on `transfer_style`."""

from __future__ import annotations

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nst_lbfgs
from cli.main import main
from nst_lbfgs.config import TransferConfig
from nst_lbfgs.network.layers import FILTERS
from nst_lbfgs.porting.library import to_library
from nst_lbfgs.transfer import transfer_style
from nst_lbfgs.weights.sources import Weights
from nst_lbfgs.weights.vgg19 import Network

from .scripts import STYLE_SCRIPT
from .test_script import losses

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def written(text: str, folder: Path) -> str:
    """Return the library script of a text."""
    (folder / 'script.py').write_text(text, encoding='utf-8')
    return to_library(folder / 'script.py').text


def called(text: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    """Run a library script up to its transfer; return content, style, configuration, start."""
    calls: list[tuple[Any, ...]] = []

    def note(content: Any, style: Any, config: Any, *, init: Any = None, on_iteration: Any) -> None:
        calls.append((content, style, config, init))

    monkeypatch.setattr(nst_lbfgs, 'transfer_style', note, raising=False)
    monkeypatch.setattr(sys, 'argv', ['new.py', *arguments])
    Path('new.py').write_text(text, encoding='utf-8')
    runpy.run_path('new.py')
    return calls[0]


def config_of(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> TransferConfig:
    """Return the configuration of the library script that a text becomes."""
    paths = ['content.png', 'style.png', 'out', *arguments]
    config: TransferConfig = called(written(text, folder), paths, monkeypatch)[2]
    return config


def random_network() -> Network:
    """Return the network that `run --weights random` gives an old script."""
    from nst_lbfgs.legacy import vgg19

    model = vgg19.VGG19(weights='imagenet', include_top=False)
    kernels = {name: tuple(model.get_layer(name).get_weights()) for name in FILTERS}
    return Network(Weights(None, 'random', '', ''), lambda: kernels)


LINES = {
    'inline': (
        'content_weight * content_loss(features[0, :, :, :], features[2, :, :, :])',
        'content_weight * K.sum(K.square(features[2] - features[0]))',
    ),
    'gatys': ('/ (4. * (channels ** 2) * (size ** 2))', '/ 1e9'),
    'mean': ('return K.sum(K.square(difference)) / (4.', 'return K.mean(K.square(difference)) / (4.'),
    'per location': (
        'return K.dot(features, K.transpose(features))',
        'return K.dot(features, K.transpose(features)) / (K.int_shape(x)[0] * K.int_shape(x)[1])',
    ),
    'weights of layers': (
        '(style_weight / len(layers)) * style_loss',
        '(style_weight * dict(zip(layers, [0.5, 0.2, 0.3]))[name]) * style_loss',
    ),
    'absolute variation': (
        '    return K.sum(K.pow(a + b, 1.25))',
        '    return K.sum(K.abs(x[:, 1:] - x[:, :-1])) + K.sum(K.abs(x[:, :, 1:] - x[:, :, :-1]))',
    ),
    'both sides': ('cols = int(width * rows / height)', 'cols = 40'),
}


@pytest.mark.parametrize('name', [None, 'gatys', 'per location', 'weights of layers'])
def test_the_first_loss_is_that_of_the_old_script(
    name: str | None, run_old: Run, folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same network."""
    text = STYLE_SCRIPT
    if name is not None:
        assert LINES[name][0] in text
        text = text.replace(*LINES[name])
    arguments = ['content.png', 'style.png', 'out', '--style_weight', '3', '--iter', '1']
    assert run_old(text, *arguments) == 0
    first = losses(capsys.readouterr().out)[0]
    content, style, config, _ = called(written(text, folder), arguments, monkeypatch)
    found: list[float] = []
    transfer_style(
        content, style, config, network=random_network(), on_evaluation=lambda _, loss: found.append(loss)
    )
    assert found[0] == pytest.approx(first, rel=1e-5)


def test_settings_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the search too; arguments stay arguments."""
    config = config_of(STYLE_SCRIPT, folder, monkeypatch, '--iter', '7', '--style_weight', '5')
    objective = config.objective
    assert objective.content_layers == (('block4_conv2', 1.0),)
    assert objective.style_layers == (('block1_conv1', 1.0), ('block2_conv1', 1.0), ('block3_conv1', 1.0))
    assert (objective.content_weight, objective.style_weight, objective.tv_weight) == (0.25, 5.0, 0.001)
    assert (objective.style_reduction, objective.style_normalisation) == ('mean', 'picture-size')
    assert (objective.gram, objective.total_variation) == ('sum', 'smooth')
    assert (config.iterations, config.evaluations_per_iteration) == (7, 3)
    assert (config.optimizer.restart, config.optimizer.history) == (True, 10)  # type: ignore[union-attr]
    assert config.start.init == 'content'


@pytest.mark.parametrize(
    ('old', 'new', 'name', 'value'),
    [
        (*LINES['per location'], 'gram', 'per-location'),
        (*LINES['mean'], 'style_distance', 'mean-squared-error'),
        (*LINES['inline'], 'content_weight', 0.25),
        (*LINES['weights of layers'], 'style_reduction', 'sum'),
        (*LINES['absolute variation'], 'total_variation', 'absolute-sum'),
        ('loss += tv_weight * total_variation_loss(combination)', '', 'tv_weight', 0.0),
        ("layers = ['block1_conv1', ", "layers = ['block5_conv4', ", 'style_layers', (
            ('block5_conv4', 1.0), ('block2_conv1', 1.0), ('block3_conv1', 1.0)
        )),
        ("features = outputs['block4_conv2']", "features = model.get_layer('block5_conv2').output",
         'content_layers', (('block5_conv2', 1.0),)),
    ],
)  # fmt: skip
def test_forms_are_told_apart(
    old: str, new: str, name: str, value: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what they compute, however it is written."""
    assert old in STYLE_SCRIPT
    config = config_of(STYLE_SCRIPT.replace(old, new), folder, monkeypatch)
    assert getattr(config.objective, name) == value


@pytest.mark.parametrize(
    ('old', 'new', 'group', 'name', 'value'),
    [
        ('maxfun=3', 'maxfun=3, m=4', 'optimizer', 'history', 4),
        ('range(args.iter)', 'range(6)', None, 'iterations', 6),
        ('range(args.iter)', 'range(1, 7)', None, 'iterations', 6),
        ('range(args.iter)', 'list(range(6))', None, 'iterations', 6),
        ('range(args.iter)', 'range(1, args.iter + 1)', None, 'iterations', 10),
        ('range(args.iter)', 'tqdm(range(args.iter))', None, 'iterations', 2),
        ('maxfun=3', 'maxiter=50', None, 'evaluations_per_iteration', 50),
        ('x = preprocess(args.base)', 'x = np.random.uniform(0, 255, 3468) - 128.', 'start', 'init', 'noise'),
        ('x = preprocess(args.base)', 'x = preprocess(args.style)', 'start', 'init', 'picture'),
        ("weights='imagenet'", "weights='own.h5'", 'computation', 'weights', 'own.h5'),
    ],
)  # fmt: skip
def test_start_and_search_are_read(
    old: str,
    new: str,
    group: str | None,
    name: str,
    value: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where they are not the usual ones."""
    assert old in STYLE_SCRIPT
    text = STYLE_SCRIPT.replace(old, new).replace('import argparse', 'import argparse\nfrom tqdm import tqdm')
    config = config_of(text, folder, monkeypatch)
    assert getattr(getattr(config, group) if group else config, name) == value


def test_the_picture_is_prepared_as_the_old_script_did(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Size and filter."""
    from keras.utils import load_img

    paths = ['content.png', 'style.png', 'out']
    content = called(written(STYLE_SCRIPT, folder), paths, monkeypatch)[0]
    np.testing.assert_array_equal(content, np.asarray(load_img('content.png', target_size=(34, 34))))
    text = STYLE_SCRIPT.replace(*LINES['both sides'])
    assert called(written(text, folder), paths, monkeypatch)[1].shape == (34, 40, 3)


def test_a_script_within_a_function_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many have it: main(), called at the end."""
    start = STYLE_SCRIPT.index('parser = ')
    body = STYLE_SCRIPT[start:].replace('\n', '\n    ')
    text = STYLE_SCRIPT[:start] + f"def main():\n    {body}\n\nif __name__ == '__main__':\n    main()\n"
    assert config_of(text, folder, monkeypatch) == config_of(STYLE_SCRIPT, folder, monkeypatch)


def test_channels_first_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The objective is the same."""
    text = STYLE_SCRIPT.replace('K.permute_dimensions(x, (2, 0, 1))', 'x')
    text = text.replace('(1, rows, cols, 3))\ntensor', '(1, 3, rows, cols))\ntensor')
    text = text.replace('rows - 1, :cols - 1, :]', 'rows - 1, :cols - 1]').replace(
        '1:, :cols - 1, :]', '1:, :cols - 1]'
    )
    text = text.replace('rows - 1, 1:, :]', 'rows - 1, 1:]').replace('x[:, ', 'x[:, :, ')
    text = text.replace('# the size', "K.set_image_dim_ordering('th')\n# the size")
    expected = config_of(STYLE_SCRIPT, folder, monkeypatch)
    assert config_of(text, folder, monkeypatch).objective == expected.objective


def test_python_2_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its division too."""
    pytest.importorskip('fissix', reason="fissix, which translates Python 2, is in the extra 'python2'")
    text = STYLE_SCRIPT.replace('from __future__ import print_function\n', '')
    text = text.replace("print('loss %.9e' % value)", "print 'loss %.9e' % value")
    assert config_of(text, folder, monkeypatch) == config_of(STYLE_SCRIPT, folder, monkeypatch)


def test_the_table_says_where(folder: Path, capsys: Capture) -> None:
    """Line by line; what was not followed too."""
    text = STYLE_SCRIPT.replace('grads = K', 'if some_file():\n    tv_weight = 5\ngrads = K')
    (folder / 'script.py').write_text(text)
    assert main(['port', '--to-library', 'script.py', '-o', 'new.py']) == 0
    rows = {line.split('  ')[0]: line for line in capsys.readouterr().out.splitlines()[2:]}
    lines = text.splitlines()
    weight = 1 + next(number for number, line in enumerate(lines) if line.startswith('content_weight ='))
    assert f'line {weight}' in rows['content_weight'] and ' 0.25 ' in rows['content_weight']
    branch = 1 + lines.index('if some_file():')
    assert 'not followed' in rows['if some_file()'] and f'line {branch}' in rows['if some_file()']
    assert 'not taken over' in rows['all else']


@pytest.mark.parametrize(
    ('old', 'new', 'reason'),
    [
        ('vgg19', 'vgg16', 'VGG16 (line'),
        ('fmin_l_bfgs_b(', 'minimise(', 'no call of fmin_l_bfgs_b'),
        ('K.gradients(loss', 'K.gradients(other', 'no loss of content, style and total variation'),
        ('K.square(combination - base)', 'K.abs(combination - base)', 'neither squared differences'),
        ('K.pow(a + b, 1.25)', 'K.pow(a + b, 2)', 'a total variation of another form'),
        ('rows = 34', 'rows = size_of(3)', 'no size'),
    ],
)  # fmt: skip
def test_what_is_not_of_the_family_is_refused_in_one_line(
    old: str, new: str, reason: str, folder: Path, capsys: Capture
) -> None:
    """With the reason."""
    assert old in STYLE_SCRIPT
    text = STYLE_SCRIPT.replace(old, new).replace('VGG19', 'VGG16' if new == 'vgg16' else 'VGG19')
    (folder / 'script.py').write_text(text)
    assert main(['port', '--to-library', 'script.py']) == 1
    out, err = capsys.readouterr()
    assert out == '' and err.count('\n') == 1 and reason in err, err


def test_reading_loads_no_tensorflow_and_runs_nothing(folder: Path) -> None:
    """The script is followed, not run."""
    pytest.importorskip('libcst', reason="libcst, which port needs, is in the extra 'port'")
    (folder / 'script.py').write_text(STYLE_SCRIPT + "\nopen('made.txt', 'w').write('x')\n")
    program = (
        'import sys; from cli.main import main; '
        "assert main(['port', '--to-library', sys.argv[1]]) == 0; "
        "assert main(['port', sys.argv[1]]) == 0; "
        "assert not {'tensorflow', 'keras', 'scipy'} & set(sys.modules)"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, '-c', program, str(folder / 'script.py')]
    subprocess.run(command, check=True, cwd=root, capture_output=True)
    assert not (folder / 'made.txt').exists() and not (root / 'made.txt').exists()
