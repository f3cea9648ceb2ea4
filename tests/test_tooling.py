"""The files that build, configure and start the portal."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests import settings
from tools import mutants, run_tests, start

ROOT = Path(__file__).resolve().parent.parent


def names_in_settings() -> set[str]:
    """Return every environment name that portal/settings.py reads."""
    source = (ROOT / "portal" / "settings.py").read_text()
    return set(re.findall(r'\benv\.\w+\(\s*"([A-Z0-9_]+)"', source))


def test_env_example_explains_every_setting_and_no_other():
    lines = (ROOT / ".env.example").read_text().splitlines()
    examples = {match[1] for line in lines if (match := re.match(r"#?([A-Z0-9_]+)=", line))}
    assert examples == names_in_settings()


def test_the_tests_take_no_setting_from_this_machine():
    assert set(settings.ENVIRONMENT) == names_in_settings()


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_locks_hold_hashes_and_no_addresses(lock):
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=[a-z])", text)[1:]
    assert entries
    for entry in entries:
        assert "==" in entry.splitlines()[0]
        assert "--hash=sha256:" in entry
    assert not re.search(r"://|--index-url|--find-links|@ file", text)


def test_the_two_locks_agree():
    def versions(lock: str) -> set[str]:
        # The extras of a package ("urllib3[socks]") do not change its version.
        text = re.sub(r"\[\S+\]==", "==", (ROOT / lock).read_text())
        return set(re.findall(r"^[a-z][^\s;]*==[^\s;]+", text, re.MULTILINE))

    assert versions("requirements.txt") < versions("requirements-dev.txt")


def test_the_command_make_lists_every_target():
    # Started by `make test`, this make would print the folders that it enters.
    command = ["make", "--no-print-directory"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None
    assert [line.split()[0] for line in listed.splitlines()] == targets[1].split()


def test_the_sbom_lists_every_locked_package_with_its_hashes(tmp_path):
    file = tmp_path / "sbom.json"
    # Nothing is installed: `develop` counts as done.
    command = ["make", "--assume-old=develop", "sbom", f"ARGS={file}"]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    bom = json.loads(file.read_text())
    assert bom["bomFormat"] == "CycloneDX"
    assert bom["metadata"]["component"]["name"] == "learning-cities-portal"
    listed = {f"{package['name']}=={package['version']}" for package in bom["components"]}
    lock = re.sub(r"\[.+?\]==", "==", (ROOT / "requirements.txt").read_text())
    assert listed == set(re.findall(r"^[a-z][^\s;]*==[^\s;]+", lock, re.MULTILINE))
    assert "django" in {package["name"] for package in bom["components"]}
    assert all(package["externalReferences"][0]["hashes"] for package in bom["components"])


@pytest.mark.parametrize(
    ("python", "sentence"),
    [("no-such-python", "no-such-python is not a Python 3.11 or newer"), ("", "The portal needs")],
)
def test_a_missing_python_is_named_in_one_sentence(tmp_path, python, sentence):
    for name in ("sh", "dirname"):
        path = subprocess.run(["which", name], capture_output=True, text=True, check=True).stdout
        (tmp_path / name).symlink_to(path.strip())
    answer = subprocess.run(
        ["/bin/sh", ROOT / "tools" / "start.sh", "run"],
        env={"PATH": str(tmp_path), "PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith(sentence)
    assert answer.stderr.count("\n") == 1


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Make a project folder with a lock and a `.venv` that claims to be finished."""
    environment = tmp_path / ".venv"
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "VENV", environment)
    monkeypatch.setattr(start, "UNFINISHED", environment / "unfinished")
    # The Python that runs the tests has Django.
    environment.mkdir()
    (tmp_path / "requirements.txt").write_text("django==5.2 --hash=sha256:0\n")
    start.stamp_path("requirements.txt").write_text(start.lock_digest("requirements.txt"))
    return tmp_path


def test_an_installed_lock_is_not_installed_again(folder):
    assert start.is_installed("requirements.txt")


def test_a_changed_lock_is_installed_again(folder):
    (folder / "requirements.txt").write_text("django==5.2.1 --hash=sha256:0\n")
    assert not start.is_installed("requirements.txt")


def test_an_interrupted_installation_is_done_again(folder):
    start.UNFINISHED.touch()
    assert not start.is_installed("requirements.txt")


def test_the_env_file_is_written_once_for_its_owner_only(tmp_path):
    path = tmp_path / ".env"
    start.write_env(path)
    first = path.read_text()
    start.write_env(path)
    assert path.read_text() == first
    assert path.stat().st_mode & 0o777 == 0o600
    key = re.search(r"^SECRET_KEY=(.*)$", first, re.MULTILINE)
    assert key is not None
    assert len(key[1]) >= 50


def test_missing_parts_of_the_tests_are_named_and_fail_when_all_are_required(monkeypatch, capsys):
    def no_browser(arguments):
        raise run_tests.Missing("Install w3m.")

    monkeypatch.setattr(run_tests, "on_sqlite", lambda arguments: 0)
    monkeypatch.setattr(run_tests, "on_postgresql", lambda arguments: 0)
    monkeypatch.setattr(run_tests, "on_several_servers", lambda arguments: 0)
    monkeypatch.setattr(run_tests, "in_browser", lambda arguments: 0)
    monkeypatch.setattr(run_tests, "in_engines", lambda arguments: 0)
    monkeypatch.setattr(run_tests, "in_deployment", lambda arguments: 0)
    monkeypatch.setattr(run_tests, "in_text_browser", no_browser)
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    assert run_tests.main(["--all"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert ["Text browser", "NOT RUN: Install w3m."] in [line.split("  ") for line in lines]
    monkeypatch.setenv("REQUIRE_ALL", "1")
    assert run_tests.main(["--all"]) == 1


@pytest.mark.parametrize(
    ("codes", "arguments", "expected"),
    [
        ((0, 0, 0, 0, 0, 0, 0), [], 0),
        ((0, 1, 0, 0, 0, 0, 0), [], 1),
        ((0, 0, 0, 0, 1, 0, 0), [], 1),
        ((0, 0, 0, 0, 0, 1, 0), [], 1),
        ((0, 0, 0, 0, 0, 0, 1), [], 1),
        ((0, 0, 0, run_tests.NO_TESTS, 0, 0, 0), [], 1),
        ((0, 0, 0, run_tests.NO_TESTS, 0, 0, 0), ["-k", "slug"], 0),
        ((run_tests.NO_TESTS,) * 7, ["-k", "typo"], 1),
    ],
)
def test_the_exit_code_of_the_tests_is_that_of_the_worst_part(
    monkeypatch, codes, arguments, expected
):
    parts = "on_sqlite on_postgresql on_several_servers in_browser in_engines in_text_browser "
    parts += "in_deployment"
    for name, code in zip(parts.split(), codes, strict=True):
        monkeypatch.setattr(run_tests, name, lambda _, code=code: code)
    assert run_tests.main(["--all", *arguments]) == expected


def test_make_test_runs_two_parts_and_names_those_left_out(monkeypatch, capsys):
    ran = []
    for name in ("on_sqlite_without_processes", "in_browser_essentials"):
        monkeypatch.setattr(run_tests, name, lambda _, name=name: ran.append(name) or 0)
    assert run_tests.main([]) == 0
    assert ran == ["on_sqlite_without_processes", "in_browser_essentials"]
    assert capsys.readouterr().out.splitlines()[-1] == (
        "Left out: tests that start processes of their own, PostgreSQL, several servers, the other "
        "tests in Chromium, WebKit, Firefox, w3m, and the files of deploy/. `make test-all` runs "
        "everything."
    )


@pytest.mark.parametrize(
    "mutant", mutants.read_mutants(), ids=lambda mutant: f"{mutant.file}: {mutant.old}"
)
def test_each_mutant_has_its_text_exactly_once_and_existing_tests(mutant):
    assert mutant.is_there
    assert mutant.new != mutant.old
    assert [name for name in mutant.tests if not (ROOT / name.partition("::")[0]).is_file()] == []
