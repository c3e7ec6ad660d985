"""A black picture as the style: seed 004, experiment 3, after 30 iterations.

The seed sees the background turn black, and not the face: style needs texture.
"""

from experiment import TOWN, sweep

sweep(__file__, TOWN, 'black', '--preset', 'medium-nst', '--vary', 'iterations=30',
      '--image-height', '160')
