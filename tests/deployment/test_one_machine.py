"""The commands of “One machine” in docs/operations.md, run as they stand there.

What belongs to the whole machine is done by stand-ins: packages, users, certificates, and systemd,
whose stand-in starts the program that a unit names. Paths lead to a folder of the test.
"""

import re
import shutil
import site
import sys

import pytest

from tests import processes
from tests.deployment.conftest import replace_all

PAGE = processes.ROOT / "docs" / "operations.md"
INSTALL = (
    ".venv/bin/pip install --require-hashes --only-binary=:all: --requirement requirements.txt"
)
STAND_INS = {
    # git clone REPOSITORY FOLDER
    "git": 'cp -a "$CODE" "$3"',
    # runuser -u learning-cities -- COMMAND
    "runuser": 'shift 3; exec "$@" --noinput',
    "install": 'for folder in "$@"; do :; done; mkdir -p "$folder"',
    # What systemd does with the unit of a service, as far as it is not protection.
    "systemctl": """
case "$*" in *--now\\ learning-cities)
    unit=$(dirname "$0")/../systemd/learning-cities.service
    cd "$(sed -n 's/^WorkingDirectory=//p' "$unit")"
    export $(sed -n 's/^Environment=//p' "$unit")
    eval "exec $(sed -n 's/^ExecStart=//p' "$unit")" &
esac""",
    "apt-get": "",
    "adduser": "",
    "chown": "",
    "certbot": "",
    "nginx": "",
}


@pytest.fixture
def machine(tmp_path):
    """Lay out a machine with the folders that Debian's packages make."""
    for folder in ("bin", "opt", "lib", "systemd", "nginx/conf.d", "nginx/sites-enabled", "caddy"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "nginx" / "sites-enabled" / "default").touch()
    for name, body in STAND_INS.items():
        script = tmp_path / "bin" / name
        script.write_text(f'#!/bin/sh\necho "{name} $*" >>"$CALLS"\n{body}\n')
        script.chmod(0o755)
    of_this_machine = shutil.ignore_patterns(".*", "var", "node_modules", "tests")
    shutil.copytree(processes.ROOT, tmp_path / "code", ignore=of_this_machine)
    # Compressing the static files takes longer than all the rest.
    (tmp_path / "code" / "tests").mkdir()
    shutil.copy(processes.ROOT / "tests" / "server_settings.py", tmp_path / "code" / "tests")
    return tmp_path


def commands(machine, port):
    """Return the commands of the section, with the paths of the test."""
    section = PAGE.read_text().partition("## One machine\n")[2].partition("\n### ")[0]
    blocks = re.findall(r"^( *)```\n(.*?)^ *```$", section, re.MULTILINE | re.DOTALL)
    lines = [line.removeprefix(indent) for indent, block in blocks for line in block.split("\n")]
    changes = {
        # The packages are here already.
        INSTALL: f"echo {site.getsitepackages()[0]} >$(echo .venv/lib/*/site-packages)/here.pth",
        "python3 -m venv .venv": f"{sys.executable} -m venv --without-pip .venv",
        "cp deploy/systemd/*": (
            f"sed -i 's|/opt/|{machine}/opt/|; s|8000|{port}|' deploy/systemd/*\n"
            "cp deploy/systemd/*"
        ),
        "/opt/learning-cities": f"{machine}/opt/learning-cities",
        "=/var/lib/learning-cities": f"={machine}/lib",
        "/var/backups": f"{machine}/backups",
        "/etc/systemd/system/": f"{machine}/systemd/",
        "/etc/nginx/": f"{machine}/nginx/",
        "/etc/caddy/": f"{machine}/caddy/",
        "127.0.0.1:8000": f"127.0.0.1:{port}",
    }
    return replace_all("\n".join(lines), changes)


def test_the_page_leads_from_an_empty_machine_to_a_portal(machine):
    port = processes.free_port()
    script = f"exec >{machine}/log 2>&1\n{commands(machine, port)}"
    # Nothing of the tests' environment, so that the settings are those of the page.
    environment = {
        "PATH": f"{machine}/bin:/usr/sbin:/usr/bin:/bin",
        "CALLS": f"{machine}/calls",
        "CODE": f"{machine}/code",
        "DJANGO_SETTINGS_MODULE": "tests.server_settings",
        "DJANGO_SUPERUSER_EMAIL": "anna@example.org",
        "DJANGO_SUPERUSER_NAME": "Anna",
        "DJANGO_SUPERUSER_PASSWORD": "correct horse battery staple",
    }
    clean = ["env", "-i", *(f"{name}={value}" for name, value in environment.items())]
    with processes.process([*clean, "sh", "-eu", "-c", script]) as shell:
        log = machine / "log"
        assert shell.wait(300) == 0, log.read_text()
        said = log.read_text()
        assert "There is no staff account yet." in said
        assert "\nok\n" in said
        assert "Superuser created successfully." in said
        # As the proxy asks, with a style sheet that was collected.
        proxied = {"Host": "learning.example.org", "X-Forwarded-Proto": "https"}
        proxied["X-Forwarded-For"] = "192.0.2.1"
        status, _, page = processes.get(port, "/cities/wakefield/", **proxied)
        assert (status, "Wakefield" in page) == (200, True)
        sheet = re.search(r'href="(/static/[^"]+\.css)"', page)[1]
        assert processes.get(port, sheet, **proxied)[0] == 200
    settings = machine / "opt" / "learning-cities" / ".env"
    assert settings.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in (machine / "lib").iterdir() if path.is_dir()) == ["static"]
    # No account for a trial, and both proxies have the host name wherever they need it.
    assert not (machine / "lib" / "staff-account.txt").exists()
    for proxy in ("nginx/conf.d/learning-cities.conf", "caddy/Caddyfile"):
        text = (machine / proxy).read_text()
        assert "YOUR.HOST.NAME" in text
        assert "learning.example.org" not in text
    assert not list((machine / "nginx" / "sites-enabled").iterdir())
    assert "systemctl enable --now learning-cities-backup.timer" in (machine / "calls").read_text()
