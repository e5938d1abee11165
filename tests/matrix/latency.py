"""Send to answer through the homeserver: the bot against a bare matrix-nio echo on the same server, in turn.

python -m tests.matrix.latency [QUESTIONS] [--encrypted]
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import nio

from tests.matrix.bot import Bot
from tests.support.synapse import Synapse

QUESTION = "Är IOP tillåtet?"


class Client:
    """A nio client that counts what others say in each room; an echo if told so."""

    def __init__(self, url: str, user: str, folder: str, encrypted: bool, echo: bool = False) -> None:
        config = nio.AsyncClientConfig(encryption_enabled=encrypted, pickle_key="x", store_sync_tokens=False)
        self.nio = nio.AsyncClient(url, user, store_path=folder if encrypted else "", config=config)
        self._echo = echo
        self.heard: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
        self.nio.add_event_callback(self._message, (nio.RoomMessageText, nio.RoomMessageNotice))
        self.nio.add_event_callback(self._invited, nio.InviteMemberEvent)

    async def start(self) -> None:
        """Log in, and sync for ever."""
        await self.nio.login("password")
        await self.nio.sync(timeout=0)
        self._task = asyncio.create_task(self.nio.sync_forever(timeout=30000))

    async def close(self) -> None:
        self._task.cancel()
        await self.nio.close()

    async def say(self, room: str, text: str) -> None:
        content = {"msgtype": "m.text", "body": text}
        await self.nio.room_send(room, "m.room.message", content, ignore_unverified_devices=True)

    async def _message(self, room: nio.MatrixRoom, event: nio.RoomMessage) -> None:
        if event.sender == self.nio.user_id:
            return
        self.heard.put_nowait((room.room_id, time.perf_counter()))
        if self._echo:
            await self.say(room.room_id, event.body)

    async def _invited(self, room: nio.MatrixInvitedRoom, event: nio.InviteMemberEvent) -> None:
        if self._echo and event.state_key == self.nio.user_id:
            await self.nio.join(room.room_id)


async def measure(synapse: Synapse, bot: Bot, questions: int, encrypted: bool) -> dict[str, list[float]]:
    """Milliseconds from sending to the answer's arrival, per bot."""
    kind = "encrypted" if encrypted else "plain"
    with tempfile.TemporaryDirectory() as folder:
        echo = Client(synapse.url, synapse.register(f"echo-{kind}"), folder, encrypted, echo=True)
        anna = Client(synapse.url, synapse.register(f"anna-{kind}"), folder, encrypted)
        await echo.start()
        await anna.start()
        algorithm = {"algorithm": "m.megolm.v1.aes-sha2"}
        state = [{"type": "m.room.encryption", "state_key": "", "content": algorithm}] if encrypted else []
        rooms = {}
        for name, user in (("echo", echo.nio.user_id), ("bot", bot.user)):
            made = await anna.nio.room_create(is_direct=True, invite=[user], initial_state=state)
            rooms[name] = made.room_id
            while len(anna.nio.rooms.get(made.room_id, nio.MatrixRoom("", "")).users) < 2 or any(
                user.invited for user in anna.nio.rooms[made.room_id].users.values()
            ):
                await anna.nio.synced.wait()
        await anna.heard.get()  # the bot says hello
        times: dict[str, list[float]] = {"echo": [], "bot": []}
        for number in range(questions + 5):
            for name, found in times.items():
                sent = time.perf_counter()
                await anna.say(rooms[name], QUESTION)
                room, arrived = await asyncio.wait_for(anna.heard.get(), 30)
                assert room == rooms[name]
                if number >= 5:
                    found.append((arrived - sent) * 1000)
                await asyncio.sleep(0.05)
        await anna.close()
        await echo.close()
        return times


def main() -> None:
    """Measure, and print."""
    questions = next((int(a) for a in sys.argv[1:] if a.isdigit()), 200)
    encrypted = "--encrypted" in sys.argv
    synapse = Synapse(extra={"refreshable_access_token_lifetime": "5m"})  # as it is unless configured
    synapse.start()
    bot = Bot(synapse, synapse.register("iop"))
    try:
        bot.start()
        times = asyncio.run(measure(synapse, bot, questions, encrypted))
        for name, found in times.items():
            high = statistics.quantiles(found, n=20)[-1]
            print(f"{name:5} median {statistics.median(found):6.1f} ms  95th percentile {high:6.1f} ms  n={len(found)}")
        print(f"bot / echo: {statistics.median(times['bot']) / statistics.median(times['echo']):.2f}")
        assert bot.process is not None
        status = Path(f"/proc/{bot.process.pid}/status").read_text()
        print(next(line for line in status.splitlines() if line.startswith("VmRSS")))
    finally:
        bot.kill()
        synapse.close()


if __name__ == "__main__":
    main()
