"""Mail to staff about drafts and comments: submitted, returned, published, failed, commented.

Nothing is sent where no mail server is set up; the pages of the desk show the same.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.http import HttpRequest
from django.urls import reverse

from publishing.content.mail import is_set_up, made_mail, send_later
from publishing.content.scope import is_within
from publishing.content.visibility import permission_to
from publishing.revisions.comments import Comment
from publishing.revisions.models import Revision, name_of, open_draft


def publishers_of(model: type[models.Model]) -> Iterable[Any]:
    """Return the staff with an e-mail address who may publish this kind of record."""
    people: Any = get_user_model()._default_manager
    return people.with_perm(permission_to("publish", model))  # type: ignore[no-any-return]


def may_view(record: models.Model, person: Any) -> bool:
    """Return whether a user may still open a record at the desk."""
    is_allowed = person.is_staff and person.has_perm(permission_to("view", type(record)))
    return is_allowed and is_within(record, person)


def tell_publishers(record: models.Model, review: Revision, request: HttpRequest) -> None:
    """Tell those who may publish a record that its review is asked for."""
    people = [
        person
        for person in publishers_of(type(record))
        if person != request.user and is_within(record, person)
    ]
    tell(people, "submitted", review, request)


def tell_author(
    draft: Revision,
    request: HttpRequest,
    *,
    returned: Revision | None = None,
    scheduled: Callable[[], str] | None = None,
) -> None:
    """Tell the author that somebody else returned the draft, or published or scheduled it.

    `scheduled` returns the sentence about that, in the current time zone; "" if it is public.
    """
    if not draft.author or draft.author == request.user:
        return
    if returned:
        tell([draft.author], "returned", returned, request)
        return
    context: dict[str, Any] = {
        "publisher": name_of(request.user),
        "scheduled": scheduled,
        "note": request.POST.get("_note", "").strip(),
        "public_address": public_address(draft, request),
    }
    tell([draft.author], "published", draft, request, page="change", **context)


def public_address(draft: Revision, request: HttpRequest) -> str:
    """Return the address of the public page of a draft's record; "" if it has none."""
    get_address = getattr(draft.record, "get_absolute_url", None)
    return request.build_absolute_uri(get_address()) if get_address else ""


def tell_about_comment(record: models.Model, comment: Comment, request: HttpRequest) -> None:
    """Tell the author of the draft and the people in the thread about a comment, but its author."""
    draft = open_draft(record)
    others = comment.thread.comments.select_related("person").exclude(pk=comment.pk)
    concerned = {draft.author if draft else None, *(other.person for other in others)}
    people = [person for person in concerned if person and person != request.user]
    about = draft or Revision(
        model=record._meta.label_lower, object_pk=str(record.pk), label=str(record)
    )
    page = "draft" if draft else "comments"
    context = {"comment": comment, "thread": comment.thread, "is_reply": bool(others)}
    anchor = f"#thread-{comment.thread_id}"
    tell(people, "commented", about, request, page=page, anchor=anchor, **context)


def tell(
    people: Iterable[Any],
    about: str,
    draft: Revision,
    request: HttpRequest | None,
    *,
    page: str = "draft",
    anchor: str = "",
    **context: Any,
) -> None:
    """Send a mail about a draft after the transaction commits.

    `about` names the template in templates/mail/, whose first line is the subject; `page` is the
    page of the record to which the mail leads. A mail that cannot be sent is logged and stops
    nothing.
    """
    record = draft.record
    readers = {
        person.email: person
        for person in people
        if person.email and person.is_active and (record is None or may_view(record, person))
    }
    if not readers or not is_set_up():
        return
    info = draft.model.replace(".", "_")
    path = reverse(f"admin:{info}_{page}", args=[draft.object_pk]) + anchor
    address = request.build_absolute_uri(path) if request else settings.PUBLIC_ADDRESS + path
    context |= {"draft": draft, "address": address}
    for _email, person in sorted(readers.items()):
        transaction.on_commit(partial(send_later, made_mail(about, person, context)))
