"""Plots that matplotlib draws: the look that they share, and the losses of runs."""
