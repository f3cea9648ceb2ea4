"""The data about one person: find all of it, for a copy to hand over, or to erase it.

It is found through the relations to the model of users, so a table of another app is covered from
its first migration on. Rows that cascade belong to the account and go with it. Rows that would
outlive it (SET_NULL) are work, which stays: they name a former colleague. Below are the tables that
name a person in another way; a test finds those that nobody has decided about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User, normal_address
from portal.accounts.sessions import session_keys
from publishing.models import Revision

# Rows that a name to sign in with, or an email address, leads to. They are deleted.
BY_ADDRESS = {
    "portal.report": "email",
    "axes.accessattempt": "username",
    "axes.accessfailurelog": "username",
    "axes.accesslog": "username",
}
# Copies of a person's name, with the relation next to them, if there is one.
NAME_COPIES: dict[str, dict[str, str | None]] = {
    "publishing.revision": {"person_name": "person"},
    "publishing.comment": {"person_name": "person"},
    "publishing.commentthread": {"resolved_name": "resolved_by"},
    "publishing.shareddraft": {"person_name": "person"},
    "publishing.batch": {"person_name": "person", "undone_by": None},
}
# Texts in which staff may have written a name or an address.
TEXTS = {
    "publishing.revision": ("note",),
    "publishing.comment": ("text",),
    "portal.report": ("note", "answer"),
}
# What nobody gets to see, the person included; and columns for searching.
SECRETS = frozenset(
    "password session_key session_data token_hash token token_secret secret words_key base".split()
)
SECRET_TABLES = {"mfa.authenticator": frozenset({"data"})}


class CannotErase(Exception):
    """A person cannot be erased; the message is a sentence."""


def find_person(address: str) -> User | None:
    return User.objects.named(address).first()


def names_of(person: User | None, address: str) -> set[str]:
    """Return the addresses and user names under which rows without a relation name a person."""
    found = {address, normal_address(address)}
    if person:
        found |= {person.email, person.former_name}
    return {name for name in found if name}


# -- Finding -------------------------------------------------------------------------------


def relations() -> Iterator[Any]:
    """Yield every foreign key to a user, those of many-to-many tables included."""
    for relation in User._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            yield relation.field


def belongs_to_account(field: Any) -> bool:
    """Return whether the row of a relation goes with the account."""
    return field.remote_field.on_delete is models.CASCADE


def rows_of(field: Any, person: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = field.model._base_manager.filter(**{field.name: person})
    return rows


def found_by_address(names: set[str]) -> Iterator[QuerySet[Any]]:
    for label, field in BY_ADDRESS.items():
        condition = Q()
        for name in names:
            condition |= Q(**{f"{field}__iexact": name})
        yield apps.get_model(label)._base_manager.filter(condition)


def about_account(person: User) -> list[QuerySet[Any]]:
    """Return the entries of the history, and of Django's log, that are about the account."""
    place = {"model": User._meta.label_lower, "object_pk": str(person.pk)}
    kind = ContentType.objects.get_for_model(User)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(person.pk))
    return [Revision.objects.filter(**place), entries]


# -- A copy --------------------------------------------------------------------------------


def collect(address: str) -> dict[str, Any]:
    """Return all that names a person, by table, without secrets."""
    person = find_person(address)
    data: dict[str, Any] = {"address": address, "account": as_values(person) if person else None}
    tables: dict[str, list[dict[str, Any]]] = {}
    for rows in found_rows(person, names_of(person, address)):
        label = rows.model._meta.label_lower
        known = tables.setdefault(label, [])
        known += [values for row in rows.order_by("pk") if (values := as_values(row)) not in known]
    if person:
        data["roles"] = list(person.groups.order_by("name").values_list("name", flat=True))
    return data | {"tables": {label: rows for label, rows in sorted(tables.items()) if rows}}


def found_rows(person: User | None, names: set[str]) -> Iterator[QuerySet[Any]]:
    yield from found_by_address(names)
    if person:
        yield from (rows_of(field, person) for field in relations())
        yield from about_account(person)
        yield Session.objects.filter(pk__in=session_keys(person))


def as_values(row: models.Model) -> dict[str, Any]:
    """Return the values of a row that may be handed over, by the name of the field."""
    hidden = SECRETS | SECRET_TABLES.get(row._meta.label_lower, frozenset())
    return {
        field.name: field.value_to_string(row)
        if isinstance(field, models.FileField)
        else field.value_from_object(row)
        for field in row._meta.concrete_fields
        if field.name not in hidden and not isinstance(field, models.BinaryField)
    }


# -- Erasing -------------------------------------------------------------------------------


def plan(address: str) -> list[str]:
    """Return, in sentences, what erasing a person would do; nothing if there is no such person."""
    person = find_person(address)
    lines = []
    deleted = list(found_by_address(names_of(person, address)))
    if person:
        lines.append(
            _("The account “%(name)s” (%(address)s) becomes “%(former)s” and cannot sign in.")
            % {"name": person, "address": person.get_username(), "former": former()}
        )
        deleted += [rows_of(field, person) for field in relations() if belongs_to_account(field)]
        deleted += [about_account(person)[1], Session.objects.filter(pk__in=session_keys(person))]
        for field in relations():
            number = 0 if belongs_to_account(field) else rows_of(field, person).count()
            if number:
                lines.append(f"{_('Stays, without the name')}: {title(field.model)} ({number})")
    for rows in deleted:
        if number := rows.count():
            lines.append(f"{_('Deleted')}: {title(rows.model)} ({number})")
    return lines


def title(model: type[models.Model]) -> str:
    return str(model._meta.verbose_name_plural)


def former() -> str:
    return _("A former colleague")


@transaction.atomic
def erase(address: str) -> None:
    """Erase a person. Raises CannotErase for the last one who may do everything."""
    person = find_person(address)
    names = names_of(person, address)
    for rows in found_by_address(names):
        rows.delete()
    if person is None:
        return
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=person.pk)
    if person.is_superuser and not others.exists():
        raise CannotErase(_("This is the last superuser: create another one first."))
    texts = names | ({person.name} if " " in person.name else set())
    Session.objects.filter(pk__in=session_keys(person)).delete()
    about_account(person)[1].delete()
    about_account(person)[0].update(label=former(), note="", base=None, content=None)
    for field in relations():
        if belongs_to_account(field):
            rows_of(field, person).delete()
    replace_copies(person)
    replace_texts(texts)
    anonymise(person)


def replace_copies(person: User) -> None:
    """Replace the name of a person where it is kept next to what they did."""
    for label, copies in NAME_COPIES.items():
        for copy, relation in copies.items():
            mine = Q(**{relation: person}) if relation else Q(**{copy: str(person)})
            rows = apps.get_model(label)._base_manager.filter(mine).exclude(**{copy: ""})
            rows.update(**{copy: former()})


def replace_texts(texts: set[str]) -> None:
    """Replace names and addresses in what staff wrote to each other."""
    for label, fields in TEXTS.items():
        for field in fields:
            for text in texts:
                rows = apps.get_model(label)._base_manager.filter(**{f"{field}__contains": text})
                for row in rows:
                    setattr(row, field, getattr(row, field).replace(text, former()))
                    row.save()


def anonymise(person: User) -> None:
    """Turn an account into one without a person, which nobody can sign in to."""
    person.email = person.former_name = person.last_login = None
    person.name, person.time_zone = former(), ""
    person.is_active = person.is_superuser = False
    person.deactivated_at = timezone.now()
    person.set_unusable_password()
    person.save()
    for field in User._meta.many_to_many:
        getattr(person, field.name).clear()
