"""Import and export in the desk: upload, look at every change, import, take it back."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.content.publishable import Publishable
from publishing.content.scope import OutOfScope
from publishing.import_export.bulk_apply import ConcurrentEdit as Stale
from publishing.import_export.bulk_snapshots import slices
from publishing.import_export.bulk_sql import DeferredSQL
from publishing.import_export.columns import columns_of
from publishing.import_export.exporting import csv_pieces, table, workbook
from publishing.import_export.headings import HeadingError as Heading
from publishing.import_export.headings import match_headings as understood
from publishing.import_export.importing import carry_out
from publishing.import_export.models import Batch, BatchRow, expire
from publishing.import_export.models import RowOutcome as Outcome
from publishing.import_export.readers import UnreadableFile, read
from publishing.import_export.readers import UploadedTable as Table
from publishing.import_export.references import handle_name, key_name
from publishing.import_export.undo import ImportUndo as Undo
from publishing.import_export.validation import RowValidator as Checker
from publishing.revisions.diff import Difference, SnapshotFormatter
from publishing.revisions.models import name_of
from publishing.revisions.snapshots import Snapshot, differing
from publishing.staff.base import StaffAdmin

# So long one step of looking at rows takes; a page that shows its progress asks for the next.
STEP = 2.0
# Without JavaScript somebody presses a button for each step, so these are longer.
LONG_STEP = 8.0
# Rows that are looked at and written down together, each time in a short transaction.
CHUNK = 100
LOOKED_AT = [f.name for f in BatchRow._meta.fields if f.name not in ("id", "batch", "cells")]
PER_PAGE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or an Excel workbook (.xlsx), at most 20 MB and 20,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("What visitors see"),
        choices=[
            ("draft", gettext_lazy("Nothing yet: keep new records and changes as drafts")),
            ("live", gettext_lazy("All of it, as soon as it is imported")),
        ],
        initial="draft",
        widget=forms.RadioSelect,
        required=False,
    )


class ShownRow(NamedTuple):
    """A row of the preview."""

    row: BatchRow
    changes: list[Difference]


class ImportExportMixin(StaffAdmin):
    """The pages of import and export of every kind of record."""

    change_list_template = "admin/publishing/exchange_list.html"

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, Any, str]] = [
            ("export/<str:ending>/", self.export_view, "export"),
            ("import/", self.import_view, "import"),
            ("import/<int:batch_id>/", self.batch_view, "batch"),
            ("import/<int:batch_id>/undo/", self.undo_view, "batch_undo"),
        ]
        wrap = self.admin_site.admin_view
        return [
            *(
                path(route, wrap(view), name=self._exchange_name(name))
                for route, view, name in pages
            ),
            *super().get_urls(),
        ]

    def _exchange_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _to_exchange(self, page: str, *args: Any) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse(f"admin:{self._exchange_name(page)}", args=args))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def _may_go_live(self, request: HttpRequest) -> bool:
        return bool(self.has_publish_permission(request))  # type: ignore[attr-defined]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"may_import": self.has_import_permission(request)} | (extra_context or {})
        return super().changelist_view(request, context)

    def _exchange_page(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> TemplateResponse:
        return TemplateResponse(
            request,
            f"admin/publishing/{template}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": title,
                "is_publishable": issubclass(self.model, Publishable),
                **context,
            },
        )

    # -- Export ----------------------------------------------------------------------------

    def export_view(self, request: HttpRequest, ending: str) -> Any:
        """The list as it is filtered and searched, as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if ending not in ("csv", "xlsx"):
            raise Http404
        rows = self.get_changelist_instance(request).get_queryset(request)
        name = f"{capfirst(str(self.opts.verbose_name_plural))} {timezone.localdate()}".lower()
        name = f"{name.replace(' ', '-')}.{ending}"
        if ending == "xlsx":
            file = workbook(table(rows), str(self.opts.verbose_name_plural))
            return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
        answer = StreamingHttpResponse(
            csv_pieces(table(rows)), content_type="text/csv; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    # -- Upload ----------------------------------------------------------------------------

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                batch = self._receive(request, form)
            except (UnreadableFile, Heading) as error:
                form.add_error("file", str(error))
            else:
                return self._to_exchange("batch", batch.pk)
        if not self._asks_for_mode(request):
            del form.fields["mode"]
        batches = Batch.objects.of(self.model)
        if not self._may_go_live(request):
            batches = batches.filter(person=request.user.pk)
        page = Paginator(batches.defer("left", "headings"), PER_PAGE).get_page(
            request.GET.get("page")
        )
        return self._exchange_page(
            request,
            "import",
            _("Import %(kind)s") % {"kind": self.opts.verbose_name_plural},
            form=form,
            columns=columns_of(self.model),
            key=key_name(self.model),
            handle=handle_name(self.model),
            page=page,
        )

    def _asks_for_mode(self, request: HttpRequest) -> bool:
        return issubclass(self.model, Publishable) and self._may_go_live(request)

    def _receive(self, request: HttpRequest, form: UploadForm) -> Batch:
        """Keep the rows of an uploaded file. Raises Unreadable or Heading; nothing stays then."""
        expire()
        file = form.cleaned_data["file"]
        lines = read(file.file, file.size)
        understood(self.model, lines.headings)
        live = form.cleaned_data["mode"] == "live" and self._may_go_live(request)
        batch = Batch.objects.create(
            model=self.opts.label_lower,
            person_id=request.user.pk,
            person_name=name_of(request.user),
            file_name=file.name[:255],
            headings=lines.headings,
            notes=lines.notes,
            is_live=live or not issubclass(self.model, Publishable),
        )
        try:
            self._keep_lines(batch, lines)
        except UnreadableFile:
            batch.delete()
            raise
        return batch

    @staticmethod
    def _keep_lines(batch: Batch, lines: Table) -> None:
        for some in slices(lines):
            rows = [
                BatchRow(
                    batch=batch,
                    number=line.number,
                    # A row that cannot be read has no cells, but a reason.
                    cells=[] if line.problem else line.cells,
                    reason=line.problem,
                )
                for line in some
            ]
            made = DeferredSQL()
            made.insert(BatchRow, rows)
            made.run()
        if not batch.rows.exists():
            raise UnreadableFile(_("The file has headings and no rows."))

    # -- Looking and importing -------------------------------------------------------------

    def _batch_of(self, request: HttpRequest, batch_id: int) -> Batch:
        batch = Batch.objects.of(self.model).filter(pk=batch_id).first()
        if batch is None:
            raise Http404
        if batch.person_id != request.user.pk and not (
            batch.imported_at and self._may_go_live(request)
        ):
            # A preview belongs to whoever brought the file.
            raise PermissionDenied
        return batch

    def batch_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        if not self.has_import_permission(request):
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
                        {"total": sum(counts.values()), "left": counts[Outcome.PENDING]}
                    )
                self._look_at_rows(request, batch, LONG_STEP)
            case "discard":
                batch.delete()
                messages.success(request, _("Nothing was imported, and the file is forgotten."))
                return self._to_exchange("import")
            case "import":
                self._import(request, batch)
        return self._to_exchange("batch", batch.pk)

    def _look_at_rows(self, request: HttpRequest, batch: Batch, seconds: float) -> None:
        """Look at further rows, for about so long."""
        checker, end = Checker(self, request, batch), time.monotonic() + seconds
        while time.monotonic() < end:
            rows = list(batch.rows.filter(outcome=Outcome.PENDING)[:CHUNK])
            if not rows:
                return
            checker.check(rows)
            made = DeferredSQL()
            made.insert(BatchRow, rows, LOOKED_AT, ["id"])
            made.run()

    def _import(self, request: HttpRequest, batch: Batch) -> None:
        live = batch.is_live and issubclass(self.model, Publishable)
        counts = batch.tally()
        if counts[Outcome.PENDING] or (live and not self._may_go_live(request)):
            return
        try:
            carry_out(self.model, batch, request.user, request.POST.get("_note", "")[:300])
        except Stale as stale:
            for some in slices(stale.numbers):
                batch.rows.filter(number__in=some).update(outcome=Outcome.PENDING)
            said = _(
                "Nothing was imported yet: somebody changed some of these records meanwhile. "
                "They are looked at again."
            )
        except OutOfScope as refused:
            said = _("Nothing was imported. %s") % " ".join(refused.messages)
        except IntegrityError:
            batch.rows.update(outcome=Outcome.PENDING)
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
        pending, total = counts.pop(Outcome.PENDING), sum(counts.values())
        shown = request.GET.get("show", "")
        rows = batch.rows.exclude(outcome=Outcome.PENDING).order_by("number")
        if batch.person_id != request.user.pk:
            # Rows may be about records that others do not see.
            rows = rows.none()
        if shown in counts:
            rows = rows.filter(outcome=shown)
        page = Paginator(rows.defer("cells", "claims"), PER_PAGE).get_page(request.GET.get("page"))
        title = _("Import of “%s”") if batch.imported_at else _("Preview of “%s”")
        return self._exchange_page(
            request,
            "import_batch",
            title % batch.file_name,
            batch=batch,
            pending=pending,
            looked_at=total,
            total=total + pending,
            counts=[(o, Outcome(o).label, n) for o, n in counts.items()],
            shown=shown,
            page=page,
            rows=self._in_words(page.object_list),
            ready=not pending and bool(counts[Outcome.NEW] or counts[Outcome.CHANGED]),
            will_change=counts[Outcome.NEW] + counts[Outcome.CHANGED],
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
        return self._may_go_live(request) and not Undo(self, request, batch).unseen()

    def undo_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        batch = self._batch_of(request, batch_id)
        if not self._may_undo(request, batch):
            return self._to_exchange("batch", batch.pk)
        if request.method == "POST":
            try:
                Undo(self, request, batch).run()
            except (Stale, IntegrityError):
                said = _("Nothing was taken back, because somebody saved meanwhile. Try again.")
                messages.error(request, said)
            else:
                messages.success(request, _("The import is taken back."))
            return self._to_exchange("batch", batch.pk)
        return self._exchange_page(
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
