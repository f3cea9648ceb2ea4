"""Views of exports and of the upload of a file to import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.content.publishable import Publishable
from publishing.import_export.columns import columns_of
from publishing.import_export.date_orders import open_day
from publishing.import_export.exporting import csv_pieces, table_rows, write_workbook
from publishing.import_export.headings import HeadingError, KnownHeadings, match_headings
from publishing.import_export.models import Batch, delete_expired
from publishing.import_export.readers import read_table
from publishing.import_export.references import key_name
from publishing.import_export.uploaded_rows import UnreadableFile
from publishing.import_export.uploads import keep_file, reading_of, save_rows
from publishing.revisions.models import name_of
from publishing.staff.admin_views import AdminViews
from publishing.staff.column_form import is_plain, ways_to_match

PER_PAGE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV, Excel (.xlsx) or OpenDocument (.ods), at most 20 MB and 20,000 rows."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.ods"}),
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("What visitors see"),
        choices=[
            ("draft", gettext_lazy("Nothing yet: import as drafts")),
            ("live", gettext_lazy("Everything: publish immediately")),
        ],
        initial="draft",
        widget=forms.RadioSelect,
        required=False,
    )


class ImportExportPages(AdminViews):
    """Pages about the import and export of one kind of record."""

    def import_export_page(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> TemplateResponse:
        is_publishable = issubclass(self.model, Publishable)
        return self.page(request, template, title, is_publishable=is_publishable, **context)

    def after_columns(self, request: HttpRequest, batch: Batch) -> HttpResponse:
        """Redirect to the preview, or back to the columns if the order of a day is not known.

        All rows are saved now; the page of the columns has seen only the first ones.
        """
        if not (day := open_day(batch)):
            return self.redirect("batch", batch.pk)
        message = _("One question is left below the columns: which day is “%s”?") % day
        messages.warning(request, message)
        return self.redirect("batch_columns", batch.pk)


class ImportExportViews(ImportExportPages):
    """Export of the list as a file, and upload of a file to import."""

    routes = (
        ("export/<str:ending>/", "export_view", "export"),
        ("import/", "import_view", "import"),
    )

    # -- Export ----------------------------------------------------------------------------

    def export_view(self, request: HttpRequest, ending: str) -> Any:
        """Return the list, filtered and searched as on the page, as a file."""
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        if ending not in ("csv", "xlsx"):
            raise Http404
        try:
            rows = self.admin.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            # The list says so, as it does of its own address.
            address = reverse(f"admin:{self.url_name('changelist')}")
            return HttpResponseRedirect(f"{address}?{ERROR_FLAG}=1")
        name = f"{capfirst(str(self.opts.verbose_name_plural))} {timezone.localdate()}".lower()
        name = f"{name.replace(' ', '-')}.{ending}"
        if ending == "xlsx":
            file = write_workbook(table_rows(rows), str(self.opts.verbose_name_plural))
            return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
        response = StreamingHttpResponse(
            csv_pieces(table_rows(rows)), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    # -- Upload ----------------------------------------------------------------------------

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.admin.has_import_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                batch = self._save_upload(request, form)
            except (UnreadableFile, HeadingError) as error:
                form.add_error("file", str(error))
            else:
                if batch.awaits_columns:
                    return self.redirect("batch_columns", batch.pk)
                return self.after_columns(request, batch)
        if not self._asks_for_mode(request):
            del form.fields["mode"]
        batches = Batch.objects.of(self.model)
        if not self.admin.has_publish_permission(request):
            batches = batches.filter(person=request.user.pk)
        page = Paginator(batches.defer("left", "headings"), PER_PAGE).get_page(
            request.GET.get("page")
        )
        return self.import_export_page(
            request,
            "import",
            _("Import %(kind)s") % {"kind": self.opts.verbose_name_plural},
            form=form,
            columns=columns_of(self.model),
            key=key_name(self.model),
            ways=[label for _way, _columns, label in ways_to_match(self.model)],
            page=page,
        )

    def _asks_for_mode(self, request: HttpRequest) -> bool:
        return issubclass(self.model, Publishable) and self.admin.has_publish_permission(request)

    def _save_upload(self, request: HttpRequest, form: UploadForm) -> Batch:
        """Save an uploaded file, and its rows if its headings are plain. Raises UnreadableFile."""
        delete_expired()
        file = form.cleaned_data["file"]
        known = KnownHeadings(self.model)
        table = read_table(file.file, file.size, {}, known)
        is_live = form.cleaned_data["mode"] == "live" and self.admin.has_publish_permission(request)
        with transaction.atomic():
            batch = Batch.objects.create(
                model=self.opts.label_lower,
                person_id=request.user.pk,
                person_name=name_of(request.user),
                file_name=file.name[:255],
                headings=table.headings,
                options=reading_of(table),
                is_live=is_live or not issubclass(self.model, Publishable),
            )
            if is_plain(table, known, batch):
                columns = [guess.column for guess in known.guess_all(table.headings)]
                match_headings(self.model, table.headings, columns)
                save_rows(batch, table, columns)
            elif not sum(1 for _row in table):
                # All rows are read, so that a limit is met now and not after the next step.
                raise UnreadableFile(_("The file has headings but no rows."))
            keep_file(batch, file.file)
        return batch
