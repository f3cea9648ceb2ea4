"""Settings of the sign-in: the defaults of a public portal, and sentences for wrong values."""

import pytest

from tests.portal.test_settings import COMPLETE, start

pytestmark = pytest.mark.once
PROVIDER = {
    "OIDC_ISSUER": "https://login.example.org/",
    "OIDC_CLIENT_ID": "portal",
    "OIDC_CLIENT_SECRET": "secret",
}


@pytest.mark.parametrize(
    ("https", "chosen", "expected"),
    [("on", "", "required"), ("off", "", "optional"), ("on", "optional", "optional")],
)
def test_a_second_factor_is_required_over_https_unless_it_is_set(https, chosen, expected):
    chosen_values = {"HTTPS": https, "ALLOW_PLAIN_HTTP": "on", "SECOND_FACTOR": chosen}
    result = start("settings.SECOND_FACTOR", **COMPLETE, **chosen_values)
    assert result.stdout.strip() == expected


def test_groups_of_the_provider_give_roles():
    groups = "portal editors=Editors, cn=chiefs,Administrators"
    result = start(
        "settings.OIDC_GROUPS", OIDC_GROUPS="a b=Editors,cn=x=Publishers", **COMPLETE, **PROVIDER
    )
    assert result.stdout.strip() == "{'a b': 'Editors', 'cn=x': 'Publishers'}"
    result = start("1", OIDC_GROUPS=groups, **COMPLETE, **PROVIDER)
    assert "OIDC_GROUPS is “cn=chiefs”: write the name of a group" in result.stderr


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"SECOND_FACTOR": "yes"}, "SECOND_FACTOR is “yes”: set it to"),
        ({"SESSION_IDLE_HOURS": "0"}, "SESSION_IDLE_HOURS is “0”: set it to a whole number"),
        ({"OIDC_ISSUER": "http://a.example"}, "OIDC_ISSUER is “http://a.example”: it has to begin"),
        ({"OIDC_CLIENT_SECRET": ""}, "OIDC_CLIENT_SECRET is not set."),
    ],
)
def test_a_wrong_value_stops_the_start_with_a_sentence(values, sentence):
    result = start("1", **(COMPLETE | PROVIDER | values))
    assert result.returncode == 1
    assert sentence in result.stderr.strip().splitlines()[-1]
