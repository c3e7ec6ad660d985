"""Pages about runs, in HTML: made of a run record and of what lies beside it, for a browser without a server.

Style sheet and script stand in the page, and its policy names them by their digests: a page is one file
that moves with the pictures beside it, and where pages come from files there is no origin that a policy
could trust.
"""
