"""A blank picture as the style: Analytics Vidhya's article, experiment 2, after 1 iteration and after 10.

The article's text starts from noise, the notebook that it links to from the content picture. From
noise there is only noise to be seen even after 10 iterations; here it is the content picture.
"""

from experiment import TOWN, sweep

sweep(
    __file__,
    TOWN,
    'blank',
    '--preset',
    'medium-nst',
    '--init',
    'content',
    '--vary',
    'iterations=1,10',
    '--image-height',
    '128',
)
