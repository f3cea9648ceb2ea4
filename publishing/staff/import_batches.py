"""Views of one import: look at every change, import, take it back."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from publishing.content.publishable import Publishable
from publishing.content.scope import OutOfScope
from publishing.import_export.bulk_apply import ConcurrentEdit
from publishing.import_export.bulk_snapshots import slices
from publishing.import_export.bulk_sql import DeferredSQL
from publishing.import_export.importing import carry_out
from publishing.import_export.models import Batch, BatchRow, RowOutcome
from publishing.import_export.undo import ImportUndo
from publishing.import_export.validation import RowValidator
from publishing.revisions.diff import Difference, SnapshotFormatter
from publishing.revisions.snapshots import Snapshot, differing
from publishing.staff.import_export import PER_PAGE, ExchangePages

# The seconds of one step of looking at rows; a page that shows its progress asks for the next.
STEP = 2.0
# Without JavaScript somebody presses a button for each step, so these are longer.
LONG_STEP = 8.0
# Rows that are looked at and written down together, each time in a short transaction.
CHUNK = 100
LOOKED_AT = [f.name for f in BatchRow._meta.fields if f.name not in ("id", "batch", "cells")]


class ShownRow(NamedTuple):
    """A row of the preview."""

    row: BatchRow
    changes: list[Difference]


class BatchViews(ExchangePages):
    """The preview of an import, the import itself, and its undoing."""

    routes = (
        ("import/<int:batch_id>/", "batch_view", "batch"),
        ("import/<int:batch_id>/undo/", "undo_view", "batch_undo"),
    )

    def _batch_of(self, request: HttpRequest, batch_id: int) -> Batch:
        batch = Batch.objects.of(self.model).filter(pk=batch_id).first()
        if batch is None:
            raise Http404
        if batch.person_id != request.user.pk and not (
            batch.imported_at and self.admin.has_publish_permission(request)
        ):
            # A preview belongs to whoever brought the file.
            raise PermissionDenied
        return batch

    def batch_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        if not self.admin.has_import_permission(request):
            raise PermissionDenied
        batch = self._batch_of(request, batch_id)
        if request.method == "POST" and not batch.imported_at:
            return self._decide_import(request, batch)
        return self._show_batch(request, batch)

    def _decide_import(self, request: HttpRequest, batch: Batch) -> HttpResponse:
        match request.POST.get("decision"):
            case "look":
                if request.headers.get("Accept") == "application/json":
                    self._look_at_rows(request, batch, STEP)
                    counts = batch.tally()
                    return JsonResponse(
                        {"total": sum(counts.values()), "left": counts[RowOutcome.PENDING]}
                    )
                self._look_at_rows(request, batch, LONG_STEP)
            case "discard":
                batch.delete()
                messages.success(request, _("Nothing was imported, and the file is forgotten."))
                return self.redirect("import")
            case "import":
                self._import(request, batch)
        return self.redirect("batch", batch.pk)

    def _look_at_rows(self, request: HttpRequest, batch: Batch, seconds: float) -> None:
        """Look at further rows, for about so long."""
        checker, end = RowValidator(self.admin, request, batch), time.monotonic() + seconds
        while time.monotonic() < end:
            rows = list(batch.rows.filter(outcome=RowOutcome.PENDING)[:CHUNK])
            if not rows:
                return
            checker.check(rows)
            made = DeferredSQL()
            made.insert(BatchRow, rows, LOOKED_AT, ["id"])
            made.run()

    def _import(self, request: HttpRequest, batch: Batch) -> None:
        live = batch.is_live and issubclass(self.model, Publishable)
        counts = batch.tally()
        if counts[RowOutcome.PENDING] or (live and not self.admin.has_publish_permission(request)):
            return
        try:
            carry_out(self.model, batch, request.user, request.POST.get("_note", "")[:300])
        except ConcurrentEdit as stale:
            for some in slices(stale.numbers):
                batch.rows.filter(number__in=some).update(outcome=RowOutcome.PENDING)
            said = _(
                "Nothing was imported yet: somebody changed some of these records meanwhile. "
                "They are looked at again."
            )
        except OutOfScope as refused:
            said = _("Nothing was imported. %s") % " ".join(refused.messages)
        except IntegrityError:
            batch.rows.update(outcome=RowOutcome.PENDING)
            said = _(
                "Nothing was imported yet: somebody took a name or an address of these rows "
                "meanwhile. They are looked at again."
            )
        else:
            messages.success(request, _("The rows are imported."))
            return
        messages.warning(request, said)

    def _show_batch(self, request: HttpRequest, batch: Batch) -> HttpResponse:
        counts = batch.tally()
        pending, total = counts.pop(RowOutcome.PENDING), sum(counts.values())
        shown = request.GET.get("show", "")
        rows = batch.rows.exclude(outcome=RowOutcome.PENDING).order_by("number")
        if batch.person_id != request.user.pk:
            # Rows may be about records that others do not see.
            rows = rows.none()
        if shown in counts:
            rows = rows.filter(outcome=shown)
        page = Paginator(rows.defer("cells", "claims"), PER_PAGE).get_page(request.GET.get("page"))
        title = _("Import of “%s”") if batch.imported_at else _("Preview of “%s”")
        return self.exchange_page(
            request,
            "import_batch",
            title % batch.file_name,
            batch=batch,
            pending=pending,
            looked_at=total,
            total=total + pending,
            counts=[(o, RowOutcome(o).label, n) for o, n in counts.items()],
            shown=shown,
            page=page,
            rows=self._in_words(page.object_list),
            ready=not pending and bool(counts[RowOutcome.NEW] or counts[RowOutcome.CHANGED]),
            will_change=counts[RowOutcome.NEW] + counts[RowOutcome.CHANGED],
            may_undo=self._may_undo(request, batch),
        )

    def _in_words(self, rows: Iterable[BatchRow]) -> list[ShownRow]:
        """What each row changes, in words; what they point at is looked up together."""
        rows = list(rows)
        contents = [content for row in rows for content in (row.base, row.content) if content]
        words = SnapshotFormatter(self.model, contents)
        return [ShownRow(row, _changes(words, row)) for row in rows]

    # -- Taking it back --------------------------------------------------------------------

    def _may_undo(self, request: HttpRequest, batch: Batch) -> bool:
        if not batch.imported_at or batch.undone_at:
            return False
        if batch.person_id == request.user.pk:
            return True
        # Half of an import is not taken back: somebody else has to see all of it.
        return (
            self.admin.has_publish_permission(request)
            and not ImportUndo(self.admin, request, batch).unseen()
        )

    def undo_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        if not self.admin.has_import_permission(request):
            raise PermissionDenied
        batch = self._batch_of(request, batch_id)
        if not self._may_undo(request, batch):
            return self.redirect("batch", batch.pk)
        if request.method == "POST":
            try:
                ImportUndo(self.admin, request, batch).run()
            except (ConcurrentEdit, IntegrityError):
                said = _("Nothing was taken back, because somebody saved meanwhile. Try again.")
                messages.error(request, said)
            else:
                messages.success(request, _("The import is taken back."))
            return self.redirect("batch", batch.pk)
        return self.exchange_page(
            request,
            "import_undo",
            _("Take back the import of “%s”?") % batch.file_name,
            batch=batch,
        )


def _changes(words: SnapshotFormatter, row: BatchRow) -> list[Difference]:
    new: Snapshot | None = row.content
    if new is None:
        return []
    old = row.base or {
        "fields": dict.fromkeys(new["fields"], ""),
        "links": {name: [] for name in new["links"]},
        "rows": {part: {} for part in new["rows"]},
    }
    found = [words.difference(place, old, new) for place in differing(old, new)]
    return found if row.base else [change for change in found if change.old or change.new]
