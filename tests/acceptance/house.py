"""One bot process with the web, Matrix and Teams together, to be spoken to in each, killed and started again."""

from __future__ import annotations

import time

import httpx

from tests.matrix.bot import METRICS, Bot
from tests.support.synapse import Synapse
from tests.teams.connector import Connector
from tests.teams.running import PUBLIC_URL

SPOKEN = {"IOPBOT_PUBLIC_URL": PUBLIC_URL, "IOPBOT_CONTACT": "iop@example.org"}
"""Settings that show in what it says."""


class House(Bot):
    """`iopbot run` with every channel."""

    def __init__(self, synapse: Synapse, connector: Connector) -> None:
        super().__init__(
            synapse,
            synapse.register("iop-everywhere"),
            IOPBOT_MATRIX_ENCRYPTION="false",
            IOPBOT_ADDRESS_BURST="1000",
            IOPBOT_LOG_LEVEL="warning",
            **SPOKEN,
        )
        self.connector = connector
        where = (connector.metadata_url, f"127.0.0.1:{connector.port}")
        self.program = ("-m", "tests.acceptance.serve", *where)

    def settled(self, seconds: float = 15) -> None:
        """Wait until every message has had its turn, and every reply is known to be delivered."""
        end = time.monotonic() + seconds
        while any(self.gauge(name) for name in ("inbox_waiting", "outbox_waiting")):
            assert time.monotonic() < end, self.log()[-2000:]
            time.sleep(0.02)

    def gauge(self, name: str) -> float:
        """A figure of /metrics."""
        headers = {"Authorization": f"Bearer {METRICS}"}
        answer = httpx.get(f"{self.url}/metrics", headers=headers, timeout=10, trust_env=False)
        line = next(line for line in answer.text.splitlines() if line.startswith(f"iopbot_{name} "))
        return float(line.split()[1])
