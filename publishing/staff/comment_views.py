"""Views of the comments on a record: read them, add, reply, resolve and reopen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.content.keys import only_keys
from publishing.content.limits import LARGEST_NUMBER
from publishing.revisions import comments, snapshots
from publishing.revisions.comments import Comment, CommentThread
from publishing.revisions.models import open_draft
from publishing.revisions.notifications import tell_about_comment
from publishing.revisions.snapshots import Snapshot, content_fields, link_names
from publishing.staff.admin_views import AdminViews, safe_next

# The script asks with this header for the list alone, without the page around it.
FRAGMENT_HEADER = "X-Comments"


class CommentForm(forms.ModelForm):
    """Form of a comment on a field or passage, or of a reply to a thread."""

    field = forms.ChoiceField(required=False)
    # Longer words are cut: they only help to find the passage.
    quote = forms.CharField(required=False)
    position = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_NUMBER)

    class Meta:
        model = Comment
        fields = ("text",)
        error_messages = {"text": {"required": _("Write your comment first.")}}


@dataclass(frozen=True)
class FieldComments:
    """The threads on one field of a record."""

    path: str
    label: str
    open: list[CommentThread]
    resolved: list[CommentThread]


@dataclass(frozen=True)
class Discussion:
    """The comments on a record, as the template comments.html shows them."""

    address: str
    groups: list[FieldComments]
    fields: list[tuple[str, str]]
    may_comment: bool
    # The page to return to without a script; "" for the page of the comments.
    next: str = ""
    # A comment that was not saved, with the thread that it replies to (None: a new one).
    refused: CommentForm | None = None
    refused_thread: int | None = None

    @property
    def number(self) -> int:
        """Return the number of open threads."""
        return sum(len(group.open) for group in self.groups)

    @property
    def error(self) -> str:
        """Return the error of the refused comment."""
        errors = self.refused.errors if self.refused else {}
        return " ".join(str(error) for found in errors.values() for error in found)


def commentable_fields(admin: Any, request: HttpRequest, record: Any) -> list[tuple[str, str]]:
    """Return (path, label) of the fields and rows in the form of a record, in their order."""
    model = admin.model
    links, columns = link_names(model), {field.name for field in content_fields(model)}
    names = flatten_fieldsets(admin.get_fieldsets(request, record))
    paths = [
        f"{'links' if name in links else 'fields'}/{name}"
        for name in names
        if name in columns or name in links
    ]
    paths += [f"rows/{part}" for part in getattr(model, "parts", ())]
    return [(path, comments.field_label(model, path)) for path in paths]


def discussion_of(
    admin: Any, request: HttpRequest, record: Any, content: Snapshot, **more: Any
) -> Discussion:
    """Return the comments on a record by field; `content` is the content that the page shows."""
    fields = commentable_fields(admin, request, record)
    threads: dict[str, list[CommentThread]] = defaultdict(list)
    for thread in CommentThread.objects.of(record).prefetch_related("comments"):
        thread.is_gone = thread.is_on_removed_words(content)
        threads[thread.field].append(thread)
    order = dict.fromkeys(["", *(path for path, _label in fields), *threads])
    groups = [
        FieldComments(
            path,
            threads[path][0].label,
            [thread for thread in threads[path] if not thread.resolved_at],
            [thread for thread in threads[path] if thread.resolved_at],
        )
        for path in order
        if path in threads
    ]
    place = f"admin:{admin.opts.app_label}_{admin.opts.model_name}_comments"
    may_comment = admin.has_change_permission(request, record)
    return Discussion(reverse(place, args=[record.pk]), groups, fields, may_comment, **more)


class CommentViews(AdminViews):
    """The comments on a record: everybody who may view it reads, who may change it writes."""

    routes = (("<path:object_id>/comments/", "comments_view", "comments"),)

    def comments_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the comments; POST adds one, or resolves or reopens a thread."""
        record = self.find(request, object_id)
        if request.method != "POST":
            return self._page(request, record)
        if not self.admin.has_change_permission(request, record):
            raise PermissionDenied
        thread = self._posted_thread(request, record)
        form = CommentForm(request.POST)
        fields = commentable_fields(self.admin, request, record)
        form.fields["field"].choices = fields  # type: ignore[attr-defined]
        action = request.POST.get("do")
        writes = action == "add" or bool(request.POST.get("text", "").strip())
        if writes and not form.is_valid():
            return self._page(request, record, refused=form, refused_thread=thread and thread.pk)
        if writes:
            thread = self._write(request, record, thread, form.cleaned_data)
        if thread and action == "resolve":
            comments.resolve(thread, request.user)
        elif thread and action == "reopen":
            comments.reopen(thread)
        return self._done(request, record, thread)

    def _posted_thread(self, request: HttpRequest, record: Any) -> CommentThread | None:
        """Return the thread that the form names, or None. Raises Http404."""
        if not (key := request.POST.get("thread")):
            return None
        rows = CommentThread.objects.of(record).filter(pk__in=only_keys(CommentThread, [key]))
        thread: CommentThread = get_object_or_404(rows)
        return thread

    def _write(
        self, request: HttpRequest, record: Any, thread: CommentThread | None, typed: dict[str, Any]
    ) -> CommentThread:
        """Save a comment and send mail about it."""
        if thread:
            comment = comments.reply(thread, request.user, typed["text"])
        else:
            comment = comments.start(
                record, request.user, typed["text"],
                field=typed["field"], quote=typed["quote"], position=typed["position"] or 0,
            )  # fmt: skip
        tell_about_comment(record, comment, request)
        return comment.thread

    def _done(
        self, request: HttpRequest, record: Any, thread: CommentThread | None
    ) -> HttpResponse:
        if FRAGMENT_HEADER in request.headers:
            return self._page(request, record)
        anchor = f"#thread-{thread.pk}" if thread else ""
        address = safe_next(request) or self.redirect("comments", record.pk).url
        return HttpResponseRedirect(address + anchor)

    def _page(self, request: HttpRequest, record: Any, **refused: Any) -> HttpResponse:
        """Return the comments: the page, or the list alone for the script."""
        live, draft = snapshots.take(record), open_draft(record)
        content = draft.merged(live).content if draft else live
        discussion = discussion_of(
            self.admin, request, record, content, next=safe_next(request), **refused
        )
        status = 422 if refused else 200
        if FRAGMENT_HEADER in request.headers:
            context = {"discussion": discussion}
            return render(request, "admin/publishing/comment_list.html", context, status=status)
        title = gettext("Comments on %s") % record
        page = self.record_page(request, "comments_page", record, title, discussion=discussion)
        page.status_code = status
        return page
