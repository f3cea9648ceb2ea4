"""Roles: four groups of staff and their permissions, and the limits of users with ties.

The groups are filled after every migration, so a new model is covered at once. Each may do what the
one before may:

- **Contributors** write: they add records and change drafts. Their changes to a public record
  are kept as its draft, which they submit for review. They may upload pictures.
- **Editors** also move drafts to the trash and back, edit the descriptions of pictures, and
  handle reported mistakes.
- **Publishers** decide what visitors see: they publish, schedule, approve, archive and trash
  public records, and edit countries, the menu and the home page.
- **Administrators** also delete for good, and manage users, groups and ties.

A user who is tied to cities or networks (`portal.models.Tie`) keeps only the permissions in `TIED`:
nothing that reaches beyond those places. Which records are theirs is decided by
`within` of each QuerySet; publishing/content/scope.py applies it.

Changes to these groups by hand are reset by the next migration. Create another group for other
permissions.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps as installed_apps
from django.contrib.auth import get_permission_codename
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.management import create_permissions
from django.db.models import Exists, Model, OuterRef
from django.http import HttpRequest

from portal.accounts.models import POWERFUL, User, normal_address
from portal.models import Tie
from publishing.content.scope import scope_of

CONTENT = (
    "cities.intake",
    "cities.city",
    "cities.theme",
    "partners.network",
    "partners.organisation",
    "news.newsitem",
    "news.event",
    "portal.page",
)
# Edited as rows in the form of another record, where deleting one is part of editing.
ROWS = (
    "cities.alternativename",
    "cities.award",
    "cities.designation",
    "partners.membership",
)
# Without a state: a change is public at once.
COUNTRIES = ("cities.country",)
PICTURES = ("publishing.picture",)
# Sent by visitors; staff handle them.
REPORTS = ("portal.report",)
# Settings of the whole portal.
SITE = ("portal.site",)
MENU = ("portal.menuitem",)
READ_ONLY = ("publishing.formerslug", "publishing.revision")
PEOPLE = ("accounts.user", "auth.group", "portal.tie")
SIGN_INS = ("axes.accessattempt", "axes.accesslog", "axes.accessfailurelog")

Rights = dict[tuple[str, ...], tuple[str, ...]]

CONTRIBUTORS: Rights = {
    CONTENT: ("view", "add", "change"),
    ROWS: ("view", "add", "change", "delete"),
    COUNTRIES: ("view",),
    PICTURES: ("view", "add"),
    READ_ONLY: ("view",),
}
EDITORS: Rights = CONTRIBUTORS | {
    CONTENT: ("view", "add", "change", "delete"),
    PICTURES: ("view", "add", "change"),
    REPORTS: ("view", "change"),
}
PUBLISHERS: Rights = EDITORS | {
    CONTENT: ("view", "add", "change", "delete", "publish"),
    COUNTRIES: ("view", "add", "change", "delete"),
    PICTURES: ("view", "add", "change", "delete"),
    REPORTS: ("view", "change", "delete"),
    SITE: ("view", "change"),
    MENU: ("view", "add", "change", "delete"),
}
ADMINISTRATORS: Rights = PUBLISHERS | {
    CONTENT: ("view", "add", "change", "delete", "publish", "purge"),
    PEOPLE: ("view", "add", "change", "delete"),
    SIGN_INS: ("view",),
}
# The most permissions that a user with ties can have: no adding of cities, which would be in no
# scope; viewing of the vocabularies; nothing of the site, its pages and its users.
TIED: Rights = {
    ("cities.city",): ("view", "change", "delete", "publish", "purge"),
    ("partners.network", "partners.organisation", "news.newsitem", "news.event"): (
        "view",
        "add",
        "change",
        "delete",
        "publish",
        "purge",
    ),
    ROWS: ("view", "add", "change", "delete"),
    ("cities.intake", "cities.theme", *COUNTRIES): ("view",),
    PICTURES: ("view", "add", "change", "delete"),
    REPORTS: ("view", "change", "delete"),
    READ_ONLY: ("view",),
}
GROUPS = {
    "Contributors": CONTRIBUTORS,
    "Editors": EDITORS,
    "Publishers": PUBLISHERS,
    "Administrators": ADMINISTRATORS,
}


def codenames(rights: Rights) -> Iterator[tuple[str, str]]:
    """Yield app label and codename of every permission.

    Countries and pictures have no state, so there is no permission to publish them.
    """
    for labels, actions in rights.items():
        for label in labels:
            model: type[Model] = installed_apps.get_model(label)
            has = {*model._meta.default_permissions}
            for action in has.intersection(actions):
                yield model._meta.app_label, get_permission_codename(action, model._meta)


def fill_groups(
    using: str = "default", apps: Any = installed_apps, verbosity: int = 1, **kwargs: Any
) -> None:
    """Give the groups their permissions. Called after every migration."""
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:
        # A migration to a point before groups existed.
        return
    # Django creates the permissions of an app only when it comes to that app.
    for label in {label.partition(".")[0] for labels in ADMINISTRATORS for label in labels}:
        create_permissions(
            installed_apps.get_app_config(label), verbosity=verbosity, using=using, apps=apps
        )
    columns = ("content_type__app_label", "codename", "pk")
    rows = permission_model._default_manager.using(using).values_list(*columns)
    keys = {(app_label, codename): key for app_label, codename, key in rows}
    for name, rights in GROUPS.items():
        group, _created = group_model._default_manager.using(using).get_or_create(name=name)
        group.permissions.set([keys[right] for right in codenames(rights) if right in keys])


@cache
def permissions_when_tied() -> frozenset[str]:
    """Return the permissions that a user with ties can have, as Django names them."""
    return frozenset(f"{app_label}.{codename}" for app_label, codename in codenames(TIED))


class Backend(ModelBackend):
    """ModelBackend that removes the permissions a user with ties must not have.

    Users sign in with the email address or, as long as they have one, the former user name.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        users = list(User.objects.named(username))
        for user in users:
            if user.check_password(password) and self.user_can_authenticate(user):
                return user
        if not users:
            # The answer takes as long as for somebody who has an account.
            User().set_password(password)
        return None

    def get_user(self, user_id: Any) -> Any:
        """Return the user with `is_tied`, `has_role` and `is_powerful` from the same query."""
        ties = Tie.objects.filter(user=OuterRef("pk"))
        groups = User.groups.through._default_manager.filter(user=OuterRef("pk"))
        permissions = User.user_permissions.through._default_manager.filter(user=OuterRef("pk"))
        has_role = Exists(groups) | Exists(permissions)
        users = User.objects.annotate(
            is_tied=Exists(ties),
            has_role=has_role,
            is_powerful=Exists(groups.filter(group__name__in=POWERFUL)),
        )
        user = users.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        permissions = super().get_all_permissions(user_obj, obj)
        return permissions if scope_of(user_obj) is None else permissions & permissions_when_tied()


def attempted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the name under which axes counts an attempt to sign in.

    It is the same for each way of writing an address, and for the former user name: otherwise each
    would have five attempts of its own.
    """
    name = str((credentials or request.POST).get("username") or "")
    if user := User.objects.named(name).first():
        return user.get_username()
    # As long as the column of axes.
    return (normal_address(name) or "")[:255]
