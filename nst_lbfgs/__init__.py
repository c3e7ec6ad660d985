"""Neural style transfer with Keras's VGG19 and scipy's L-BFGS."""

__version__ = '0.1.0'
