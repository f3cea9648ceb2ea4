"""Letters about errors, to ERROR_EMAILS: few, and without data of people."""

import hashlib
import logging
import threading
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage

from portal.logging import fields_of, redact

AN_HOUR = 3600
MOST_A_DAY = 20

logger = logging.getLogger(__name__)
# Used only while no file can be written.
sent_here: dict[str, float] = {}


class ErrorMailHandler(logging.Handler):
    """Mail a record of an error, at most once an hour for each place in the code.

    A refused host or path (`django.security`) is no error of ours: anybody could fill a mailbox.
    """

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("django.security"):
            return
        try:
            if claim(kind_of(record)):
                # A visitor does not wait for the mail server.
                threading.Thread(target=send, args=(record,)).start()
        except Exception:
            self.handleError(record)


def kind_of(record: logging.LogRecord) -> str:
    """Return what tells an error from others: its type and the place where it was raised."""
    error = record.exc_info[1] if record.exc_info else None
    trace = error.__traceback__ if error else None
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return f"{record.name} {record.msg}"
    return f"{type(error).__name__} {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


def claim(kind: str) -> bool:
    """Return whether a letter about this kind of error may be sent now, and count it as sent.

    Each letter leaves an empty file, so that the processes of this machine count together, and a
    restart forgets nothing. The database is not asked: it may be the error. Where no file can be
    written, each process counts by itself.
    """
    now = time.time()
    digest = hashlib.sha256(kind.encode()).hexdigest()[:16]
    try:
        sent = sent_of_a_day(now)
        if is_allowed(digest, sent, now):
            (folder() / f"{digest}-{now // AN_HOUR:.0f}").touch(exist_ok=False)
            return True
    except FileExistsError:
        pass  # Another process was faster.
    except OSError:
        if is_allowed(digest, list(sent_here.items()), now):
            sent_here[digest] = now
            return True
    return False


def is_allowed(digest: str, sent: list[tuple[str, float]], now: float) -> bool:
    recent = any(name.startswith(digest) and moment > now - AN_HOUR for name, moment in sent)
    return not recent and len(sent) < MOST_A_DAY


def sent_of_a_day(now: float) -> list[tuple[str, float]]:
    """Return the files of the last 24 hours with their times; delete older ones."""
    folder().mkdir(exist_ok=True)
    sent = []
    for file in folder().iterdir():
        moment = file.stat().st_mtime
        if moment > now - 24 * AN_HOUR:
            sent.append((file.name, moment))
        else:
            file.unlink(missing_ok=True)
    return sent


def folder() -> Path:
    return Path(settings.DATA_DIR) / "error-mails"


def send(record: logging.LogRecord) -> None:
    """Send the letter; a mail server that refuses it is worth a warning, and no letter."""
    try:
        letter(record).send()
    except OSError as error:
        logger.warning("A letter about an error could not be sent: %s", error)


def letter(record: logging.LogRecord) -> EmailMessage:
    """Return the letter: the error, its place, and the request by its id and route."""
    error = record.exc_info[1] if record.exc_info else None
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")
    lines = [f"time: {moment}", *(f"{k}: {v}" for k, v in fields_of(record).items())]
    # The further lines of a message of PostgreSQL have values of the row.
    reason = str(error or record.getMessage()).partition("\n")[0]
    trace = "".join(traceback.format_tb(error.__traceback__)) if error else ""
    title = type(error).__name__ if error else record.name
    body = "\n".join([*lines, "", f"{title}: {redact(reason)}", "", redact(trace)])
    hint = "The log has more, under the same request. The next letter about it: in an hour."
    sender, recipients = settings.SERVER_EMAIL, settings.ERROR_EMAILS
    return EmailMessage(f"Error in the portal: {title}", f"{body}\n{hint}\n", sender, recipients)
