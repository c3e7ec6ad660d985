"""`python -m cli` in a checkout is the same as `nst-lbfgs`."""

from .main import main

raise SystemExit(main())
