"""`manage.py serve`: its steps alone, and all of it from an empty folder to a response."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from portal.accounts.models import User
from portal.management.commands import serve

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def listener():
    """Open a socket on a free port of this machine, as another program would."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def command(settings, tmp_path):
    """Return the command for a portal on a private machine; `output()` is what it printed."""
    settings.DATA_DIR = tmp_path
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    command = serve.Command()
    lines = []
    command.say = lines.append
    command.output = lambda: "\n".join(lines)
    return command


def test_a_busy_port_is_named_with_the_way_to_choose_another(listener):
    port = str(listener.getsockname()[1])
    with pytest.raises(CommandError) as stopped:
        serve.require_free("127.0.0.1", port)
    assert str(stopped.value) == (
        f"Port {port} is already in use. Stop the other program or choose another port: "
        "make run PORT=9000"
    )


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty", "", "8000.5"])
def test_an_invalid_port_is_refused(port):
    with pytest.raises(CommandError, match="is not a port: choose a number from 1 to 65535"):
        serve.require_free("127.0.0.1", port)


def test_a_host_address_of_another_machine_is_refused():
    # 192.0.2.0/24 is reserved for documentation.
    with pytest.raises(CommandError, match=r"^The portal cannot listen at 192\.0\.2\.1: "):
        serve.require_free("192.0.2.1", "8000")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("localhost", "http://localhost:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104 (shown, not bound)
        ("::1", "http://[::1]:8000"),
    ],
)
def test_the_printed_address_is_one_that_a_browser_opens(host, expected):
    assert serve.base_url(host, "8000") == expected


def password_in(note):
    return note.read_text().partition("password: ")[2].strip()


def test_generated_passwords_are_readable_and_differ():
    first, second = serve.readable_password(), serve.readable_password()
    assert re.fullmatch(r"[a-z]{4}(-[a-z]{4}){4}", first)
    assert first != second


@pytest.mark.django_db
def test_the_first_start_makes_an_account_and_later_ones_say_where_its_password_is(
    command, tmp_path
):
    command.show_staff_account("127.0.0.1", "8000")
    note = tmp_path / "staff-account.txt"
    password = password_in(note)
    assert note.stat().st_mode & 0o777 == 0o600
    assert User.objects.get().check_password(password)
    first = (
        "Staff sign in at http://127.0.0.1:8000/admin/ as staff@localhost "
        f"with the password {password} (kept in {note})"
    )
    assert command.output() == first

    command.show_staff_account("127.0.0.1", "8000")
    assert User.objects.count() == 1
    assert command.output() == (
        f"{first}\nStaff sign in at http://127.0.0.1:8000/admin/ "
        f"with the address and password in {note}"
    )


@pytest.mark.django_db
def test_the_note_is_not_named_after_a_change_of_the_password(command):
    command.show_staff_account("127.0.0.1", "8000")
    first = command.output()
    user = User.objects.get()
    user.set_password("chosen by hand")
    user.save()
    command.show_staff_account("127.0.0.1", "8000")
    assert command.output() == first


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "portal.localhost"])
@pytest.mark.parametrize("names", ["localhost", "127.0.0.1,[::1]", ".localhost", "127.1.2.3"])
def test_a_staff_account_is_made_on_a_private_machine(command, settings, host, names):
    settings.ALLOWED_HOSTS = names.split(",")
    command.show_staff_account(host, "8000")
    assert User.objects.get().is_superuser


# Each sign of a portal that others reach: its host, or one of its settings.
PUBLIC_PORTALS = [
    *((host, {}) for host in ("0.0.0.0", "::", "192.0.2.1", "portal.example.org")),  # noqa: S104
    ("127.0.0.1", {"HTTPS": True}),
    ("127.0.0.1", {"BEHIND_PROXY": True}),
    *(
        ("127.0.0.1", {"ALLOWED_HOSTS": ["localhost", name]})
        for name in ("learning.example.org", ".example.org", "*", "192.0.2.1", "[2001:db8::1]")
    ),
    # The example of docs/operations.md.
    (
        "127.0.0.1",
        {"HTTPS": True, "BEHIND_PROXY": True, "ALLOWED_HOSTS": ["learning.example.org"]},
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("host", "public"), PUBLIC_PORTALS)
def test_no_staff_account_is_made_on_a_reachable_host(command, settings, tmp_path, host, public):
    for name, value in public.items():
        setattr(settings, name, value)
    command.show_staff_account(host, "8000")
    assert not User.objects.exists()
    assert list(tmp_path.iterdir()) == []
    assert command.output() == (
        "There is no staff account yet. Make the first one with: "
        f"{serve.short_path(Path(sys.executable))} manage.py createsuperuser"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("host", "public"), PUBLIC_PORTALS)
def test_a_trial_account_is_warned_of_on_a_reachable_host(
    command, settings, tmp_path, host, public
):
    command.show_staff_account("127.0.0.1", "8000")
    first = command.output()
    note = tmp_path / "staff-account.txt"
    for name, value in public.items():
        setattr(settings, name, value)
    command.show_staff_account(host, "8000")
    second = command.output().removeprefix(first)
    assert password_in(note) not in second
    assert second == (
        f"\nWarning: the password in {note} opens the account staff@localhost of this portal, "
        "which others can reach. Change the password and delete that file."
    )


@pytest.mark.django_db
def test_no_staff_account_is_made_when_a_superuser_exists(command):
    User.objects.create_superuser("anna@example.org", password="secret")
    command.show_staff_account("127.0.0.1", "8000")
    assert list(User.objects.values_list("email", flat=True)) == ["anna@example.org"]
    assert command.output() == ""


def test_static_files_are_collected_again_when_a_source_changes(settings, tmp_path):
    settings.STATICFILES_DIRS = [tmp_path]
    before = serve.static_digest()
    assert serve.static_digest() == before
    (tmp_path / "new.css").write_text("a {}")
    added = serve.static_digest()
    (tmp_path / "new.css").write_text("a { }")
    assert len({before, added, serve.static_digest()}) == 3


def free_port() -> str:
    """Return a port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a portal on a port, with one data folder; end it afterwards."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": "x" * 50,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/portal.sqlite3",
    }
    servers = []

    def start(port: str, *options: str, cwd: Path = ROOT) -> subprocess.Popen[str]:
        server = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "serve", "--port", port, *options],
            cwd=cwd,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # As in a terminal: one process group, which Ctrl-C reaches as a whole.
            start_new_session=True,
        )
        servers.append(server)
        return server

    yield start
    for server in servers:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
            server.communicate()


def first_page(port: str, server: subprocess.Popen[str]) -> str:
    """Return the home page as soon as the server answers; a busy machine may be slow."""
    patience = time.monotonic() + 300
    while time.monotonic() < patience and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                return str(answer.read(), "utf-8")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"the home page is a {error.code}") from error
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the portal did not answer")


def stopped(server: subprocess.Popen[str]) -> str:
    """Send Ctrl-C and return the output; the server must exit cleanly and leave nothing behind."""
    os.killpg(server.pid, signal.SIGINT)
    output, _ = server.communicate(timeout=60)
    assert server.returncode == 0, output
    with pytest.raises(ProcessLookupError):
        os.killpg(server.pid, 0)
    return output


@pytest.mark.once
@pytest.mark.processes
def test_the_server_answers_from_an_empty_folder_and_starts_quickly_the_second_time(
    start, tmp_path
):
    port = free_port()
    server = start(port)
    page = first_page(port, server)
    busy = start(port)
    refusal, _ = busy.communicate(timeout=60)
    first = stopped(server)

    assert "Loading the starter content" in first
    assert f"The portal is at http://127.0.0.1:{port}/" in first
    assert (busy.returncode, refusal.count("\n")) == (1, 1)
    assert refusal.startswith(f"Port {port} is already in use.")
    # Hashed names show that the files were collected, compressed and found.
    assert re.search(r'href="/static/[^"]+\.[0-9a-f]{12}\.css"', page)

    # From another folder, as a service manager starts it.
    server = start(port, cwd=Path("/"))
    assert first_page(port, server) == page
    second = stopped(server)
    assert "Preparing" not in second
    assert "Loading" not in second
    assert "Collecting" not in second
    # The password is printed once, by the start that made the account.
    [password] = re.findall(r"as staff@localhost with the password (\S+)", first)
    assert password not in second
    assert f"with the address and password in {tmp_path}/staff-account.txt" in second


@pytest.mark.parametrize("option", ["--workers", "--threads"])
def test_a_server_has_at_least_one_worker_and_thread(option):
    with pytest.raises(SystemExit, match="Give --workers and --threads as numbers from 1 up"):
        call_command("serve", option, "0")


@pytest.mark.once
@pytest.mark.processes
def test_a_server_with_reload_serves_the_sources_and_the_debug_toolbar(start, tmp_path):
    port = free_port()
    server = start(port, "--reload")
    page = first_page(port, server)
    os.killpg(server.pid, signal.SIGINT)
    output, _ = server.communicate(timeout=60)
    assert f"The portal is at http://127.0.0.1:{port}/" in output
    assert 'href="/static/site.css"' in page
    assert "djDebug" in page
    assert not (tmp_path / "static").exists()


def test_a_server_with_reload_serves_only_this_machine():
    with pytest.raises(SystemExit, match="DEBUG shows what is inside"):
        call_command("serve", "--reload", "--host", "0.0.0.0")  # noqa: S104 (refused)
