"""Access tokens that run out, on a homeserver that gives them a few seconds, and what happens to refresh tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import httpx
import pytest

from bot.channels.matrix.errors import TokenRefused, Unreachable
from bot.channels.matrix.token import Grant, Token
from tests.matrix.bot import Bot
from tests.matrix.people import V3, Person, until
from tests.matrix.test_login import signed_in
from tests.support.synapse import TOKEN_SECONDS, Synapse

Bots = Callable[..., Bot]


def asked(synapse: Synapse, token: str) -> httpx.Response:
    """Whose token it is."""
    return httpx.get(f"{synapse.url}{V3}/account/whoami", headers={"Authorization": f"Bearer {token}"})


def traded(synapse: Synapse, refresh: str) -> httpx.Response:
    """Trade a refresh token in."""
    return httpx.post(f"{synapse.url}{V3}/refresh", json={"refresh_token": refresh})


@pytest.mark.synapse
def test_a_token_is_renewed_before_it_runs_out_and_after_a_rest(synapse: Synapse, own_bot: Bots, anna: Person) -> None:
    bot = own_bot(IOPBOT_MATRIX_PASSWORD="")
    signed_in(synapse, bot.user, bot.folder, {"Lösenord": "password"})
    bot.start()
    room = anna.direct(bot.user)
    first = bot.session()
    until(lambda: bot.session()["token"] != first["token"])
    anna.ask(room, "Är IOP tillåtet?", bot.user)
    assert bot.session()["device"] == first["device"]

    # It dies after the server has renewed the tokens and before they are on disk, and then rests until they are old.
    bot.kill()
    assert traded(synapse, bot.session()["refresh"]).status_code == 200
    until(lambda: asked(synapse, bot.session()["token"]).status_code == 401, TOKEN_SECONDS + 10)
    bot.start()
    anna.ask(room, "Vad är ett IOP?", bot.user)
    assert bot.session()["device"] == first["device"]
    assert bot.log().count("matrix: ") == 0, bot.log()


@pytest.mark.synapse
def test_a_dead_refresh_token_is_told_without_spinning_and_signing_in_heals_it(
    synapse: Synapse, own_bot: Bots, anna: Person
) -> None:
    bot = own_bot(IOPBOT_MATRIX_PASSWORD="")
    signed_in(synapse, bot.user, bot.folder, {"Lösenord": "password"})
    bot.start()
    room = anna.direct(bot.user)
    thief = traded(synapse, bot.session()["refresh"]).json()["access_token"]
    assert asked(synapse, thief).status_code == 200  # from now on the bot's tokens are worth nothing
    until(lambda: asked(synapse, bot.session()["token"]).status_code == 401)
    meanwhile = anna.say(room, "Är IOP tillåtet?")
    told = bot.until(lambda health: not health["ready"])
    assert "går inte att förnya" in str(told)
    assert "iopbot matrix login" in str(told)
    assert thief not in bot.log()
    assert bot.log().count("matrix: ") < 5
    bot.kill()
    signed_in(synapse, bot.user, bot.folder, {"Lösenord": "password"})
    bot.start()
    anna.answer(room, meanwhile, bot.user)


class Server:
    """Renews tokens, as long as it is told to."""

    def __init__(self, answers: Sequence[Grant | Exception]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def renew(self) -> Grant:
        self.asked += 1
        await asyncio.sleep(0)  # others come meanwhile
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_many_who_are_refused_at_once_renew_once() -> None:
    server = Server([Grant("new", 300.0)])
    token = Token(Grant("old", 300.0), server.renew)
    assert await token.lasting() == "old"
    await asyncio.gather(*(token.after(TokenRefused(True), "old") for _ in range(5)))
    assert (token.value, server.asked) == ("new", 1)


async def test_tokens_that_last_no_time_are_not_renewed_all_the_time() -> None:
    server = Server([Grant("new", 0.0)])
    token = Token(Grant("old", 300.0), server.renew)
    await token.after(TokenRefused(True), "old")
    assert [await token.lasting() for _ in range(3)] == ["new"] * 3
    assert token.left() > 0


async def test_a_server_that_is_away_is_asked_again_when_the_token_is_refused() -> None:
    server = Server([Unreachable("away", None), Unreachable("away", None), Grant("new")])
    token = Token(Grant("old", 0.0), server.renew)
    assert [await token.lasting() for _ in range(3)] == ["old"] * 3
    assert server.asked == 1
    with pytest.raises(Unreachable):
        await token.after(TokenRefused(True), "old")
    await token.after(TokenRefused(True), "old")
    assert await token.lasting() == "new"


async def test_a_dead_refresh_token_is_tried_once_and_the_token_used_as_long_as_it_lasts() -> None:
    server = Server([TokenRefused(True, renewing=True)])
    token = Token(Grant("old", 0.0), server.renew)
    assert [await token.lasting() for _ in range(3)] == ["old"] * 3
    with pytest.raises(TokenRefused):
        await token.after(TokenRefused(False), "old")
    assert server.asked == 1
