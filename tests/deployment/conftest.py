"""One portal from `manage.py serve` for all tests here, and the shipped proxies in front of it."""

import getpass
import os
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import processes
from tests.deployment.https import HOST, Proxy
from tools.run_tests import find_nginx

DEPLOY = processes.ROOT / "deploy"
# What Debian's own nginx.conf has, in folders of the test.
NGINX = """
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 768; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    gzip on;
    include {folder}/learning-cities.conf;
}}
"""
SESSION = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from portal.accounts.models import User
user = User.objects.get()
session = SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "portal.roles.Backend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(session.session_key)
"""


class Portal(NamedTuple):
    """A portal that listens on this machine alone, and the session of its administrator."""

    port: int
    folder: Path
    session: str

    def rows(self, question, *values):
        """Return the first column of a question to the database."""
        database = sqlite3.connect(self.folder / "portal.sqlite3")
        try:
            return [row[0] for row in database.execute(question, values)]
        finally:
            database.close()


@pytest.fixture(scope="session")
def portal(tmp_path_factory):
    """Serve a portal as docs/operations.md says, from an empty folder on."""
    folder, port = tmp_path_factory.mktemp("portal"), processes.free_port()
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.server_settings",
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
        "SECRET_KEY": "of the portal behind a proxy, which nobody else knows",
        "ALLOWED_HOSTS": HOST,
        "HTTPS": "on",
        "BEHIND_PROXY": "on",
    }
    manage = [sys.executable, "manage.py"]
    with processes.process([*manage, "serve", "--port", str(port)], **settings) as server:
        processes.wait_for(port, server)
        account = {
            "DJANGO_SUPERUSER_EMAIL": "anna@example.org",
            "DJANGO_SUPERUSER_NAME": "Anna",
            "DJANGO_SUPERUSER_PASSWORD": "correct horse battery staple",
        }
        run([*manage, "createsuperuser", "--noinput"], **settings, **account)
        session = run([*manage, "shell", "-v", "0", "-c", SESSION], **settings)
        yield Portal(port, folder, session)


def run(command, **environment):
    """Run a command of the portal and return what it printed."""
    return subprocess.run(
        command,
        cwd=processes.ROOT,
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Make a certificate and its key in a folder, for an hour's use and nobody's trust."""
    folder = tmp_path_factory.mktemp("certificate")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "1", "-subj", f"/CN={HOST}"]
    command += ["-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    subprocess.run([*command, *files], check=True, capture_output=True)
    return folder


def replace_all(text, changes):
    """Return a shipped file with its ports and paths replaced; each has to be there."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextmanager
def nginx(portal_port, certificate, folder):
    """Start nginx with the shipped file."""
    http, https = processes.free_port(), processes.free_port()
    shipped = (DEPLOY / "nginx" / "learning-cities.conf").read_text()
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{portal_port}",
        "listen 80": f"listen 127.0.0.1:{http}",
        "listen [::]:80": f"listen [::1]:{http}",
        "listen 443": f"listen 127.0.0.1:{https}",
        "listen [::]:443": f"listen [::1]:{https}",
        f"/etc/letsencrypt/live/{HOST}": str(certificate),
    }
    (folder / "learning-cities.conf").write_text(replace_all(shipped, changes))
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(user=getpass.getuser(), folder=folder))
    with processes.process([find_nginx(), "-c", str(config), "-g", "daemon off;"]):
        processes.wait_for_port(https)
        yield Proxy(http, https, certificate / "fullchain.pem")


@contextmanager
def caddy(portal_port, certificate, folder):
    """Start Caddy with the shipped file; the certificate is ours, because it gets none here."""
    http, https = processes.free_port(), processes.free_port()
    shipped = (DEPLOY / "caddy" / "Caddyfile").read_text()
    keys = f"{certificate}/fullchain.pem {certificate}/privkey.pem"
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{portal_port}",
        "\tservers {": f"\tadmin off\n\thttp_port {http}\n\thttps_port {https}\n\tservers {{",
        f"\n{HOST} {{": f"\n{HOST} {{\n\tbind 127.0.0.1\n\ttls {keys}\n",
    }
    config = folder / "Caddyfile"
    config.write_text(replace_all(shipped, changes))
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(config)]
    with processes.process(command, HOME=str(folder)):
        processes.wait_for_port(https)
        yield Proxy(http, https, certificate / "fullchain.pem")


PROXIES = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(scope="session", params=PROXIES)
def proxy(request, portal, certificate, tmp_path_factory):
    """Start each of the proxies in front of the portal."""
    folder = tmp_path_factory.mktemp(request.param)
    with PROXIES[request.param](portal.port, certificate, folder) as running:
        yield running


@pytest.fixture(params=PROXIES)
def proxy_alone(request, certificate, tmp_path):
    """Start each of the proxies in front of nothing."""
    with PROXIES[request.param](processes.free_port(), certificate, tmp_path) as running:
        yield running
