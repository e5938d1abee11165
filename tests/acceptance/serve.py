"""`iopbot run` as a process of its own, with Teams' key server and connector on loopback.

Everything else of it is what an operator runs: settings from the environment, web, Matrix and Teams in one process.
"""

from __future__ import annotations

import asyncio
import sys

from microsoft_teams.api.auth.cloud_environment import PUBLIC, with_overrides

from bot.app.run import run
from bot.channels.teams.settings import TeamsSettings
from bot.settings import load_settings
from tests.teams.running import APP, TENANT, bot_token


def main(metadata_url: str, connector: str) -> None:
    """Run until told to stop; `connector` is the host and port to which answers may go."""
    settings = load_settings()
    teams = TeamsSettings(
        client_id=APP,
        tenant_id=TENANT,
        public_url=settings.public_url,
        environment=with_overrides(PUBLIC, openid_metadata_url=metadata_url),
        hosts=(connector,),
        token=bot_token,
    )
    asyncio.run(run(settings, lambda line: print(line, flush=True), teams))


if __name__ == "__main__":
    main(*sys.argv[1:])
