"""A real PostgreSQL of one's own: made in a temporary folder, run as a user other than root, gone with the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from tests.needs import postgresql


class Postgres:
    """One server on a free port of 127.0.0.1, with user and superuser `postgres` and no password."""

    def __init__(self) -> None:
        initdb = postgresql()
        assert initdb is not None
        self._bin = Path(initdb).parent
        self._folder = Path(tempfile.mkdtemp(prefix="iopbot-pg-"))
        self._user: tuple[str, ...] = ()
        if os.geteuid() == 0:
            # The server refuses to run as root.
            user = next(u for u in map(_user, ("postgres", "nobody")) if u)
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._user = (_tool("setpriv"), f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
        self.port = _free_port()
        self._made = 0

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return self._folder / "data"

    def start(self) -> None:
        """Make the cluster if it is not there, and wait until it takes connections."""
        if not self.data.exists():
            self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self._folder}"
        settings += " -c fsync=off -c max_connections=60"
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self._folder / "log"), "-o", settings, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` is like a crash."""
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def close(self) -> None:
        """Stop it and remove everything."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def database(self) -> str:
        """The address of a new, empty database."""
        self._made += 1
        name = f"iopbot{self._made}"
        self.sql(f"CREATE DATABASE {name}")
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement and return what it printed."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database)
        return self._run("psql", *where, "-qAtc", statement)

    def _run(self, program: str, *arguments: str) -> str:
        command = [*self._user, str(self._bin / program), *arguments]
        # Output goes to a file: the server inherits it, and a pipe would never end.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, cwd="/", timeout=60, check=False)
            output.seek(0)
            text = output.read()
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{text}")
        return text.strip()


def _user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _tool(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is missing"
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
