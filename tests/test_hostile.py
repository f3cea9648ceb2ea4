"""Slow and hostile clients, with no proxy in front: pages and /health/ are served all the same.

`make hostile` does the same for longer, and measures the times.
"""

import pytest

from publishing.models import Picture
from tests import factories
from tests.trial_target import trial_target
from tools.hostile.attacks import ATTACKS, under
from tools.hostile.probe import read


@pytest.mark.django_db(transaction=True)
@pytest.mark.processes
def test_a_reader_is_served_under_every_attack(tmp_path):
    factories.city(name="Wakefield")
    with trial_target(tmp_path) as victim:
        # The session is one that may upload.
        assert victim.upload(victim.photo) == 302
        for attack in ATTACKS:
            with under(attack, victim):
                reading = read(victim, seconds=2)
            assert (attack.title, reading.failures) == (attack.title, [])
            assert len(reading.page) == len(reading.health) > 0
    assert Picture.objects.exists()
