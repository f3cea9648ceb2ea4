"""The files of deploy/ agree with the code and with each other.

No container engine is needed, so no image is built here. tests/deployment runs what can be run.
"""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from django.test import RequestFactory

from portal.wsgi import application

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
KUBERNETES = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "portal.yaml").read_text()))
SYSTEMD = "\n".join(unit.read_text() for unit in sorted((DEPLOY / "systemd").iterdir()))


def names_in(file):
    """Return the settings that an env file has or shows."""
    return set(re.findall(r"^#?([A-Z0-9_]+)=", file.read_text(), re.MULTILINE))


def found(key, tree):
    """Return every value of a key, however deep it is."""
    if isinstance(tree, list):
        return [value for branch in tree for value in found(key, branch)]
    if not isinstance(tree, dict):
        return []
    here = [tree[key]] if key in tree else []
    return here + [value for branch in tree.values() for value in found(key, branch)]


def kinds(kind):
    return [document for document in KUBERNETES if document["kind"] == kind]


SETTINGS = names_in(ROOT / ".env.example")
PORTAL_ENV = names_in(DEPLOY / "portal.env.example")


def test_each_setting_of_a_container_is_one_of_the_portal():
    passwords = set(re.findall(r"\$\{(\w+):\?\}", json.dumps(COMPOSE)))
    assert passwords <= PORTAL_ENV
    assert PORTAL_ENV - passwords <= SETTINGS
    assert set(COMPOSE["services"]["portal"]["environment"]) <= SETTINGS
    (secret,), (config,) = kinds("Secret"), kinds("ConfigMap")
    assert {*secret["stringData"], *config["data"]} <= SETTINGS
    assert set(re.findall(r"(\w+)=/data", DOCKERFILE)) == {"DATA_DIR"}


def commands():
    """Return the words after `manage.py` wherever a file starts one of its commands."""
    lines = re.findall(r"manage\.py (\w.*)$", SYSTEMD, re.MULTILINE)
    words = [shlex.split(line.replace("${LISTEN}", "127.0.0.1")) for line in lines]
    words.append(json.loads(re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[-1])[2:])
    return words + [command[2:] for command in found("command", kinds("CronJob"))]


@pytest.mark.parametrize("words", commands(), ids=lambda words: " ".join(words))
def test_each_command_exists_with_its_options(words):
    name, *options = words
    known = get_commands()
    assert name in known
    load_command_class(known[name], name).create_parser("manage.py", name).parse_args(options)


def test_the_image_has_all_that_the_portal_needs_and_nothing_of_this_machine():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert {*PROJECT["tool"]["importlinter"]["root_packages"], "templates", "manage.py"} < sources
    lines = (ROOT / ".dockerignore").read_text().split("\n")
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == sources


def test_the_python_of_the_image_is_one_that_the_portal_supports():
    images = set(re.findall(r"^FROM python:(\d+)\.(\d+)-", DOCKERFILE, re.MULTILINE))
    assert len(images) == 1
    lowest = PROJECT["project"]["requires-python"].removeprefix(">=").split(".")
    assert tuple(map(int, *images)) >= tuple(map(int, lowest))


def test_all_files_use_the_same_port_and_user():
    (port,) = re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    assert f'"--port", "{port}"]' in DOCKERFILE
    assert f"http://127.0.0.1:{port}/health/" in DOCKERFILE
    assert COMPOSE["services"]["portal"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert set(found("containerPort", KUBERNETES)) == {int(port)}
    assert f"--port {port}\n" in SYSTEMD
    for proxy in ("nginx/learning-cities.conf", "caddy/Caddyfile"):
        assert f"127.0.0.1:{port}" in (DEPLOY / proxy).read_text()
    (user,) = re.findall(r"^USER (\d+):\1$", DOCKERFILE, re.MULTILINE)
    assert set(found("runAsUser", KUBERNETES)) == {int(user)}
    assert f"--uid {user} " in DOCKERFILE


def test_what_is_written_to_is_a_volume():
    portal = COMPOSE["services"]["portal"]
    assert portal["read_only"] is True
    assert set(portal["volumes"]) == {"data:/data", "backups:/backups"}
    assert {
        volume.partition(":")[0]
        for service in COMPOSE["services"].values()
        for volume in service.get("volumes", [])
    } == set(COMPOSE["volumes"])
    assert set(found("readOnlyRootFilesystem", KUBERNETES)) == {True}
    for pod in found("template", KUBERNETES):
        if "volumes" in pod["spec"]:
            mounted = {mount["name"] for mount in found("volumeMounts", pod)[0]}
            assert mounted == {volume["name"] for volume in pod["spec"]["volumes"]}


@pytest.mark.django_db
@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_a_probe_gets_an_answer_by_the_address_of_a_server(probe):
    (path,) = {get["path"] for get in found("httpGet", found(probe, KUBERNETES))}
    environ = RequestFactory().get(path, headers={"Host": "10.0.0.11:8000"}).environ
    statuses = []
    list(application(environ, lambda status, headers, *rest: statuses.append(status)))
    assert statuses == ["200 OK"]


def test_the_parts_on_a_cluster_find_each_other():
    (service,), (ingress,), (deployment,) = kinds("Service"), kinds("Ingress"), kinds("Deployment")
    assert service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"]
    backend = found("backend", ingress)[0]["service"]
    assert backend["name"] == service["metadata"]["name"]
    assert backend["port"]["name"] == service["spec"]["ports"][0]["name"]
    names = {document["metadata"].get("namespace", "learning-cities") for document in KUBERNETES}
    assert names == {"learning-cities"}
    made = {(document["kind"], document["metadata"]["name"]) for document in KUBERNETES}
    assert {("ConfigMap", ref["name"]) for ref in found("configMapRef", KUBERNETES)} <= made
    assert {("Secret", ref["name"]) for ref in found("secretRef", KUBERNETES)} <= made
