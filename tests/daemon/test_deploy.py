"""What deploy/ hands out names commands, options, keys and files that exist, and promises that hold."""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from digest.cli import COMMANDS, group
from digest.config import json_schema
from digest.core.errors import ConfigError

REPOSITORY = Path(__file__).parents[2]
UNITS = REPOSITORY / "deploy/systemd"
DOCKERFILE = (REPOSITORY / "deploy/docker/Dockerfile").read_text()
COMPOSE = yaml.safe_load((REPOSITORY / "deploy/docker/compose.yaml").read_text())["services"]["digest"]
SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600}


def unit(name):
    """Section to key to values, in order; as systemd reads it, apart from continued lines, which there are none of."""
    sections = {}
    for line in (UNITS / name).read_text().splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            current = sections.setdefault(header[1], {})
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals, line
            assert re.fullmatch(r"[A-Z][A-Za-z]+", key), line
            assert not value.endswith("\\")
            current.setdefault(key, []).append(value)
    return sections


def seconds(text):
    return sum(int(number) * SECONDS[suffix] for number, suffix in re.findall(r"(\d+)([a-z]+)", text))


def runs(words):
    """Whether a command line is one that `digest` has, every option of it."""
    program, option, config, command, *options = words
    assert program.endswith("digest")
    assert option in group.params[0].opts
    assert config.startswith("/")
    assert config.endswith("/config.yaml")
    known = {name for parameter in group.get_command(None, command).params for name in parameter.opts}
    assert set(options) <= known


def instructions(name):
    joined = DOCKERFILE.replace("\\\n", " ")
    return re.findall(rf"^{name} +(.*)$", joined, re.MULTILINE)


@pytest.mark.parametrize("name", ["digest.service", "digest-due.service"])
def test_units_run_commands_that_exist(name):
    (command,) = unit(name)["Service"]["ExecStart"]
    if "serve" in command and "serve" not in COMMANDS:
        pytest.skip("there is no `digest serve` yet")
    runs(shlex.split(command))


def test_the_daemon_s_unit_fits_how_the_daemon_behaves():
    service = unit("digest.service")["Service"]
    assert service["Type"] == ["notify"]
    assert service["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert service["Restart"] == ["on-failure"]
    assert service["RestartPreventExitStatus"] == [str(ConfigError.exit_code)]
    daemon = json_schema()["$defs"]["DaemonShape"]["properties"]
    assert seconds(service["TimeoutStopSec"][0]) > seconds(daemon["grace"]["default"])
    assert seconds(service["WatchdogSec"][0]) > 2 * seconds(daemon["tick"]["default"])
    assert seconds(COMPOSE["stop_grace_period"]) > seconds(daemon["grace"]["default"])


def test_both_services_are_held_to_the_same():
    daemon, due = (unit(name)["Service"] for name in ("digest.service", "digest-due.service"))
    # What differs: how they are started, watched and started again; only the daemon tells of itself from /proc.
    own = re.compile("Type|Exec|Watchdog|TimeoutStart|Restart(?!rict)|ProcSubset")
    held = [{key: value for key, value in service.items() if not own.match(key)} for service in (daemon, due)]
    assert held[0] == held[1]
    assert {"NoNewPrivileges", "ProtectSystem", "SystemCallFilter", "User", "StateDirectory"} <= held[0].keys()


def test_the_timer_starts_its_service_each_minute():
    timer = unit("digest-due.timer")["Timer"]
    assert (timer["OnCalendar"], timer["Persistent"]) == (["minutely"], ["true"])
    assert (UNITS / "digest-due.service").exists()


def test_systemd_takes_the_units(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd-analyze here")
    paths = []
    for path in sorted(UNITS.iterdir()):
        # The program is not installed where the units look for it: any that is will do.
        (tmp_path / path.name).write_text(path.read_text().replace("/opt/digest/bin/digest", shutil.which("true")))
        paths.append(str(tmp_path / path.name))
    done = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False)
    # These two came with systemd 254; older ones say so and go on.
    known = [line for line in done.stderr.splitlines() if not re.search("RestartSteps|RestartMaxDelaySec", line)]
    assert (done.returncode, known) == (0, [])


def test_the_image_copies_what_there_is_and_the_context_holds():
    ignored = [line for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert ignored[0] == "*"
    allowed = [line[1:].rstrip("/") for line in ignored if line.startswith("!")]
    copied = [
        source.rstrip("/") for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]
    ]
    assert sorted(copied) == sorted(allowed)
    for source in copied:
        assert (REPOSITORY / source).exists(), source
    for private in ("config.yaml", "digest.db", ".git", "articles", ".venv", "out"):
        assert not any(fnmatch(private, pattern) for pattern in allowed)


def test_the_image_holds_what_building_the_package_needs():
    copied = " ".join(instructions("COPY"))
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = [project["project"]["readme"], *project["project"]["license-files"], *wheel["packages"]]
    for path in (*needed, *wheel["force-include"]):
        assert path in copied


def test_the_image_runs_the_daemon_as_nobody_in_particular():
    (user,) = instructions("USER")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)
    assert f"--uid {user.split(':')[0]} " in DOCKERFILE
    assert f"--gid {user.split(':')[1]} " in DOCKERFILE
    assert user in COMPOSE["user"]
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    ((entry,), (command,)) = instructions("ENTRYPOINT"), instructions("CMD")
    words = json.loads(entry) + json.loads(command)
    assert words == ["digest", "--config", "/newsroom/config.yaml", "serve"]
    if "serve" in COMMANDS:
        runs(words)
    assert "--require-hashes" in DOCKERFILE


def test_both_health_checks_are_the_same_program_and_ask_where_the_daemon_answers():
    (check,) = instructions("HEALTHCHECK")
    words = json.loads(check.partition("CMD ")[2])
    assert words[:2] == COMPOSE["healthcheck"]["test"][1:3]
    ours, theirs = ast.dump(ast.parse(words[2])), ast.dump(ast.parse(COMPOSE["healthcheck"]["test"][3]))
    assert ours == theirs
    listen = json_schema()["$defs"]["DaemonShape"]["properties"]["listen"]["default"]
    assert f"http://{listen}/healthz" in words[2]


def test_the_container_may_do_little():
    assert COMPOSE["read_only"] is True
    assert COMPOSE["cap_drop"] == ["ALL"]
    assert COMPOSE["security_opt"] == ["no-new-privileges:true"]
    assert COMPOSE["restart"] == "unless-stopped"
    (volume,) = COMPOSE["volumes"]
    assert volume.endswith(":" + instructions("VOLUME")[0])
    assert (REPOSITORY / "deploy/docker" / COMPOSE["build"]["context"]).resolve() == REPOSITORY
    assert (REPOSITORY / COMPOSE["build"]["dockerfile"]).is_file()
