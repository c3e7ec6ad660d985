"""A blank picture as the content: Analytics Vidhya's article, experiment 1, beside the self-portrait.

Without anything to hold on to, the style's strokes and colours go anywhere. The article does not say
how long it ran; here it is 10 iterations.
"""

from experiment import PAINTING, sweep

sweep(
    __file__, 'blank', PAINTING, '--preset', 'medium-nst', '--vary', 'iterations=10', '--image-height', '128'
)
