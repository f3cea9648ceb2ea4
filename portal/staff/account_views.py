"""Actions on an account: send a link, deactivate, unlock, hand over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.models import User
from portal.accounts.password_links import INVITATION_DAYS, send_link
from portal.accounts.second_factor import has_second_factor, reset_sign_in
from portal.accounts.sessions import end_sessions
from portal.staff.confirmation import confirmed_method
from portal.staff.sign_in_attempts import is_locked, unlock
from portal.staff.sign_in_changes import tell
from publishing.content.keys import only_keys
from publishing.revisions.models import Action, Revision, log
from publishing.staff.admin_views import AdminViews


class AccountState(NamedTuple):
    """The state of an account and what may be done to it, for its page."""

    person: User
    is_own: bool
    is_invited: bool
    is_locked: bool
    has_second_factor: bool
    # The number of open drafts, and the colleagues who could have them.
    drafts: int
    colleagues: list[User]


def account_state(request: HttpRequest, admin: Any, person: User) -> AccountState | None:
    """Return the state of an account; None if the user may not change it."""
    if not admin.has_change_permission(request, person):
        return None
    drafts = open_drafts(person).count()
    return AccountState(
        person,
        is_own=person == request.user,
        is_invited=not person.has_usable_password(),
        is_locked=is_locked(person),
        has_second_factor=has_second_factor(person) or bool(person.provider_id),
        drafts=drafts,
        colleagues=list(colleagues_of(person)) if drafts else [],
    )


def open_drafts(person: User) -> Any:
    return Revision.objects.open().filter(author=person)


def colleagues_of(person: User) -> Any:
    """Return the active users with a role, without this one."""
    users = User.objects.filter(is_active=True).exclude(pk=person.pk).order_by("name", "pk")
    return (users.filter(groups__isnull=False) | users.filter(is_superuser=True)).distinct()


def say_link(request: HttpRequest, person: User) -> None:
    """Send a link to choose a password, and say so; show the link if it could not be sent."""
    is_invited = not person.has_usable_password()
    link = send_link(request, person)
    values = {"name": person, "address": person.email, "days": INVITATION_DAYS}
    if not link:
        text = (
            _("%(name)s has been invited: a link went to %(address)s and works for %(days)s days.")
            if is_invited
            else _("A link to choose a new password went to %(address)s.")
        )
        messages.success(request, text % values)
        return
    text = _(
        "The email to %(name)s could not be sent. Copy this link now and give it to them "
        "yourself. It works once and is not shown again:"
    )
    messages.warning(request, format_html("{} <code>{}</code>", text % values, link))


class AccountViews(AdminViews):
    """The one address that the buttons of a person's page post to."""

    routes = (("<path:object_id>/account/", "act", "account"),)
    acts: ClassVar[tuple[str, ...]] = (
        "send_link",
        "deactivate",
        "reactivate",
        "unlock",
        "reset_second_factor",
        "hand_over",
    )

    @confirmed_method
    def act(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person = self.find(request, object_id, change=True)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        act = request.POST.get("act", "")
        if act in self.acts:
            method: Callable[[HttpRequest, User], None] = getattr(self, act)
            method(request, person)
        return self.redirect("change", person.pk)

    def log(self, request: HttpRequest, person: User, note: str) -> None:
        log(person, Action.CHANGED, request.user, note)

    def send_link(self, request: HttpRequest, person: User) -> None:
        if not person.is_active:
            messages.error(request, _("Reactivate the account first."))
            return
        self.log(request, person, _("Sent a link to choose a password."))
        say_link(request, person)

    def deactivate(self, request: HttpRequest, person: User) -> None:
        if person == request.user:
            messages.error(request, _("You cannot deactivate your own account."))
            return
        with transaction.atomic():
            person.is_active, person.deactivated_at = False, timezone.now()
            person.save(update_fields=["is_active", "deactivated_at"])
            end_sessions(person)
            self.log(request, person, _("Deactivated the account."))
        text = _("%(name)s has been signed out and can no longer sign in.") % {"name": person}
        messages.success(request, text)

    def reactivate(self, request: HttpRequest, person: User) -> None:
        with transaction.atomic():
            person.is_active = True
            person.save(update_fields=["is_active"])
            self.log(request, person, _("Reactivated the account."))
        if person.has_usable_password():
            messages.success(request, _("%(name)s can sign in again.") % {"name": person})
        else:
            say_link(request, person)

    def unlock(self, request: HttpRequest, person: User) -> None:
        unlock(person, request.user)
        messages.success(request, _("%(name)s can try to sign in again.") % {"name": person})

    def reset_second_factor(self, request: HttpRequest, person: User) -> None:
        reset_sign_in(person)
        note = _("Removed the second factors, and signed out everywhere.")
        tell(request, person, note, by=request.user, log_it=True)
        text = _("%(name)s sets up a new second factor at the next sign-in with the password.")
        if not person.needs_second_factor:
            text = _("%(name)s signs in with the password alone now.")
        messages.success(request, text % {"name": person})

    def hand_over(self, request: HttpRequest, person: User) -> None:
        keys = only_keys(User, [request.POST.get("to", "")])
        colleague = colleagues_of(person).filter(pk__in=keys).first()
        if colleague is None:
            messages.error(request, _("Choose the colleague who takes over the drafts."))
            return
        with transaction.atomic():
            number = open_drafts(person).visible_to(colleague).update(author=colleague)
            text = ngettext(
                "Handed over %(number)s draft to %(name)s.",
                "Handed over %(number)s drafts to %(name)s.",
                number,
            ) % {"number": number, "name": colleague}
            self.log(request, person, text)
        messages.success(request, text)
        if left := open_drafts(person).count():
            text = ngettext(
                "%(number)s draft stays with %(person)s, because %(name)s may not see it.",
                "%(number)s drafts stay with %(person)s, because %(name)s may not see them.",
                left,
            )
            messages.warning(request, text % {"number": left, "person": person, "name": colleague})
