"""Killed workers and servers lose nothing that was acknowledged, and leave nothing by half.

`make soak` does the same with a hundred kills.
"""

import pytest

from tests import factories
from tests.trial_target import trial_target
from tools.soak.checks import faults
from tools.soak.evidence import evidence
from tools.soak.killing import Server
from tools.soak.work import soak, team


@pytest.mark.django_db(transaction=True)
@pytest.mark.processes
def test_killed_processes_lose_nothing(tmp_path, settings):
    themes = [factories.theme(description="At first.").pk for _ in range(2)]
    settings.MEDIA_ROOT = tmp_path / "media"
    with trial_target(tmp_path) as target:
        server, people = Server(target), team(target, themes)
        soak(people, server, ["worker", "both workers", "main process"])
    assert list(faults(people, evidence())) == []
    assert all(person.work.acknowledged for person in people)
