"""The names of what can be done with colours, without NumPy: for settings and options."""

from __future__ import annotations

COLOUR_SPACE_NAMES = ('lab', 'yiq')
DEFAULT_COLOUR_SPACE = 'yiq'
COLOUR_MATCHING_NAMES = ('histogram', 'pca', 'cholesky')
