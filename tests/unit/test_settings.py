"""What operators decide: where it is read from, and how faults are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load_settings, unknown_names


def load(folder: Path, **environment: str) -> Settings:
    return load_settings(folder, {f"IOPBOT_{name}": value for name, value in environment.items()} | {"OTHER": "x"})


def faults(folder: Path, **environment: str) -> str:
    with pytest.raises(SettingsError) as raised:
        load(folder, **environment)
    return "\n".join(raised.value.faults)


def test_everything_has_a_default(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert (settings.host, settings.port, settings.retention_days) == ("127.0.0.1", 8080, 21)
    assert settings.database == f"sqlite:///{settings.data_dir}/iopbot.db"
    assert not settings.wants_matrix
    assert not settings.wants_teams


def test_the_environment_goes_before_dotenv_and_dotenv_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "iopbot.toml").write_text('port = 1\nhost = "::1"\ncontact = "toml"\n')
    (tmp_path / ".env").write_text("IOPBOT_PORT=2\nIOPBOT_HOST=0.0.0.0\nOTHER_THING=1\n")

    settings = load(tmp_path, PORT="3")

    assert (settings.port, settings.host, settings.contact) == (3, "0.0.0.0", "toml")


def test_an_empty_value_is_none(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("IOPBOT_CONTACT=\nIOPBOT_PORT=\n")

    settings = load(tmp_path, MUNICIPALITY="")

    assert (settings.contact, settings.port, settings.municipality) == (None, 8080, None)


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("en nyckel med minst 16 tecken\n")

    settings = load(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key"))

    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == "en nyckel med minst 16 tecken"


def test_a_secret_given_twice_or_in_no_file_is_a_fault(tmp_path: Path) -> None:
    told = faults(tmp_path, METRICS_TOKEN="x" * 12, METRICS_TOKEN_FILE="y", REPORT_TOKEN_FILE="/nowhere")

    assert "IOPBOT_METRICS_TOKEN och IOPBOT_METRICS_TOKEN_FILE" in told
    assert "IOPBOT_REPORT_TOKEN_FILE: filen /nowhere" in told


def test_secrets_are_shown_nowhere(tmp_path: Path) -> None:
    settings = load(tmp_path, DATABASE_URL="postgresql://a:hemligt@b/c", METRICS_TOKEN="hemligt-hemligt")

    assert "hemligt" not in f"{settings} {settings!r} {settings.model_dump()}"


def test_lists_are_separated_by_commas_or_spaces_and_folders_by_colons(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()

    settings = load(tmp_path, TRUSTED_PROXIES="10.0.0.0/8, ::1", KNOWLEDGE=f"{tmp_path}/a:{tmp_path}/b")

    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")
    assert settings.knowledge_dirs == (tmp_path / "a", tmp_path / "b")


def test_wrong_values_and_what_does_not_fit_together_are_told_at_once(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        PORT="abc",
        KNOWLEDGE="/nowhere",
        PUBLIC_URL="iop.kommunen.se",
        MATRIX_USER="iop",
        MATRIX_PASSWORD="hemligt",
        TEAMS_CLIENT_ID="x",
    )

    assert told.splitlines() == [
        "IOPBOT_KNOWLEDGE mappen /nowhere finns inte.",
        "IOPBOT_PORT ska vara ett heltal.",
        "IOPBOT_PUBLIC_URL ska vara en adress som https://iop.kommunen.se.",
        "IOPBOT_MATRIX_USER ska vara ett fullt Matrix-id som @iop:kommunen.se.",
        "IOPBOT_MATRIX_HOMESERVER saknas, men andra inställningar för Matrix finns.",
        "IOPBOT_TEAMS_TENANT_ID saknas: organisationens id i Microsoft Entra.",
    ]


def test_braces_in_a_value_are_no_template(tmp_path: Path) -> None:
    assert faults(tmp_path, KNOWLEDGE="/nowhere/{x}") == "IOPBOT_KNOWLEDGE mappen /nowhere/{x} finns inte."


def test_insecure_local_teams_is_refused_where_others_could_reach_it(tmp_path: Path) -> None:
    told = faults(tmp_path, TEAMS_INSECURE_LOCAL="true", HOST="0.0.0.0", PUBLIC_URL="https://iop.kommunen.se")

    assert "IOPBOT_HOST" in told
    assert "IOPBOT_PUBLIC_URL" in told
    assert load(tmp_path, TEAMS_INSECURE_LOCAL="true").wants_teams


def test_a_strange_name_in_a_file_is_a_fault_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "iopbot.toml").write_text("prot = 1\n")
    (tmp_path / ".env").write_text("IOPBOT_CONTCT=x\n")

    told = faults(tmp_path)

    assert "iopbot.toml: prot är ingen inställning. Menade du port?" in told
    assert ".env: IOPBOT_CONTCT är ingen inställning. Menade du IOPBOT_CONTACT?" in told


def test_a_strange_name_in_the_environment_is_a_hint_only(tmp_path: Path) -> None:
    environment = {"IOPBOT_PROT": "1", "IOPBOT_PORT": "1", "IOPBOT_SECRET_KEY_FILE": "x"}

    assert unknown_names(environment) == ["IOPBOT_PROT är ingen inställning. Menade du IOPBOT_PORT?"]


def test_an_empty_environment_is_not_that_of_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOPBOT_PORT", "1")
    monkeypatch.setenv("IOPBOT_PROT", "1")

    assert (load_settings(tmp_path, {}).port, load_settings(tmp_path).port) == (8080, 1)
    assert (unknown_names({}), len(unknown_names())) == ([], 1)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "iopbot.toml").write_text("port = = 1")

    assert "iopbot.toml går inte att läsa" in faults(tmp_path)


def test_settings_do_not_change(tmp_path: Path) -> None:
    settings = load(tmp_path)

    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1
