"""The text of a script on `transfer_style`."""

from __future__ import annotations

import ast

from .reading.arguments import Parser
from .reading.recognition import Recognised
from .reading.settings import Setting
from .reading.values import Text

_TYPES = ('int', 'float', 'str', 'bool')
_SCRIPT = '''"""Style transfer with the settings of {name}."""

{imports}from pathlib import Path

from nst_lbfgs import (
    ComputationConfig,
    LbfgsConfig,
    ObjectiveConfig,
    Progress,
    StartConfig,
    TransferConfig,
    transfer_style,
)
from nst_lbfgs.pictures.reading import read_picture
from nst_lbfgs.pictures.size import fitted_size, resize
from nst_lbfgs.pictures.writing import write_picture

{arguments}content, style = (read_picture(Path(path)).pixels for path in ({content}, {style}))
height, width = fitted_size(*content.shape[:2], {size})
content, style = (resize(picture, height, width, {resampling}) for picture in (content, style))

config = TransferConfig(
    objective=ObjectiveConfig(
{objective}
    ),
    start=StartConfig(init={start}, init_colors='own'),
    # As the old script searched: pixels, and nothing remembered from one call of L-BFGS to the next.
    optimizer=LbfgsConfig(restart={restart}, history={history}, coordinates='pixels'),
    iterations={iterations},
    evaluations_per_iteration={evaluations_per_iteration},
    pyramid=1,
    computation=ComputationConfig(weights={weights}, precision='float32'),
)


def save(progress: Progress) -> None:
    """Print the loss and write the picture of an iteration."""
    print(f'Iteration {{progress.losses.iteration}}: loss {{progress.losses.loss:.9e}}')
    path = Path({prefix} + f'_at_iteration_{{progress.losses.iteration}}.png')
    write_picture(path, progress.picture(), overwrite=True)


transfer_style(content, style, config, {first_picture}on_iteration=save)
'''
_OBJECTIVE = (
    'content_layers',
    'content_weight',
    'content_reduction',
    'content_distance',
    'style_layers',
    'style_weight',
    'style_reduction',
    'style_distance',
    'style_normalisation',
    'gram',
    'tv_weight',
    'total_variation',
    'preprocessing',
)


def script_text(name: str, text: str, found: Recognised, settings: list[Setting]) -> str:
    """Return a script with settings that were found in `text`, the old one called `name`."""
    code = {setting.name: setting.code for setting in settings}
    parser = found.script.parser
    return _SCRIPT.format(
        **{key: value for key, value in code.items() if key.isidentifier()},
        name=name,
        imports='import argparse\n' if parser else '',
        arguments=_arguments(text, parser) if parser else '',
        objective='\n'.join(f'        {key}={code[key]},' for key in _OBJECTIVE if key in code),
        start=code['init'],
        first_picture='init=style, ' if code['init'] == "'picture'" else '',
        prefix=_prefix(found),
    )


def _arguments(text: str, parser: Parser) -> str:
    """Return the old script's own command line."""
    calls = [f'parser = argparse.ArgumentParser({_literals(text, parser.made)})']
    calls += [f'parser.add_argument({_literals(text, call)})' for call in parser.added]
    return '\n'.join([*calls, 'args = parser.parse_args()']) + '\n\n'


def _literals(text: str, call: ast.Call) -> str:
    """Return a call's arguments as they were written, without those that need other names."""
    parts = [ast.get_source_segment(text, argument) for argument in call.args if _is_literal(argument)]
    parts += [
        f'{keyword.arg}={ast.get_source_segment(text, keyword.value)}'
        for keyword in call.keywords
        if _is_literal(keyword.value)
    ]
    return ', '.join(part for part in parts if part)


def _is_literal(node: ast.expr) -> bool:
    return not any(isinstance(part, ast.Name) and part.id not in _TYPES for part in ast.walk(node))


def _prefix(found: Recognised) -> str:
    """Return the code of what the names of results begin with."""
    named = [
        value.code
        for name, value in found.script.scope.items()
        if 'prefix' in name and isinstance(value, Text)
    ]
    arguments = found.script.parser.arguments.lines if found.script.parser else {}
    named += [f'args.{name}' for name in arguments if 'prefix' in name]
    return named[0] if named else "'result'"
