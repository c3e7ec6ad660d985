"""The command line: argparse in, the library's calls, files out."""
