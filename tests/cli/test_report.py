"""`iopbot report`, as an operator calls it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.app.parts import opened_store
from bot.cli import app
from bot.ports import Record
from bot.settings import load_settings


async def keep(folder: Path, text: str) -> None:
    async with opened_store(load_settings(folder, {"IOPBOT_DATA_DIR": str(folder)})) as stores:
        await stores.records.add(Record("unanswered", "p_1", text, None, "no_answer"), datetime.now(UTC))


def test_the_table_is_for_spreadsheets_that_take_formulas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(keep(tmp_path, "=1+1"))
    monkeypatch.chdir(tmp_path)

    made = CliRunner().invoke(app, ["report", "--csv"], env={"IOPBOT_DATA_DIR": str(tmp_path)})

    header, row = made.stdout.splitlines()
    assert header.startswith("kind,text,")
    assert row.startswith("unanswered,'=1+1,")
