"""What the desk knows without asking anybody: pure types and decisions, no I/O, no clock, no randomness."""
