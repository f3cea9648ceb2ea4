"""The users of a portal whose users were made by Django's own model, after the upgrade and back."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from portal.accounts.models import User
from publishing.models import Revision
from tests.factories import PASSWORD
from tests.releases.soundness import query

OLD = "0.1.0"
COLUMNS = (
    "username, first_name, last_name, email, is_staff, is_active, is_superuser, password, "
    "date_joined, last_login"
)


@pytest.fixture
def old(databases, connected, settings):
    """Connect the portal to a database of the release that had Django's own users."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    name = databases.load(OLD)
    with connected(name):
        yield
    databases.remove(name)


def insert(name, email="", group="", **values):
    """Insert a user of the old model as SQL does, with the password of Paula."""
    row = {"first": "", "last": "", "staff": True, "active": True} | values
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO auth_user ({COLUMNS}) SELECT %s, %s, %s, %s, %s, %s, %s, password, "  # noqa: S608
            "date_joined, NULL FROM auth_user WHERE username = 'paula'",
            [name, row["first"], row["last"], email, row["staff"], row["active"], False],
        )
        if group:
            cursor.execute(
                "INSERT INTO auth_user_groups (user_id, group_id) SELECT auth_user.id, "
                "auth_group.id FROM auth_user, auth_group WHERE username = %s AND name = %s",
                [name, group],
            )


def migrate(*target, **options):
    call_command("migrate", *target, interactive=False, verbosity=0, **options)


def may_sign_in(name):
    answer = Client().post("/admin/login/", {"username": name, "password": PASSWORD})
    return answer.status_code == 302


def test_everybody_signs_in_after_the_upgrade_with_the_address_or_the_former_name(old, capsys):
    insert("mary", "Mary.Gawthorpe@Example.org ", "Editors", first="Mary", last="Gawthorpe")
    insert("mary2", "mary.gawthorpe@example.ORG", "Editors")
    insert("gone", "gone@example.org", "Editors", active=False)
    insert("back", "gone@example.org", "Editors")
    insert("odd", "odd at example", "Editors")
    migrate()
    found = User.objects.filter(former_name__in=["mary", "mary2", "gone", "back", "odd"])
    assert list(found.order_by("pk").values_list("former_name", "name", "email", "is_active")) == [
        ("mary", "Mary Gawthorpe", "mary.gawthorpe@example.org", True),
        ("mary2", "", None, True),
        ("gone", "", None, False),
        ("back", "", "gone@example.org", True),
        ("odd", "", None, True),
    ]
    said = capsys.readouterr().out.splitlines()
    signs_in = "signs in with this user name until an email address is given"
    assert f"mary2 {signs_in}: mary has the address mary.gawthorpe@example.ORG too." in said
    assert f"odd {signs_in}: odd at example is none." in said
    assert f"paula {signs_in}." in said
    assert not [line for line in said if line.startswith(("mary ", "gone ", "back "))]
    names = ["mary", "MARY.gawthorpe@example.org", "mary2", "gone@example.org", "odd", "paula"]
    assert [may_sign_in(name) for name in names] == [True] * 6
    assert not may_sign_in("gone")


def test_nobody_gets_into_the_desk_who_was_kept_out_of_it(old, capsys):
    insert("kept-out", "", "Publishers", staff=False)
    insert("visitor", "", staff=False)
    migrate()
    assert "kept-out was no member of staff, and was deactivated." in capsys.readouterr().out
    users = {user.former_name: user for user in User.objects.all()}
    assert (users["kept-out"].is_active, users["kept-out"].is_staff) == (False, True)
    assert (users["visitor"].is_active, users["visitor"].is_staff) == (True, False)
    assert not may_sign_in("kept-out")
    assert not may_sign_in("visitor")


def test_roles_history_and_the_log_of_the_admin_name_the_new_kind_of_record(old):
    old_type = ContentType.objects.get(app_label="auth", model="user")
    permissions = set(Permission.objects.filter(content_type=old_type).values_list("pk"))
    groups = query(
        "SELECT username, group_id FROM auth_user_groups, auth_user u WHERE u.id=user_id"
    )
    ((user_key,),) = query("SELECT id FROM auth_user WHERE username = 'paula'")
    entry = LogEntry.objects.create(user_id=user_key, content_type=old_type, action_flag=2)
    before = Revision.objects.count()
    Revision.objects.create(model="auth.user", object_pk=str(user_key), label="paula", action="x")
    # As a run that was interrupted between two migrations would leave it.
    ContentType.objects.create(app_label="accounts", model="user")
    migrate()
    new_type = ContentType.objects.get(app_label="accounts", model="user")
    assert new_type.pk == old_type.pk
    assert not ContentType.objects.filter(app_label="auth", model="user").exists()
    assert set(Permission.objects.filter(content_type=new_type).values_list("pk")) == permissions
    entry.refresh_from_db()
    assert (entry.user.former_name, entry.content_type_id) == ("paula", new_type.pk)
    kinds = Revision.objects.filter(object_pk=str(user_key), label="paula")
    assert [revision.model for revision in kinds] == ["accounts.user"]
    assert Revision.objects.count() == before + 1
    members = User.groups.through.objects.values_list("user__former_name", "group_id")
    assert sorted(members) == sorted(groups)


def rows(table):
    return query(f"SELECT {COLUMNS} FROM {table} ORDER BY id")  # noqa: S608


def test_the_users_come_back_as_they_were_when_the_upgrade_is_reverted(old):
    insert("mary", "mary@example.org", "Editors", first="Mary")
    insert("visitor", "", staff=False)
    before = rows("auth_user")
    migrate()
    User.objects.create_user("new@example.org", name="New Colleague")
    migrate("accounts", "0001")
    after = rows("auth_user")
    assert after[:-1] == before
    assert after[-1][:6] == ("new@example.org", "New", "Colleague", "new@example.org", 0, 1)
    assert ContentType.objects.filter(app_label="auth", model="user").exists()
    migrate()
    assert may_sign_in("mary@example.org")


def test_looking_at_what_is_to_be_migrated_writes_nothing(old):
    recorded = MigrationRecorder(connection).applied_migrations().keys()
    with pytest.raises(SystemExit):
        migrate(check_unapplied=True)
    migrate(plan=True)
    assert MigrationRecorder(connection).applied_migrations().keys() == recorded


def test_a_database_that_the_earlier_version_left_unfinished_is_refused_in_a_sentence(old):
    MigrationRecorder(connection).record_unapplied("auth", "0012_alter_user_first_name_max_length")
    with pytest.raises(CommandError, match="has not finished its own migrations"):
        migrate()


@pytest.mark.usefixtures("in_use")
def test_migrating_twice_changes_no_user():
    before = list(User.objects.order_by("pk").values())
    migrate()
    assert list(User.objects.order_by("pk").values()) == before
