"""A black picture as the style: Analytics Vidhya's article, experiment 3, after 30 iterations.

The article sees the background turn black, and not the face: style needs texture. The start is the
content picture, as for the blank style.
"""

from experiment import TOWN, sweep

sweep(
    __file__,
    TOWN,
    'black',
    '--preset',
    'medium-nst',
    '--init',
    'content',
    '--vary',
    'iterations=30',
    '--image-height',
    '128',
)
