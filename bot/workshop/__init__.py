"""What runs in the worker process that makes a file from a phone fit for the venue: `python -m bot.workshop`.

One process works on one file and ends. It knows nothing of the desk but a few limits, has no secret in its
environment, may not write a file, and is stopped by the kernel when it takes too much memory or time. The other end is
`bot/clients/workshop.py`, the words between them are in `wire.py`.
"""
