"""Who of the staff may do what.

Two groups are filled after every migration, so a new model is covered at once:

- **Editors** write: they add, change and see everything editorial. What they add is a draft.
  They may take rows out of a form (a name, an award, a designation, a membership), but delete
  no record. They may change the text of what is public, but not whether it is.
- **Publishers** do that too, and publish, unpublish, archive and delete.

Users and groups are for superusers. The two groups are the portal's own: what is changed in
them by hand is set back by the next migration. Make a further group for other rights.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps as installed_apps
from django.contrib.auth import get_permission_codename
from django.contrib.auth.management import create_permissions
from django.db.models import Model, Q

EDITORIAL = (
    "cities.country",
    "cities.intake",
    "cities.city",
    "cities.theme",
    "partners.network",
    "partners.organisation",
    "news.newsitem",
    "news.event",
    "portal.page",
    "publishing.picture",
)
# Edited as rows of other records' forms, where taking one out is part of editing.
ROWS = (
    "cities.alternativename",
    "cities.award",
    "cities.designation",
    "partners.membership",
)
# What visitors tell: staff look at it and say what became of it.
REPORTS = ("portal.report",)
# The portal as a whole: for those who publish.
SITE = ("portal.site",)
MENU = ("portal.menuitem",)
READ_ONLY = ("publishing.formerslug",)

ACTIONS = {
    "Editors": {
        EDITORIAL: ("view", "add", "change"),
        ROWS: ("view", "add", "change", "delete"),
        REPORTS: ("view", "change"),
        READ_ONLY: ("view",),
    },
    "Publishers": {
        EDITORIAL: ("view", "add", "change", "delete", "publish"),
        ROWS: ("view", "add", "change", "delete"),
        REPORTS: ("view", "change", "delete"),
        SITE: ("view", "change"),
        MENU: ("view", "add", "change", "delete"),
        READ_ONLY: ("view",),
    },
}


def codenames(group: str) -> Iterator[tuple[str, str]]:
    """App label and codename of every permission of a group.

    Countries and pictures have no state of their own, so nobody needs to publish them.
    """
    for labels, actions in ACTIONS[group].items():
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
    ours = EDITORIAL + ROWS + REPORTS + SITE + MENU + READ_ONLY
    labels = {label.partition(".")[0] for label in ours}
    for label in labels:
        create_permissions(
            installed_apps.get_app_config(label), verbosity=verbosity, using=using, apps=apps
        )
    for name in ACTIONS:
        chosen = Q()
        for app_label, codename in codenames(name):
            chosen |= Q(content_type__app_label=app_label, codename=codename)
        group, _created = group_model._default_manager.using(using).get_or_create(name=name)
        group.permissions.set(permission_model._default_manager.using(using).filter(chosen))
