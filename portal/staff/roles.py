"""Who of the staff may do what.

Four groups are filled after every migration, so a new model is covered at once. Each may do what
the one before may:

- **Contributors** write: they add records and change drafts. What they change of a public record
  is kept as its draft, and they submit it for review. They may upload pictures.
- **Editors** also put drafts into the trash and take them out, describe pictures anew, and look
  after the mistakes that visitors report.
- **Publishers** decide what visitors see: they publish, schedule, approve, archive and trash what
  is public, and look after countries, the menu and the home page.
- **Administrators** also delete for good, and manage users, groups and who is tied to what.

Somebody who is tied to cities or networks (`portal.models.Tie`) keeps of all that what `TIED`
leaves: nothing that reaches beyond those places. Which records are theirs is told in
publishing/content/scope.py.

The groups are the portal's own: what is changed in them by hand is set back by the next
migration. Make a further group for other rights.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps as installed_apps
from django.contrib.auth import get_permission_codename, get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.management import create_permissions
from django.db.models import Exists, Model, OuterRef, Q

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
# Edited as rows of other records' forms, where taking one out is part of editing.
ROWS = (
    "cities.alternativename",
    "cities.award",
    "cities.designation",
    "partners.membership",
)
# What has no state: a change shows at once.
COUNTRIES = ("cities.country",)
PICTURES = ("publishing.picture",)
# What visitors tell: staff look at it and say what became of it.
REPORTS = ("portal.report",)
# The portal as a whole.
SITE = ("portal.site",)
MENU = ("portal.menuitem",)
READ_ONLY = ("publishing.formerslug", "publishing.revision")
PEOPLE = ("auth.user", "auth.group", "portal.tie")
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
# What is left of anybody's rights when they are tied. Not to add cities, which would be nobody's;
# to look at the words that all share; nothing of the site, its pages, its people.
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
    """App label and codename of every permission that these rights are.

    Countries and pictures have no state of their own, so nobody needs to publish them.
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
        # Migrated to a point at which there are no groups.
        return
    # Django makes the permissions of an app only when it comes to that app.
    for label in {label.partition(".")[0] for labels in ADMINISTRATORS for label in labels}:
        create_permissions(
            installed_apps.get_app_config(label), verbosity=verbosity, using=using, apps=apps
        )
    for name, rights in GROUPS.items():
        chosen = Q()
        for app_label, codename in codenames(rights):
            chosen |= Q(content_type__app_label=app_label, codename=codename)
        group, _created = group_model._default_manager.using(using).get_or_create(name=name)
        group.permissions.set(permission_model._default_manager.using(using).filter(chosen))


@cache
def left_when_tied() -> frozenset[str]:
    """The permissions that somebody who is tied can have, as Django names them."""
    return frozenset(f"{app_label}.{codename}" for app_label, codename in codenames(TIED))


class Backend(ModelBackend):
    """Django's own permissions, less what somebody who is tied does not keep."""

    def get_user(self, user_id: Any) -> Any:
        """The person, with `is_tied` from the same query: who is not tied costs no other."""
        people = get_user_model()._default_manager
        person = people.annotate(is_tied=Exists(Tie.objects.filter(user=OuterRef("pk"))))
        found = person.filter(pk=user_id).first()
        return found if found and self.user_can_authenticate(found) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        found = super().get_all_permissions(user_obj, obj)
        return found if scope_of(user_obj) is None else found & left_when_tied()
