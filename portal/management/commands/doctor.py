"""`manage.py doctor`: examine an installation, and say how to mend what is wrong."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from portal.doctor import content, database, files, proxy, servers, settings
from portal.doctor.findings import Check, Finding, examine

# Each with the subject of the finding if it fails.
CHECKS: list[tuple[str, Check]] = [
    ("settings", settings.check_settings),
    ("versions", content.check_versions),
    ("disk", database.check_space),
    ("permissions", files.check_permissions),
    ("pictures", files.check_storage),
    ("static files", files.check_static_files),
    ("backup", files.check_backups),
    ("Redis", servers.check_redis),
]
# Without the database, these say nothing.
NEED_DATABASE: list[tuple[str, Check]] = [
    ("pictures", files.check_pictures),
    ("content", content.check_starter_content),
    ("accounts", content.check_accounts),
    ("clock", content.check_clock),
]


class Command(BaseCommand):
    help = (
        "Examines settings, database, files, servers and, with --url, the proxy, and says how to "
        "mend what is wrong. Changes nothing. Ends with status 1 if something is wrong."
    )
    # They are among the findings.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")
        parser.add_argument("--url", default="", help="the public address, to examine the proxy")
        parser.add_argument(
            "--send-test-mail", metavar="ADDRESS", default="", help="send a letter to this address"
        )

    def handle(self, *args: Any, url: str, send_test_mail: str, **options: Any) -> None:
        if url and not url.startswith(("http://", "https://")):
            raise CommandError("Give --url with https:// or http://.")
        if send_test_mail:
            validate_email(send_test_mail)
        findings = []
        for finding in examined(url, send_test_mail):
            findings.append(finding)
            if not options["json"]:
                self.show(finding)
        if options["json"]:
            self.stdout.write(json.dumps([f._asdict() for f in findings], ensure_ascii=False))
        if any(finding.level == "wrong" for finding in findings):
            sys.exit(1)

    def show(self, finding: Finding) -> None:
        mend = f" Mend: {finding.mend}" if finding.mend else ""
        style: dict[str, Any] = {
            "ok": str,
            "warning": self.style.WARNING,
            "wrong": self.style.ERROR,
        }
        line = f"{finding.level}: {finding.subject}: {finding.sentence}{mend}"
        self.stdout.write(style.get(finding.level, str)(line))


def examined(url: str, recipient: str) -> Iterator[Finding]:
    """Yield the findings of every check, in the order in which they are best mended."""
    found = list(examine("database", database.check_database))
    yield from found
    has_database = all(finding.level != "wrong" for finding in found)
    for subject, check in CHECKS + (NEED_DATABASE if has_database else []):
        yield from examine(subject, check)
    yield from examine("mail", partial(servers.check_mail, recipient))
    if url:
        yield from examine("proxy", partial(proxy.check_proxy, url))
