"""How fast the desk is, beside its peers, measured in one run: `python -m tests.bench`."""
