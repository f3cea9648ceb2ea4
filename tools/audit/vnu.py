"""The Nu HTML checker (the W3C's validator), over the HTML as it is served."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.audit.pages import AuditPage
from tools.audit.portal import Portal
from tools.audit.report import Finding, Result
from tools.npm import install
from tools.run_tests import Missing

# Exact messages of false positives, each with the reason.
NOT_TRUE: dict[str, str] = {}


def java() -> str:
    path = shutil.which("java")
    if not path:
        raise Missing(
            "Java was not found. Install it (on Debian: apt install default-jre-headless)."
        )
    return path


def check(portal: Portal, pages: list[AuditPage]) -> Iterator[Result]:
    """Check all public pages in one run of the checker; errors are findings, warnings are notes.

    Much of the desk's HTML is Django's, which the checker faults here and there.
    """
    pages = [page for page in pages if not page.session]
    command = [
        java(),
        "-jar",
        str(install(Path(__file__).parent, "vnu-jar") / "build" / "dist" / "vnu.jar"),
    ]
    with tempfile.TemporaryDirectory(prefix="learning-cities-vnu-") as folder:
        files = {}
        wrong = {}
        for number, page in enumerate(pages):
            answer = portal.get(page.path, page.session)
            files[page] = Path(folder) / f"{number}.html"
            files[page].write_bytes(answer.body)
            if answer.status != page.status:
                wrong[page] = Finding("status", str(answer.status), f"{page.status} was expected")
        options = ["--stdout", "--format", "json", "--exit-zero-always"]
        output = subprocess.run(
            [*command, *options, *map(str, files.values())], capture_output=True, check=True
        ).stdout
    by_file: dict[str, list[Any]] = {}
    for message in json.loads(output)["messages"]:
        if message["message"] not in NOT_TRUE:
            by_file.setdefault(Path(message["url"]).name, []).append(message)
    for page in pages:
        messages = by_file.get(files[page].name, [])
        findings = [finding(message) for message in messages if message["type"] != "info"]
        notes = [finding(message) for message in messages if message["type"] == "info"]
        yield Result("vnu", page, [*filter(None, [wrong.get(page)]), *findings], notes)


def finding(message: dict[str, Any]) -> Finding:
    extract = re.sub(r"\s+", " ", message.get("extract", "")).strip()
    return Finding(f"line {message.get('lastLine', '?')}", message["message"], extract)
