"""Views of one import: preview, import, undo."""

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
from publishing.import_export.importing import import_batch
from publishing.import_export.models import Batch, BatchRow, RowOutcome
from publishing.import_export.undo import ImportUndo
from publishing.import_export.validation import RowValidator
from publishing.revisions.diff import Difference, SnapshotFormatter
from publishing.revisions.snapshots import Snapshot, differing
from publishing.staff.import_export import PER_PAGE, ImportExportPages

# Seconds of one step of validating rows; a page that shows progress requests the next step.
STEP_SECONDS = 2.0
# Without JavaScript a person presses a button for each step, so these are longer.
LONG_STEP_SECONDS = 8.0
# Number of rows that are validated and saved together, in one short transaction.
CHUNK_ROWS = 100
CHECKED_COLUMNS = [f.name for f in BatchRow._meta.fields if f.name not in ("id", "batch", "cells")]


class PreviewRow(NamedTuple):
    """A row of the preview."""

    row: BatchRow
    changes: list[Difference]


class BatchViews(ImportExportPages):
    """The preview of an import, the import itself, and its undo."""

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
            # A preview is visible only to the person who uploaded the file.
            raise PermissionDenied
        return batch

    def batch_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        if not self.admin.has_import_permission(request):
            raise PermissionDenied
        batch = self._batch_of(request, batch_id)
        if batch.awaits_columns:
            return self.redirect("batch_columns", batch.pk)
        if request.method == "POST" and not batch.imported_at:
            return self._decide_import(request, batch)
        return self._show_batch(request, batch)

    def _decide_import(self, request: HttpRequest, batch: Batch) -> HttpResponse:
        match request.POST.get("decision"):
            case "look":
                if request.headers.get("Accept") == "application/json":
                    self._validate_rows(request, batch, STEP_SECONDS)
                    counts = batch.count_outcomes()
                    return JsonResponse(
                        {"total": sum(counts.values()), "left": counts[RowOutcome.PENDING]}
                    )
                self._validate_rows(request, batch, LONG_STEP_SECONDS)
            case "discard":
                batch.delete()
                messages.success(request, _("Nothing was imported, and the file is forgotten."))
                return self.redirect("import")
            case "import":
                self._import(request, batch)
        return self.redirect("batch", batch.pk)

    def _validate_rows(self, request: HttpRequest, batch: Batch, seconds: float) -> None:
        """Validate further rows, for about this many seconds."""
        validator, end = RowValidator(self.admin, request, batch), time.monotonic() + seconds
        while time.monotonic() < end:
            rows = list(batch.rows.filter(outcome=RowOutcome.PENDING)[:CHUNK_ROWS])
            if not rows:
                return
            validator.check(rows)
            sql = DeferredSQL()
            sql.insert(BatchRow, rows, CHECKED_COLUMNS, ["id"])
            sql.run()

    def _import(self, request: HttpRequest, batch: Batch) -> None:
        needs_permission = batch.is_live and issubclass(self.model, Publishable)
        if needs_permission and not self.admin.has_publish_permission(request):
            return
        if batch.count_outcomes()[RowOutcome.PENDING]:
            return
        try:
            import_batch(self.model, batch, request.user, request.POST.get("_note", "")[:300])
        except ConcurrentEdit as error:
            for numbers in slices(error.numbers):
                batch.rows.filter(number__in=numbers).update(outcome=RowOutcome.PENDING)
            message = _(
                "Nothing was imported yet: somebody changed some of these records meanwhile. "
                "They are looked at again."
            )
        except OutOfScope as error:
            message = _("Nothing was imported. %s") % " ".join(error.messages)
        except IntegrityError:
            batch.rows.update(outcome=RowOutcome.PENDING)
            message = _(
                "Nothing was imported yet: somebody took a name or an address of these rows "
                "meanwhile. They are looked at again."
            )
        else:
            messages.success(request, _("The rows are imported."))
            return
        messages.warning(request, message)

    def _show_batch(self, request: HttpRequest, batch: Batch) -> HttpResponse:
        counts = batch.count_outcomes()
        pending, total = counts.pop(RowOutcome.PENDING), sum(counts.values())
        outcome = request.GET.get("show", "")
        rows = batch.rows.exclude(outcome=RowOutcome.PENDING).order_by("number")
        if batch.person_id != request.user.pk:
            # Rows may be about records that other users may not see.
            rows = rows.none()
        if outcome in counts:
            rows = rows.filter(outcome=outcome)
        page = Paginator(rows.defer("cells", "claims"), PER_PAGE).get_page(request.GET.get("page"))
        title = _("Import of “%s”") if batch.imported_at else _("Preview of “%s”")
        return self.import_export_page(
            request,
            "import_batch",
            title % batch.file_name,
            batch=batch,
            pending=pending,
            looked_at=total,
            total=total + pending,
            counts=[(o, RowOutcome(o).label, n) for o, n in counts.items()],
            shown=outcome,
            page=page,
            rows=self._preview_rows(page.object_list),
            ready=not pending and bool(counts[RowOutcome.NEW] or counts[RowOutcome.CHANGED]),
            will_change=counts[RowOutcome.NEW] + counts[RowOutcome.CHANGED],
            may_undo=self._may_undo(request, batch),
        )

    def _preview_rows(self, rows: Iterable[BatchRow]) -> list[PreviewRow]:
        """Return the rows with their changes in words; related records are loaded in bulk."""
        rows = list(rows)
        contents = [content for row in rows for content in (row.base, row.content) if content]
        formatter = SnapshotFormatter(self.model, contents)
        return [PreviewRow(row, _changes(formatter, row)) for row in rows]

    # -- Taking it back --------------------------------------------------------------------

    def _may_undo(self, request: HttpRequest, batch: Batch) -> bool:
        if not batch.imported_at or batch.undone_at:
            return False
        if batch.person_id == request.user.pk:
            return True
        # An import is undone only as a whole, so another user has to see all its records.
        return (
            self.admin.has_publish_permission(request)
            and not ImportUndo(self.admin, request, batch).has_hidden_records()
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
                message = _("Nothing was taken back, because somebody saved meanwhile. Try again.")
                messages.error(request, message)
            else:
                messages.success(request, _("The import is taken back."))
            return self.redirect("batch", batch.pk)
        return self.import_export_page(
            request,
            "import_undo",
            _("Take back the import of “%s”?") % batch.file_name,
            batch=batch,
        )


def _changes(formatter: SnapshotFormatter, row: BatchRow) -> list[Difference]:
    new: Snapshot | None = row.content
    if new is None:
        return []
    old = row.base or {
        "fields": dict.fromkeys(new["fields"], ""),
        "links": {name: [] for name in new["links"]},
        "rows": {part: {} for part in new["rows"]},
    }
    changes = [formatter.difference(path, old, new) for path in differing(old, new)]
    return changes if row.base else [change for change in changes if change.old or change.new]
