"""Total variation weights 1, 5 and 10: the enhanced Keras script, the three pictures under "variation loss".

The higher it is, the smoother neighbouring pixels pass into each other.
"""

from experiment import PAINTING, TOWN, sweep

sweep(
    __file__,
    TOWN,
    PAINTING,
    '--preset',
    'enhanced-lbfgs',
    '--vary',
    'tv_weight=1,5,10',
    '--image-height',
    '160',
    '--image-width',
    '160',
    '--iter',
    '5',
)
