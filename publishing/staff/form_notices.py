"""The notices in a form: unsaved changes to restore, the note of a draft, and its stage."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.content.moments import format_moment
from publishing.revisions import autosave
from publishing.revisions.models import Revision, Stage
from publishing.staff.base import StaffAdmin, edit_session_of


def offered_copy(admin: StaffAdmin, request: HttpRequest, page: dict[str, Any]) -> dict[str, Any]:
    """Return the context of the unsaved changes that a form offers to restore, if they differ."""
    record, key = page.get("original"), edit_session_of(request).options.copy_key
    copy = autosave.latest_copy(request.user, admin.model, record and record.pk, but=key)
    if copy is None or "taken" in page:
        return {}
    posted, form = copy.posted(), page["adminform"].form
    typed = type(form)(posted, instance=form.instance)
    names = [typed.fields[name].label for name in typed.changed_data]
    for inline in page["inline_admin_formsets"]:
        formset = inline.formset
        rows = type(formset)(posted, instance=formset.instance, prefix=formset.prefix)
        if rows.has_changed():
            names.append(inline.opts.verbose_name_plural)
    differing = [capfirst(str(name)) for name in names]
    return {"copy": copy, "copy_fields": differing} if differing else {}


def draft_label(draft: Revision | None) -> str:
    """Return the words of the action bar for the open draft beside the record."""
    if draft is None:
        return ""
    return {
        Stage.REVIEW: _("draft is waiting for review"),
        Stage.RETURNED: _("draft returned"),
        Stage.SCHEDULED: _("changes scheduled for %s") % format_moment(draft.due_at),
        Stage.FAILED: _("draft could not be published"),
    }.get(Stage(draft.stage), _("with a draft"))


def own_note(draft: Revision | None) -> str:
    """Return the note that travels with a draft until it is decided; not that of a reviewer."""
    if draft is None or draft.stage == Stage.RETURNED:
        return ""
    return draft.note.partition("\n")[0]
