"""`python -m cli` in a checkout is the same as `nst-lbfgs`."""

from .start import start

raise SystemExit(start())
