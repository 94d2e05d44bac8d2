"""The wheel holds what a `digest` without the repository needs, and runs from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    (wheel,) = out.glob("*.whl")
    site = out / "site"
    zipfile.ZipFile(wheel).extractall(site)
    return site


def test_the_wheel_has_templates_starter_and_migrations(installed):
    shipped = {path.name for path in (installed / "digest/templates").iterdir()}
    assert shipped == {path.name for path in (REPOSITORY / "templates").iterdir()}
    assert (installed / "digest/starter/config.yaml").is_file()
    assert list((installed / "digest/store/migrations/versions").glob("*.py"))
    assert (installed / "digest/py.typed").is_file()
    assert {"page.html", "preview.css", "preview.js"} <= {
        path.name for path in (installed / "digest/preview").iterdir()
    }


def test_a_newsroom_runs_from_the_wheel(installed, tmp_path):
    def digest(*args, cwd):
        # The wheel's folder comes before the repository on the path.
        done = subprocess.run(
            [sys.executable, "-m", "digest", *args],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(installed)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = [sys.executable, "-c", "import digest; print(digest.__file__)"]
    env = {**os.environ, "PYTHONPATH": str(installed)}
    assert subprocess.run(where, cwd=tmp_path, env=env, capture_output=True, text=True, check=True).stdout.startswith(
        str(installed)
    )
    digest("init", "room", cwd=tmp_path)
    run = json.loads(digest("run", "weekly", "--at", "2026-03-02T12:00:00Z", "--json", cwd=tmp_path / "room"))
    assert run["status"] == "composed"
    assert "<style" in (tmp_path / "room/out/weekly/2026-03-02T0800Z/index.html").read_text()


def test_the_lock_has_hashes_and_names_no_index():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (REPOSITORY / name).read_text()
        assert "://" not in text
        blocks = text.replace("\\\n", " ").splitlines()
        assert all("--hash=sha256:" in line for line in blocks if "==" in line)
        assert all("==" in line for line in blocks if line.strip())
