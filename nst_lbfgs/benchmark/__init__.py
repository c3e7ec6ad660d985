"""How fast, in how much memory, how soon: our way against the old way, on the user's machine.

Both ways minimise the objective of the preset 'enhanced-lbfgs'. Each measurement is a process of its own
(`measure.py`), so that its peak memory is its own.
"""
