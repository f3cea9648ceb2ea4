"""The migrations that bring stored rich text into the form of the editor."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import TextField, Value

from portal.models import Page
from publishing.content.rich_text_renewal import renew_rich_text
from publishing.models import Revision
from publishing.revisions.drafts import keep_draft
from publishing.revisions.snapshots import take
from tests import factories

pytestmark = pytest.mark.django_db

OLD = "<ul>\n<li>This</li>\n</ul>\n<p>And that.</p>"
NEW = "<ul><li><p>This</p></li></ul><p>And that.</p>"


def renew():
    renew_rich_text("portal", "Page", "body")(apps, SimpleNamespace(connection=connection))


def put(body, **found):
    """Write a text as an earlier version of the portal did."""
    Page.objects.filter(**found).update(body=Value(body, output_field=TextField()))


def test_stored_texts_get_the_form_of_the_editor_and_nothing_else_changes():
    page, other = factories.page(), factories.page(body=NEW)
    put(OLD, pk=page.pk)
    before = list(Page.objects.order_by("pk").values("title", "updated_at", "published_at"))
    renew()
    assert set(Page.objects.values_list("pk", "body")) == {(page.pk, NEW), (other.pk, NEW)}
    assert list(Page.objects.order_by("pk").values("title", "updated_at", "published_at")) == before


def test_an_open_draft_is_renewed_with_its_record_and_history_is_not():
    page = factories.page()
    put(OLD, pk=page.pk)
    base = take(page)
    content = base | {"fields": base["fields"] | {"title": "Another"}}
    draft = keep_draft(page, content)
    Revision.objects.filter(pk=draft.pk).update(base=base, content=content)
    Revision.objects.create(model="portal.page", object_pk=str(page.pk), base=base, content=base)
    renew()
    draft.refresh_from_db()
    assert [draft.base["fields"]["body"], draft.content["fields"]["body"]] == [NEW, NEW]
    assert draft.merged(take(page)).conflicts == []
    assert Revision.objects.exclude(pk=draft.pk).get().base["fields"]["body"] == OLD
