"""A bare echo bot on the SDK that the Teams channel builds on: the baseline of the part `teams`. Not durable: what it
has not answered when it dies is lost."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from fastapi import FastAPI
from microsoft_teams.api import MessageActivity
from microsoft_teams.apps import ActivityContext, App, FastAPIAdapter


async def main() -> None:
    """Serve on a free port of loopback, and print it."""
    web = FastAPI()
    app = App(
        http_server_adapter=FastAPIAdapter(app=web),
        dangerously_allow_unauthenticated_requests=True,
    )

    @app.on_message
    async def echo(context: ActivityContext[MessageActivity]) -> None:
        await context.send(context.activity.text or "")

    await app.initialize()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"port {listener.getsockname()[1]}", flush=True)
        await uvicorn.Server(uvicorn.Config(web, log_level="warning")).serve([listener])


if __name__ == "__main__":
    asyncio.run(main())
