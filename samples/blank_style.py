"""A blank picture as the style: seed 004, experiment 2, after 1 iteration and after 10."""

from experiment import TOWN, sweep

sweep(__file__, TOWN, 'blank', '--preset', 'medium-nst', '--vary', 'iterations=1,10',
      '--image-height', '160')
