"""What operators do beside the running bot."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app.admin import backup, erase, export, report
from bot.app.doctor import doctor
from bot.app.parts import opened_store, secret_of
from bot.ports import BotError, Record
from bot.settings import Settings, load_settings
from tests.support.making import message, result


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path, {"IOPBOT_DATA_DIR": str(tmp_path / "data"), "IOPBOT_PORT": "0"})


async def answered(settings: Settings, *questions: str) -> None:
    """Turns that leave questions without an answer."""
    async with opened_store(settings) as stores:
        for question in questions:
            await stores.inbox.put([message(question, received=datetime.now(UTC))])
            async with stores.inbox.take(datetime.now(UTC)) as work:
                assert work is not None
                record = Record("unanswered", work.message.sender, question, None, "no_answer")
                await work.finish(result("Vet ej.", records=(record,)), datetime.now(UTC))


async def test_a_person_is_exported_and_erased_by_the_id_in_the_channel(settings: Settings) -> None:
    await answered(settings, "Vad kostar det?")

    found = await export(settings, "push:@anna:example.org")
    went = await erase(settings, "push:@anna:example.org")
    left = await export(settings, "push:@anna:example.org")

    assert [len(found[name]) for name in ("messages", "replies", "records")] == [1, 1, 1]  # type: ignore[arg-type]
    assert went == 4
    assert not any(left[name] for name in ("messages", "conversations", "replies", "records"))


async def test_a_command_that_looks_in_the_wrong_place_says_so_and_makes_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    for command in (erase(settings, "web:x"), export(settings, "web:x"), report(settings)):
        with pytest.raises(BotError, match=r"ingen databas i .*iopbot\.db.*IOPBOT_DATA_DIR"):
            await command
    assert not settings.data_dir.exists()

    elsewhere = {"IOPBOT_DATA_DIR": str(tmp_path / "empty"), "IOPBOT_DATABASE_URL": settings.database}
    await answered(settings, "Vad kostar det?")
    with pytest.raises(BotError, match=r"ingen nyckel i .*secret\.key"):
        await erase(load_settings(tmp_path, elsewhere), "push:@anna:example.org")
    assert not (tmp_path / "empty").exists()


@pytest.mark.parametrize("url", ["foo", "mysql://a@b/c", "postgresql://a@b:port/c"])
async def test_an_address_of_a_database_that_cannot_be_used_is_told(url: str, tmp_path: Path) -> None:
    strange = load_settings(tmp_path, {"IOPBOT_DATABASE_URL": url, "IOPBOT_PORT": "0"})

    (database,) = [part for part in await doctor(strange) if part.name == "databas"]
    with pytest.raises(BotError, match="IOPBOT_DATABASE_URL"):
        backup(strange, tmp_path / "copy.db")

    assert not database.ok
    assert "IOPBOT_DATABASE_URL" in database.detail


async def test_the_report_groups_what_had_no_answer(settings: Settings) -> None:
    await answered(settings, "Vad kostar badhuset?", "vad kostar badhuset", "Finns det möten i Luleå?")

    made = await report(settings)

    assert [(group.text, group.count) for group in made.unanswered] == [
        ("Vad kostar badhuset?", 2),
        ("Finns det möten i Luleå?", 1),
    ]


async def test_a_backup_is_whole_and_can_be_restored(settings: Settings, tmp_path: Path) -> None:
    await answered(settings, "Vad kostar det?")
    async with opened_store(settings) as stores:
        await stores.inbox.put([message("not yet answered")])
        backup(settings, tmp_path / "copy.db")

    restored = load_settings(
        tmp_path,
        {
            "IOPBOT_DATABASE_URL": f"sqlite:///{tmp_path}/copy.db",
            "IOPBOT_SECRET_KEY": secret_of(settings).decode(),
        },
    )
    async with opened_store(restored) as stores:
        assert (await stores.conversations.counts(datetime.now(UTC))).waiting == 1
    assert len((await export(restored, "push:@anna:example.org"))["records"]) == 1  # type: ignore[arg-type]
    assert oct((tmp_path / "copy.db").stat().st_mode & 0o777) == "0o600"


async def test_a_backup_overwrites_nothing_and_is_for_sqlite(settings: Settings, tmp_path: Path) -> None:
    await answered(settings, "x")
    (tmp_path / "there.db").write_text("precious")
    elsewhere = load_settings(tmp_path, {"IOPBOT_DATABASE_URL": "postgresql://a@127.0.0.1/b"})

    with pytest.raises(BotError, match="finns redan"):
        backup(settings, tmp_path / "there.db")
    with pytest.raises(BotError, match="pg_dump"):
        backup(elsewhere, tmp_path / "other.db")
    with pytest.raises(BotError, match="gick inte att skriva"):
        backup(settings, tmp_path / "no-folder" / "copy.db")

    assert (tmp_path / "there.db").read_text() == "precious"


async def test_the_doctor_finds_a_new_house_in_order_and_leaves_it_so(settings: Settings) -> None:
    found = await doctor(settings)

    assert [part for part in found if not part.ok] == []
    assert {part.name for part in found} == {"inställningar", "datamapp", "databas", "innehåll", "webb"}
    assert not settings.data_dir.exists()


async def test_the_doctor_tells_what_is_wrong_and_the_remedy(settings: Settings) -> None:
    await answered(settings, "x")
    path = settings.data_dir / "iopbot.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    (database,) = [part for part in await doctor(settings) if part.name == "databas"]

    assert not database.ok
    assert "nyare version av iopbot" in database.detail


async def test_the_doctor_tries_the_channels(settings: Settings, tmp_path: Path) -> None:
    strict = load_settings(
        tmp_path,
        {
            "IOPBOT_DATA_DIR": str(settings.data_dir),
            "IOPBOT_PORT": "0",
            "IOPBOT_MATRIX_HOMESERVER": "http://127.0.0.1:1",
            "IOPBOT_MATRIX_USER": "@iop:example.org",
            "IOPBOT_MATRIX_PASSWORD": "hemligt-hemligt",
        },
    )

    (matrix,) = [part for part in await doctor(strict) if part.name == "matrix"]

    assert not matrix.ok
    assert "hemligt" not in matrix.detail
