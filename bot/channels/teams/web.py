"""Requests of the channel over HTTP. Every answer makes two: aiohttp, which the Matrix channel uses too, makes one for
a sixth of what it costs with httpx."""

from __future__ import annotations

import json
import ssl
from functools import partial

import aiohttp

MOST_CONNECTIONS = 64
IDLE_SECONDS = 15.0

NOT_LEFT = (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.ConnectionTimeoutError)
"""Failures before anything of the request was sent: no address, no connection, no certificate, no room among the
connections."""

FAILED = (aiohttp.ClientError, TimeoutError, OSError)
"""Any failure."""


def session(proxy: bool) -> aiohttp.ClientSession:
    """The connections, to be closed in the end. `proxy` tells whether the proxy of the environment counts. To be called
    within a running event loop."""
    # Made here and not by aiohttp, which makes its own when it is imported: perhaps before the operator's certificates
    # are known.
    connector = aiohttp.TCPConnector(
        limit=MOST_CONNECTIONS, keepalive_timeout=IDLE_SECONDS, ssl=ssl.create_default_context()
    )
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=proxy, json_serialize=_AS_COUNTED
    )


_AS_COUNTED = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
"""As the limits on sizes count: a letter of Swedish two bytes, not six."""
