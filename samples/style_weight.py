"""Style weights 1 and 100: the enhanced Keras script, the two pictures under "style loss".

Its author finds hardly any difference: from the content picture, style is what there is to gain.
"""

from experiment import PAINTING, TOWN, sweep

sweep(
    __file__,
    TOWN,
    PAINTING,
    '--preset',
    'enhanced-lbfgs',
    '--vary',
    'style_weight=1,100',
    '--image-height',
    '160',
    '--image-width',
    '160',
    '--iter',
    '5',
)
