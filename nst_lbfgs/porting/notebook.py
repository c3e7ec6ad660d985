"""A notebook's cells as one script, and a script's parts as the cells of a notebook."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ..legacy.source import without_magics

_MARK = '# %% '
_KERNEL = {'display_name': 'Python 3', 'language': 'python', 'name': 'python3'}


def is_notebook(path: Path) -> bool:
    """Return whether a file's name is a notebook's."""
    return path.suffix == '.ipynb'


def mark(number: int) -> str:
    """Return the line that begins a code cell, counted from 1, in a script."""
    return f'{_MARK}{number}'


def read_cells(path: Path) -> list[tuple[bool, str]]:
    """Return a notebook's cells of code (True) and of text, in order."""
    found = []
    for cell in _cells(json.loads(path.read_text(encoding='utf-8'))):
        source = cell.get('source', cell.get('input', ''))
        text = source if isinstance(source, str) else ''.join(source)
        if cell['cell_type'] in ('code', 'markdown'):
            found.append((cell['cell_type'] == 'code', text))
    return found


def commented(text: str) -> str:
    """Return a cell of text as comments."""
    lines = [f'# {line}'.rstrip() for line in text.splitlines()]
    return '\n'.join([f'{_MARK}[markdown]', *lines]) + '\n'


def code_without_magics(text: str) -> str:
    """Return a cell's code, IPython's own commands as comments."""
    blank = without_magics(text).splitlines()
    lines = text.splitlines()
    blank += [''] * (len(lines) - len(blank))
    return ''.join(_line(old, new) + '\n' for old, new in zip(lines, blank))


def _line(old: str, new: str) -> str:
    if old == new:
        return old
    comment = f'# {old.strip()}'.rstrip()
    return comment if new in ('', 'pass') else f'{new}  {comment}'


def with_code(path: Path, text: str) -> str:
    """Return a notebook as JSON with the code of a script that `mark` divides; old results are left out."""
    book = json.loads(path.read_text(encoding='utf-8'))
    first, *codes = re.split(rf'^{re.escape(_MARK)}\d+\n', text, flags=re.MULTILINE)
    codes[0] = first + codes[0]
    code_cells = [cell for cell in _cells(book) if cell['cell_type'] == 'code']
    for cell, code in zip(code_cells, codes, strict=True):
        cell['input' if 'input' in cell else 'source'] = code.rstrip('\n').splitlines(keepends=True)
        cell['outputs'] = []
        cell['prompt_number' if 'input' in cell else 'execution_count'] = None
    book.setdefault('metadata', {})['kernelspec'] = _KERNEL
    return json.dumps(book, indent=1, ensure_ascii=False) + '\n'


def _cells(book: Any) -> Any:
    return book['cells'] if 'cells' in book else book['worksheets'][0]['cells']
