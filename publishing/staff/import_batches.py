"""Views of one import: preview, import, undo."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from publishing.content.publishable import Publishable
from publishing.content.scope import OutOfScope
from publishing.import_export.bulk_apply import ConcurrentEdit
from publishing.import_export.bulk_snapshots import slices
from publishing.import_export.bulk_sql import DeferredSQL
from publishing.import_export.corrections import (
    AlreadyImported,
    check_again,
    refused_as_batch,
)
from publishing.import_export.headings import HeadingError
from publishing.import_export.importing import import_batch
from publishing.import_export.models import Batch, BatchRow, RowOutcome
from publishing.import_export.preview import PreviewTable
from publishing.import_export.references import ReferenceResolver
from publishing.import_export.right_values import RightValues
from publishing.import_export.undo import ImportUndo
from publishing.import_export.validation import RowValidator
from publishing.staff.import_export import PER_PAGE, ImportExportPages

# Seconds of one step of validating rows; a page that shows progress requests the next step.
STEP_SECONDS = 2.0
# Without JavaScript a person presses a button for each step, so these are longer.
LONG_STEP_SECONDS = 8.0
# Number of rows that are validated and saved together, in one short transaction.
CHUNK_ROWS = 100
NOT_CHECKED = ("id", "batch", "cells", "originals")
CHECKED_COLUMNS = [f.name for f in BatchRow._meta.fields if f.name not in NOT_CHECKED]
# The filter for rows with a remark, or with a cell that was read differently from how it stands.
REMARKS = "remarks"
WITH_REMARKS = ~Q(remark="") | ~Q(readings={})


class BatchPages(ImportExportPages):
    """Pages about one import, and the validation of its rows."""

    def batch_of(self, request: HttpRequest, batch_id: int) -> Batch:
        """Return an import that the user may see. Raises Http404 or PermissionDenied."""
        if not self.admin.has_import_permission(request):
            raise PermissionDenied
        batch = Batch.objects.of(self.model).filter(pk=batch_id).first()
        if batch is None:
            raise Http404
        if batch.person_id != request.user.pk and not (
            batch.imported_at and self.admin.has_publish_permission(request)
        ):
            # A preview is visible only to the person who uploaded the file.
            raise PermissionDenied
        return batch

    def own_batch_of(self, request: HttpRequest, batch_id: int) -> Batch:
        """Return an import with rows that the user may see. Raises Http404 or PermissionDenied."""
        batch = self.batch_of(request, batch_id)
        if batch.person_id != request.user.pk:
            # Rows may be about records that other users may not see.
            raise PermissionDenied
        return batch

    def validate_rows(self, request: HttpRequest, batch: Batch, seconds: float) -> None:
        """Validate further rows, for about this many seconds."""
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end and not self._validate_until(end, request, batch):
                pass
        except HeadingError as error:
            # Of a file that was uploaded to an earlier version of the portal.
            rows = batch.rows.filter(outcome=RowOutcome.PENDING)
            rows.update(outcome=RowOutcome.REFUSED, reason=str(error))

    def _validate_until(self, end: float, request: HttpRequest, batch: Batch) -> bool:
        """Validate rows; return False if it has to start again because somebody corrected a row."""
        batch.refresh_from_db(fields=["corrections"])
        validator = RowValidator(self.admin, request, batch)
        while time.monotonic() < end:
            rows = list(batch.rows.filter(outcome=RowOutcome.PENDING)[:CHUNK_ROWS])
            if not rows:
                break
            validator.check(rows)
            sql = DeferredSQL()
            sql.insert(BatchRow, rows, CHECKED_COLUMNS, ["id"])
            with transaction.atomic():
                locked = Batch.objects.select_for_update().only("corrections").get(pk=batch.pk)
                if locked.corrections != batch.corrections:
                    return False
                sql.run()
        return True

    def right_values(self, request: HttpRequest) -> RightValues:
        return RightValues(ReferenceResolver(self.admin.admin_site, request))


class BatchViews(BatchPages):
    """The preview of an import, the import itself, and its undo."""

    routes = (
        ("import/<int:batch_id>/", "batch_view", "batch"),
        ("import/<int:batch_id>/undo/", "undo_view", "batch_undo"),
    )

    def batch_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        batch = self.batch_of(request, batch_id)
        if batch.awaits_columns:
            return self.redirect("batch_columns", batch.pk)
        if request.method == "POST":
            return self._decide(request, batch)
        return self._show_batch(request, batch)

    def _decide(self, request: HttpRequest, batch: Batch) -> HttpResponse:
        match request.POST.get("decision"), bool(batch.imported_at):
            case "look", False:
                if request.headers.get("Accept") == "application/json":
                    self.validate_rows(request, batch, STEP_SECONDS)
                    counts = batch.count_outcomes()
                    return JsonResponse(
                        {"total": sum(counts.values()), "left": counts[RowOutcome.PENDING]}
                    )
                self.validate_rows(request, batch, LONG_STEP_SECONDS)
            case "discard", False:
                batch.delete()
                messages.success(request, _("Nothing was imported, and the file has been deleted."))
                return self.redirect("import")
            case "check_again", False:
                with suppress(AlreadyImported):
                    check_again(batch)
            case "import", False:
                self._import(request, batch)
            case "continue", True if batch.person_id == request.user.pk:
                return self.redirect("batch", refused_as_batch(batch).pk)
        return self.redirect("batch", batch.pk)

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
                "Not imported yet: somebody changed some of these records in the meantime. The "
                "rows are being checked again."
            )
        except OutOfScope as error:
            message = _("Nothing was imported. %s") % " ".join(error.messages)
        except IntegrityError:
            rows = batch.rows.exclude(outcome=RowOutcome.LEFT_OUT)
            rows.update(outcome=RowOutcome.PENDING)
            message = _(
                "Not imported yet: a name or an address in these rows has been taken in the "
                "meantime. The rows are being checked again."
            )
        else:
            messages.success(request, _("The rows have been imported."))
            return
        messages.warning(request, message)

    def _show_batch(self, request: HttpRequest, batch: Batch) -> HttpResponse:
        counts = batch.count_outcomes()
        pending, total = counts.pop(RowOutcome.PENDING), sum(counts.values())
        title = _("Import of “%s”") if batch.imported_at else _("Preview of “%s”")
        is_own = batch.person_id == request.user.pk
        return self.import_export_page(
            request,
            "import_batch",
            title % batch.file_name,
            batch=batch,
            pending=pending,
            looked_at=total,
            total=total + pending,
            refused=counts[RowOutcome.REFUSED],
            is_own=is_own,
            may_correct=is_own and not batch.imported_at,
            ready=not pending and bool(counts[RowOutcome.NEW] or counts[RowOutcome.CHANGED]),
            will_change=counts[RowOutcome.NEW] + counts[RowOutcome.CHANGED],
            may_undo=self._may_undo(request, batch),
            columns_address=self._columns_address(batch),
            **({} if pending else self._preview(request, batch, counts)),
        )

    def _preview(
        self, request: HttpRequest, batch: Batch, counts: dict[str, int]
    ) -> dict[str, Any]:
        """Return the context of the table: one page of the rows of one filter."""
        rows = batch.rows.order_by("number")
        show = request.GET.get("show", "")
        show = show if show in (*counts, REMARKS) else ""
        if batch.person_id != request.user.pk:
            rows = rows.none()
        filters = [
            (outcome, str(RowOutcome(outcome).label), number)
            for outcome, number in counts.items()
            if number or outcome != RowOutcome.LEFT_OUT
        ]
        if with_remarks := rows.filter(WITH_REMARKS).count():
            filters.append((REMARKS, _("With remarks"), with_remarks))
        if show == REMARKS:
            rows = rows.filter(WITH_REMARKS)
        elif show:
            rows = rows.filter(outcome=show)
        page = Paginator(rows.defer("claims"), PER_PAGE).get_page(request.GET.get("page"))
        right_values = None if batch.imported_at else self.right_values(request)
        all_columns = request.GET.get("columns") == "all"
        table = PreviewTable(self.model, batch, page.object_list, right_values, all_columns)
        return {
            "filters": filters,
            "shown": show,
            "page": page,
            "table": table,
            "all_columns": all_columns,
            "query": f"{f'show={show}&' * bool(show)}{'columns=all&' * all_columns}",
        }

    def _columns_address(self, batch: Batch) -> str:
        """Return the address of the page that matches columns; "" without the file or its names."""
        if batch.imported_at or not batch.options.get("columns"):
            return ""
        if not Batch.objects.filter(pk=batch.pk, content__isnull=False).exists():
            return ""
        return reverse(f"admin:{self.url_name('batch_columns')}", args=[batch.pk])

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
        batch = self.batch_of(request, batch_id)
        if not self._may_undo(request, batch):
            return self.redirect("batch", batch.pk)
        if request.method == "POST":
            try:
                ImportUndo(self.admin, request, batch).run()
            except (ConcurrentEdit, IntegrityError):
                message = _(
                    "Nothing was undone, because somebody else saved at the same time. Try again."
                )
                messages.error(request, message)
            else:
                messages.success(request, _("The import has been undone."))
            return self.redirect("batch", batch.pk)
        return self.import_export_page(
            request,
            "import_undo",
            _("Undo the import of “%s”?") % batch.file_name,
            batch=batch,
        )
