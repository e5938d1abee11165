"""Microsoft's clouds: each has its own issuer, keys and hosts, and believes nothing of the others."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from microsoft_teams.api.auth.cloud_environment import with_overrides

from bot.app.teams import teams_settings
from bot.channels.teams.auth import Authenticator, Unauthorized
from bot.channels.teams.keys import Keys
from bot.channels.teams.settings import SERVICE_HOSTS, TeamsSettings
from bot.channels.teams.web import session
from bot.ports import BotError
from bot.settings import load_settings
from tests.teams.connector import Connector
from tests.teams.running import APP, TENANT

ISSUERS = {
    "public": "https://api.botframework.com",
    "usgov": "https://api.botframework.us",
    "usgovdod": "https://api.botframework.us",
    "china": "https://api.botframework.azure.cn",
}
SERVICES = {
    "public": "https://smba.trafficmanager.net/emea/",
    "usgov": "https://smba.infra.gov.teams.microsoft.us/gcch/",
    "usgovdod": "https://smba.infra.dod.teams.microsoft.us/dod/",
    "china": "https://frontend.botapi.msg.teams.microsoftonline.cn/",
}


def settings(cloud: str) -> TeamsSettings:
    """As the operator's setting gives them."""
    environment = {"IOPBOT_TEAMS_CLIENT_ID": APP, "IOPBOT_TEAMS_TENANT_ID": TENANT, "IOPBOT_TEAMS_CLOUD": cloud}
    return teams_settings(load_settings(None, environment))


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session(proxy=False) as made:
        yield made


@pytest.mark.parametrize("cloud", ISSUERS)
async def test_a_cloud_believes_its_own_issuer_only(
    cloud: str, connector: Connector, http: aiohttp.ClientSession
) -> None:
    environment = with_overrides(settings(cloud).endpoints, openid_metadata_url=connector.metadata_url)
    keys = Keys(environment.openid_metadata_url, http, time.monotonic)
    authenticator = Authenticator(keys, APP, environment.token_issuer)

    own = await authenticator.check(f"Bearer {connector.token(APP, iss=ISSUERS[cloud])}")

    assert own.vouches_for(connector.service_url, "msteams")
    for issuer in {*ISSUERS.values()} - {ISSUERS[cloud]}:
        with pytest.raises(Unauthorized):
            await authenticator.check(f"Bearer {connector.token(APP, iss=issuer)}")


@pytest.mark.parametrize("cloud", SERVICES)
def test_the_token_goes_to_the_own_clouds_hosts_only(cloud: str) -> None:
    chosen = settings(cloud)

    assert chosen.may_serve(SERVICES[cloud])
    assert not any(chosen.may_serve(url) for other, url in SERVICES.items() if other != cloud)


def test_every_cloud_fetches_its_own_keys() -> None:
    addresses = {cloud: settings(cloud).endpoints.openid_metadata_url for cloud in SERVICE_HOSTS}

    assert addresses["public"].startswith("https://login.botframework.com/")
    assert len(set(addresses.values())) >= 3


def test_an_unknown_cloud_is_told() -> None:
    with pytest.raises(BotError, match="CLOUD"):
        TeamsSettings(client_id=APP, tenant_id=TENANT, cloud="mars")
