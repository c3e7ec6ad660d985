"""A blank picture as the content: seed 004, experiment 1, the picture beside the self-portrait.

Without anything to hold on to, the style's strokes and colours go anywhere. The seed does not say
how long it ran; here it is 10 iterations.
"""

from experiment import PAINTING, sweep

sweep(
    __file__, 'blank', PAINTING, '--preset', 'medium-nst', '--vary', 'iterations=10', '--image-height', '128'
)
