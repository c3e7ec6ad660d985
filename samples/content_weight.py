"""Content weights 0.1, 1, 5 and 10: the enhanced Keras script, the four pictures under "content loss".

The higher it is, the closer the result stays to the content picture.
"""

from experiment import PAINTING, TOWN, sweep

sweep(
    __file__,
    TOWN,
    PAINTING,
    '--preset',
    'enhanced-lbfgs',
    '--vary',
    'content_weight=0.1,1,5,10',
    '--image-height',
    '160',
    '--image-width',
    '160',
    '--iter',
    '5',
)
