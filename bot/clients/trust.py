"""Whom we believe to be who they say: the certificates that come with the client, and nothing from the environment."""

import functools
import ssl

import httpx


@functools.cache
def certificates() -> ssl.SSLContext:
    """Reading them takes tens of milliseconds: once for every connection of the process."""
    return httpx.create_ssl_context(trust_env=False)
