"""Servers in processes of their own, with the portal as it is deployed."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import boto3

ROOT = Path(__file__).resolve().parent.parent


def free_port():
    """Return a port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def process(command, pass_fds=(), **environment):
    """Run a command in its own process group, which is ended as a whole."""
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=pass_fds,
        start_new_session=True,
    )
    try:
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


@contextmanager
def portal(folder, database_url, inside=(), **environment):
    """Start the portal on a free port, as `manage.py serve` does, with a migrated database.

    `inside` is a command that runs another one. Yield the port and the process.
    """
    # Importable only after Django is set up.
    from portal.management.commands.serve import server_command

    port = free_port()
    # WhiteNoise warns about a missing folder.
    (folder / "static").mkdir(parents=True, exist_ok=True)
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.server_settings",
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "shared by all servers of a test",
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    command = server_command("127.0.0.1", str(port), workers=2, threads=4)
    with process([*inside, *command], **settings | environment) as server:
        wait_for(port, server)
        yield port, server


@contextmanager
def bucket():
    """Start an S3-compatible server with an empty bucket; yield settings and a client."""
    port = free_port()
    settings = {
        "S3_BUCKET": "pictures",
        "S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "S3_REGION": "eu-west-2",
        "S3_ACCESS_KEY_ID": "testing",
        "S3_SECRET_ACCESS_KEY": "testing",
    }
    with process([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]):
        wait_for_port(port)
        client = boto3.client(
            "s3",
            endpoint_url=settings["S3_ENDPOINT_URL"],
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            region_name="eu-west-2",
        )
        place = {"LocationConstraint": "eu-west-2"}
        client.create_bucket(Bucket="pictures", CreateBucketConfiguration=place)
        yield settings, client
        client.close()


def wait_for(port, server):
    """Wait until the server answers; a busy machine may be slow."""
    patience = time.monotonic() + 120
    while time.monotonic() < patience and server.poll() is None:
        try:
            if get(port, "/health/")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server did not answer")


def wait_for_port(port):
    """Wait until something listens on the port."""
    patience = time.monotonic() + 120
    while time.monotonic() < patience:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing listens on {port}")


@contextmanager
def small_disk(folder, size):
    """Mount a disk at an empty folder, in a namespace, which needs no rights of root.

    Yield the folder as this process sees it, and the command that runs another one inside.
    """
    mount = f"mount -t tmpfs -o size={size} tmpfs {folder} && echo mounted && exec sleep 600"
    namespaces = ["--user", "--mount"]
    command = ["unshare", *namespaces, "--map-root-user", "sh", "-c", mount]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout.readline() == "mounted\n"
            enter = ["nsenter", f"--target={holder.pid}", f"--wd={ROOT}"]
            enter += ["--preserve-credentials", *namespaces]
            yield Path(f"/proc/{holder.pid}/root{folder}"), enter
        finally:
            holder.kill()


def database_of(connection):
    """Return DATABASE_URL of the test's database, so that another server uses the same one."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["TEST_DATABASE_URL"])._replace(path=f"/{name}").geturl()


def get(port, address, **headers):
    """Return status, headers and body of one response, over a connection of its own."""
    status, given, body = get_bytes(port, address, **headers)
    return status, given, body.decode()


def get_bytes(port, address, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", address, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()
