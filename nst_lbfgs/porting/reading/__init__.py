"""Reads a style-transfer script's settings out of its text: what it computes is followed, not run."""
