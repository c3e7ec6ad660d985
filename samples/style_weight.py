"""Style weights 1 and 100: seed 003, the two pictures under "style loss".

The seed finds hardly any difference: from the content picture, style is what there is to gain.
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
