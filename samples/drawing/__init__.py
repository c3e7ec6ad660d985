"""The code that draws the two sample pictures, with NumPy and Pillow alone."""
