"""Constant sentences of templates are rendered when a template is compiled."""

import copy

import pytest
from django.template import Context, Engine
from django.template.base import TextNode
from django.urls import reverse

from tests import factories

SOURCE = (
    "<b>{% translate 'Read & write 100%' %}</b>{{ name }}{% if name %}{% translate 'Yes' %}!"
    "{% else %}{% translate 'No' %}{% endif %}{% translate 'Later' as later %}{{ later }}"
    "{% translate name %}{% translate 'loud'|upper %}{% translate 'May' context 'month' %}"
)


def engine(*, folding: bool) -> Engine:
    inner = [("django.template.loaders.locmem.Loader", {"page.html": SOURCE})]
    loader = "portal.template_loader.Loader" if folding else "django.template.loaders.cached.Loader"
    return Engine(loaders=[(loader, inner)], builtins=["django.templatetags.i18n"], autoescape=True)


@pytest.mark.parametrize("name", ["", "<Fez>"])
def test_a_folded_template_renders_as_before(name):
    folded, plain = (
        engine(folding=folding).get_template("page.html").render(Context({"name": name}))
        for folding in (True, False)
    )
    assert folded == plain
    assert folded.startswith("<b>Read & write 100%</b>")


def test_text_and_sentences_become_one_node():
    nodes = engine(folding=True).get_template("page.html").nodelist
    assert isinstance(nodes[0], TextNode)
    assert nodes[0].s == "<b>Read & write 100%</b>"
    assert [node.s for node in nodes[2].nodelist.get_nodes_by_type(TextNode)] == ["Yes!", "No"]


def test_sentences_stay_sentences_where_there_are_two_languages(settings):
    settings.USE_I18N = True
    nodes = engine(folding=True).get_template("page.html").nodelist
    assert nodes[0].s == "<b>"


def test_pages_are_the_same_with_and_without_folding(client, db, settings):
    city = factories.city(name="Fez", summary="A city of tanners & weavers.")
    factories.news_item(title="News", cities=[city])
    addresses = ["/", reverse("cities:list"), city.get_absolute_url(), "/about/", "/report/"]
    folded = [client.get(address).content for address in addresses]
    templates = copy.deepcopy(settings.TEMPLATES)
    ((_loader, inner),) = templates[0]["OPTIONS"]["loaders"]
    templates[0]["OPTIONS"]["loaders"] = [("django.template.loaders.cached.Loader", inner)]
    settings.TEMPLATES = templates
    plain = [client.get(address).content for address in addresses]
    assert [page.decode() for page in folded[:4]] == [page.decode() for page in plain[:4]]
    # The form's token differs from page to page.
    assert abs(len(folded[4]) - len(plain[4])) < 100
