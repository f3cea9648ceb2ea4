"""Tests, files and sections that the documents name have to exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
# These show what they say by tests.
SHOWN_BY_TESTS = [path for path in DOCUMENTS if path.name in {"security.md", "reliability.md"}]


def relative(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", SHOWN_BY_TESTS, ids=relative)
def test_each_test_that_a_document_names_exists(document):
    named = re.findall(r"\btests/[\w/]+(?:\.py(?:::\w+)?)?", document.read_text())
    assert named
    missing = []
    for name in named:
        path, _, function = name.partition("::")
        if not (ROOT / path).exists() or (
            function and f"def {function}(" not in (ROOT / path).read_text()
        ):
            missing.append(name)
    assert missing == []


def anchors(document):
    """Return the addresses of the headings of a document, as the sites that show it make them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_each_link_of_a_document_leads_to_a_file_and_a_heading(document):
    text = re.sub(
        r"^```.*?^```|`[^`\n]*`", "", document.read_text(), flags=re.MULTILINE | re.DOTALL
    )
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if "://" in link or link.startswith("mailto:"):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []
