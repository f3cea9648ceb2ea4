"""`manage.py serve`: prepare a fresh folder and serve the portal.

Each step is skipped if there is nothing to do, so a second start takes a moment.
"""

import errno
import hashlib
import ipaddress
import os
import secrets
import shutil
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet
from django.urls import reverse

from portal.accounts.models import User
from portal.models import StarterRow
from portal.page_cache.triggers import UNWATCHED
from portal.page_cache.version import read_version
from portal.storage.private_files import make_private

# The first account of a portal that only this machine reaches. No mail is sent to it.
STAFF = "staff@localhost"


class Command(BaseCommand):
    help = (
        "Prepares the database, the starter content, the static files and a staff account "
        "as far as they are missing, then serves the portal."
    )
    # `make run` need not wait for them; `make check` and `migrate` run the checks.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", default="8000", help="port to listen on, 1 to 65535")
        parser.add_argument(
            "--workers", type=int, default=settings.WORKERS, help="processes (WORKERS)"
        )
        parser.add_argument(
            "--threads", type=int, default=settings.THREADS, help="threads of each (THREADS)"
        )
        parser.add_argument(
            "--reload",
            action="store_true",
            help="for development on this machine: DEBUG on, and a restart when code changes",
        )

    def handle(self, *args: Any, host: str, port: str, reload: bool, **options: Any) -> None:
        for sentence in settings.UNKNOWN_SETTINGS:
            self.say(f"Warning: {sentence}")
        try:
            if min(options["workers"], options["threads"]) < 1:
                raise CommandError("Give --workers and --threads as numbers from 1 up.")
            if reload and not is_loopback(host):
                raise CommandError(f"DEBUG shows what is inside: --reload cannot serve at {host}.")
            require_free(host, port)
            self.prepare_content()
            if not reload:
                self.prepare_static_files()
            self.show_staff_account(host, port)
        except CommandError as error:
            # One plain sentence; Django would prefix the error's name.
            sys.exit(str(error))
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]
            sys.exit(f"The database could not be used: {reason}")
        except OSError as error:
            sys.exit(f"The portal could not be prepared: {error}")
        except KeyboardInterrupt:
            sys.exit("Stopped.")
        connection.close()
        self.say(f"The portal is at {base_url(host, port)}/ (Ctrl-C stops it)")
        if reload:
            os.execve(sys.executable, development_command(host, port), os.environ | {"DEBUG": "on"})
        workers, threads = options["workers"], options["threads"]
        command = server_command(host, port, workers, threads)
        os.execve(sys.executable, command, server_environment(threads))

    def say(self, text: str) -> None:
        """Print one line at once."""
        self.stdout.write(text)
        self.stdout.flush()

    def prepare_content(self) -> None:
        """Bring the database and the starter content up to date."""
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.close_files()
        # The counters of the processes of the last start.
        shutil.rmtree(settings.DATA_DIR / "tmp" / "metrics", ignore_errors=True)
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        # An empty version: a migration was killed before the triggers were made again.
        if plan or read_version() == UNWATCHED:
            self.say(f"Preparing the database (migrations: {len(plan)}) …")
            call_command("migrate", interactive=False, verbosity=0)
        if not StarterRow.objects.exists():
            self.say("Loading the starter content …")
            call_command("load_starter")

    def close_files(self) -> None:
        """Close the folder and the database to other users of the machine."""
        is_sqlite = connection.vendor == "sqlite"
        database = Path(connection.settings_dict["NAME"]) if is_sqlite else None
        for sentence in make_private(settings.DATA_DIR, database, settings.GROUP_READS_DATA_DIR):
            self.say(sentence)

    def prepare_static_files(self) -> None:
        """Collect the static files if they or the way they are stored have changed."""
        # In the same folder, so that it is deleted with the files.
        stamp = Path(settings.STATIC_ROOT) / "sources.sha256"
        sources = static_digest()
        if not stamp.exists() or stamp.read_text() != sources:
            self.say("Collecting and compressing the static files …")
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(sources)

    def show_staff_account(self, host: str, port: str) -> None:
        """Print how staff sign in; create the first account of a portal for this machine alone.

        The password is printed only by the start that creates it. A portal that others can reach
        gets no account by itself: its password would be in the log of the server.
        """
        note = settings.DATA_DIR / "staff-account.txt"
        url = f"{base_url(host, port)}{reverse('admin:index')}"
        is_local = is_for_this_machine(host)
        has_superuser = User.objects.filter(is_superuser=True).exists()
        if is_local and not has_superuser and (password := make_staff_account(note)):
            self.say(
                f"Staff sign in at {url} as {STAFF} with the password {password} "
                f"(kept in {short_path(note)})"
            )
        elif is_local and opens_account(note):
            self.say(f"Staff sign in at {url} with the address and password in {short_path(note)}")
        elif opens_account(note):
            self.say(
                f"Warning: the password in {short_path(note)} opens the account {STAFF} of this "
                "portal, which others can reach. Change the password and delete that file."
            )
        elif not has_superuser:
            python = short_path(Path(sys.executable))
            self.say(
                "There is no staff account yet. "
                f"Make the first one with: {python} manage.py createsuperuser"
            )


def short_path(path: Path) -> Path:
    """Return a path relative to the current folder, if it is inside and that is not the root."""
    here = Path.cwd()
    is_inside = path.is_relative_to(here) and here != here.parent
    return path.relative_to(here) if is_inside else path


def require_free(host: str, port: str) -> None:
    """Raise a CommandError, in one sentence, unless the portal can listen there."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CommandError(f"{port} is not a port: choose a number from 1 to 65535.")
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(
            host, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            # A port that a server has just stopped using counts as free.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(target)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sentence = (
                f"Port {port} is already in use. Stop the other program or choose another port: "
                f"make run PORT={9000 if port != '9000' else 9001}"
            )
        elif error.errno == errno.EACCES:
            sentence = f"Port {port} is for the system only: choose one from 1024 up."
        else:
            sentence = f"The portal cannot listen at {host}: {error.strerror}."
        raise CommandError(sentence) from error


def is_for_this_machine(host: str) -> bool:
    """Return whether no setting shows that others reach a portal which listens at `host`.

    The address alone is no proof: a public portal listens on loopback behind its proxy.
    """
    is_public = settings.HTTPS or settings.BEHIND_PROXY
    return not is_public and all(is_loopback(name) for name in (host, *settings.ALLOWED_HOSTS))


def is_loopback(host: str) -> bool:
    """Return whether a name or address, with or without brackets, means this machine itself."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def base_url(host: str, port: str) -> str:
    """Return the address that a browser on this machine opens, without the last slash."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 (compared, not bound)
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def static_digest() -> str:
    """Return a hash of the static files' names, sizes and times, and of their storage settings."""
    digest = hashlib.sha256(repr((settings.STORAGES, str(settings.STATIC_ROOT))).encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list(None), key=lambda item: item[0]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def make_staff_account(note: Path) -> str:
    """Create the superuser STAFF and return its password; "" if there is such a user.

    Address and password are written to a file that only its owner can read.
    """
    if staff_accounts().exists():
        return ""
    password = readable_password()
    with transaction.atomic():
        User.objects.create_superuser(STAFF, password)
        note.unlink(missing_ok=True)
        note.touch(mode=0o600, exist_ok=False)
        note.write_text(f"email address: {STAFF}\npassword: {password}\n")
    return password


def staff_accounts() -> QuerySet[User]:
    """Return the account STAFF, also one that an earlier version made, with that user name."""
    return User.objects.named(STAFF) | User.objects.named(STAFF.partition("@")[0])


def readable_password() -> str:
    """Return five pairs of syllables, such as 'bako-timu-…': about 60 bits, easily copied."""
    syllables = [first + second for first in "bdfghjklmnprstvz" for second in "aeiou"]
    return "-".join(secrets.choice(syllables) + secrets.choice(syllables) for _ in range(5))


def opens_account(note: Path) -> bool:
    """Return whether the password in the file still opens the account STAFF."""
    user = staff_accounts().filter(is_active=True).first()
    if user is None or not note.exists():
        return False
    return user.check_password(note.read_text().partition("password: ")[2].strip())


def server_command(host: str, port: str, workers: int, threads: int) -> list[str]:
    """Return the command line of the web server and of what keeps it running, Python first."""
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": port,
        "--workers": str(workers),
        # The option --backpressure keeps its default: it counts open connections, idle ones too.
        "--blocking-threads": str(threads),
        # A request that is being answered may finish when the server stops.
        "--workers-kill-timeout": "10",
        "--log-level": "warning",
    }
    pairs = [part for option in options.items() for part in option]
    flags = ["--no-ws", "--respawn-failed-workers", "--factory"]
    server = [sys.executable, "-m", "granian", *pairs, *flags, "portal.server:application"]
    return [sys.executable, "-m", "portal.supervisor", *server]


def server_environment(threads: int) -> dict[str, str]:
    """Return the environment of the web server."""
    # The folder that the command is run from stays: relative paths in settings begin there.
    path = [str(settings.BASE_DIR), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        # For GNU's allocator: threads that take turns need no memory arena each. It saves a
        # process about 5 MB.
        "MALLOC_ARENA_MAX": "1",
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path),
        "THREADS": str(threads),
    }


def development_command(host: str, port: str) -> list[str]:
    """Return the command line of Django's own server, Python first."""
    listen = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), "runserver", listen]
