"""Programs from npm that tests use: exact versions with hashes, installed once, outside of what git sees."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from tests.needs import ROOT


def installed(project: Path) -> Path:
    """The folder `node_modules` with what the `package-lock.json` in a folder names. It is made when the lock has
    changed. Mark tests that call this with `node`."""
    lock = (project / "package-lock.json").read_bytes()
    stamp = hashlib.sha256(lock).hexdigest()
    folder = ROOT / "node_modules" / f"iopbot-{'-'.join(project.relative_to(ROOT / 'tests').parts[:-1])}"
    done = folder / ".done"
    if not done.exists() or done.read_text() != stamp:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(project / name, folder)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"], cwd=folder, check=True)
        done.write_text(stamp)
    return folder / "node_modules"
