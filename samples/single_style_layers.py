"""Each style layer alone: the enhanced Keras script, the five pictures for convolutions 1 to 5.

Its author finds that the third and the fourth matter most. As in its code, the layer's weight is 1.
"""

from experiment import PAINTING, TOWN, sweep

sweep(
    __file__,
    TOWN,
    PAINTING,
    '--preset',
    'enhanced-lbfgs',
    '--vary',
    'style_layers=block1_conv1,block2_conv1,block3_conv1,block4_conv1,block5_conv1',
    '--image-height',
    '160',
    '--image-width',
    '160',
    '--iter',
    '5',
)
