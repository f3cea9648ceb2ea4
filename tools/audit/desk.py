"""Pages of the desk to audit: every kind, with rows, drafts, history, import and dialogs.

The admin has the same kinds of page for each model. A kind without a page here is reported, so that
a new one cannot be forgotten. The pages are those of a superuser, who sees every part of them.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.urls import reverse

from tools.audit.editor import CITY, Editor, change_url, leave_unsaved, of, somebody
from tools.audit.pages import AuditPage, Routed, Step

# Kinds of route that answer no page: data, files, redirects, and public pages in a frame.
NO_KINDS = {
    "account",
    "add_preview",
    "add_working",
    "autocomplete",
    "bar",
    "batch_refused",
    "batch_row",
    "choose",
    "doubles",
    "draft_page",
    "export",
    "jsi18n",
    "link-choices",
    "logout",
    "preview",
    "recover",
    "revision_page",
    "suggestions",
    "tags",
    "undo",
    "upload",
    "view_on_site",
    "working",
    # The end of each password link; tests/portal/staff looks at these pages.
    "password_reset_confirm",
    # Between password and desk, or shown once; tests/browser/test_sign_in.py looks at these pages.
    "change-factors",
    "end-own-sessions",
    "from-provider",
    "passkey-options",
    "passkey-sign-in",
    "recovery-codes",
    "second-step",
    "set-up-second-factor",
    "to-provider",
}
BAR = "[data-bar] "


def desk_pages() -> tuple[list[AuditPage], list[str]]:
    """Return the pages of the desk, and the kinds of route that have no page."""
    person = somebody("audit@example.org", "Ada Lovelace", is_superuser=True)
    editor = Editor(person)
    kinds = [*of_forms(), *of_dialogs(), *of_drafts(editor), *of_conflicts(editor)]
    kinds += [*of_withdrawals(editor), *of_imports(editor), *of_people(person)]
    # Last, because the lists and the front page show what was made for the others.
    kinds += [*of_whole_desk(person), *of_lists()]
    pages = [page._replace(session=editor.session) for _kind, page in kinds]
    pages.append(AuditPage("desk, sign in", reverse("admin:login")))
    pages.append(AuditPage("desk, reset password", reverse("admin_password_reset")))
    covered = {kind for kind, _page in kinds} | NO_KINDS | {"login", "admin_password_reset"}
    return pages, sorted(set(route_kinds()) - covered)


def route_kinds() -> Iterator[str]:
    """Yield the kind of each route of the desk: its name without the app and the model."""
    from django.contrib import admin

    from portal.staff import urls

    patterns: list[Any] = [*urls.urlpatterns, *admin.site.get_urls()]
    for name in (getattr(pattern, "name", None) for pattern in patterns):
        if name and name not in ("password_reset_done", "password_reset_complete"):
            yield name
    for model, model_admin in admin.site._registry.items():
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        # The last route has no name: the old address of a form.
        for pattern in model_admin.urls:
            if name := getattr(pattern, "name", None):
                yield name.removeprefix(prefix)


def page(kind: str, name: str, path: str, *steps: Step, status: int = 200) -> tuple[str, AuditPage]:
    return kind, AuditPage(f"desk, {name}", path, status, steps=steps)


def of_whole_desk(person: Any) -> Routed:
    from cities.models import City

    leave_unsaved(person, City.objects.get(name="Derry City and Strabane"))
    yield page("index", "front page", reverse("admin:index"))
    yield page("schedule", "schedule", reverse("admin:schedule"))
    yield page("app_list", "one app", reverse("admin:app_list", args=["cities"]))
    search = reverse("admin:search")
    yield page("search", "search, empty", search)
    yield page("search", "search, none", f"{search}?q=xyzzy")
    yield page("search", "search, found", f"{search}?q=learning")
    yield page("search", "search, one kind", f"{search}?q=learning&kind=city")
    typed: Step = ("type", ".desk-search input=wakef")
    shown: Step = ("see", ".desk-search .suggestions li")
    yield page(
        "search", "search, suggestions", reverse("admin:app_list", args=["news"]), typed, shown
    )
    public = City.objects.get(name="Wakefield").get_absolute_url()
    yield page("bar", "edit bar of a public page", public, ("see", ".edit-bar"))
    yield page("own-account", "your account", reverse("own-account"))
    yield page("own-security", "sign-in and security", reverse("own-security"))
    yield page("password_change", "change password", reverse("admin:password_change"))
    done = reverse("admin:password_change_done")
    yield page("password_change_done", "password changed", done)


def of_lists() -> Routed:
    cities = reverse(f"admin:{CITY}_changelist")
    yield page("changelist", "cities", cities)
    yield page("changelist", "cities, filtered", f"{cities}?state=public&q=wake")
    yield page("changelist", "cities, none", f"{cities}?q=xyzzy")
    yield page("changelist", "cities, trash", f"{cities}?state=trashed")
    some: Step = ("click", "#result_list tbody [name=_selected_action]")
    yield page("changelist", "cities, one ticked", f"{cities}?state=public&q=wake", some)
    for model in ("opendraft", "revision", "commentthread", "formerslug"):
        listed = reverse(f"admin:publishing_{model}_changelist")
        yield page("changelist", f"list of {model}", listed)
    yield page("changelist", "reports", reverse("admin:portal_report_changelist"))
    pictures = reverse("admin:publishing_picture_changelist")
    yield page("changelist", "pictures", pictures)
    yield page("changelist", "pictures, upload", pictures, ("click", "[data-add-pictures]"))
    for model in ("accessattempt", "accessfailurelog", "accesslog"):
        listed = reverse(f"admin:axes_{model}_changelist")
        yield page("changelist", f"sign-ins, {model}", listed)


def of_forms() -> Routed:
    from cities.models import City, Country
    from news.models import Event, NewsItem
    from partners.models import Network
    from portal.models import Site
    from publishing.models import Picture

    wakefield = City.objects.get(name="Wakefield")
    form = change_url(wakefield)
    yield page(
        "change", "city, a row added", form, ("click", "#alternative_names-group .add-row a")
    )
    yield page(
        "change", "city, refused", form, ("fill", "#id_name="), ("submit", f"{BAR}[name=_draft]")
    )
    yield page("change", "city, plain lists", f"{form}?pickers=off")
    yield page("add", "new story", reverse("admin:news_newsitem_add"))
    yield page("add", "new event", reverse("admin:news_event_add"))
    for record in (
        NewsItem.objects.published()[0],
        Event.objects.published()[0],
        Network.objects.published()[0],
        Country.objects.get(code="GB"),
        Site.objects.get(),
    ):
        yield page("change", str(record._meta.verbose_name), change_url(record))
    yield page("add", "new picture", reverse("admin:publishing_picture_add"))
    picture = Picture.objects.order_by("pk").first()
    yield page("change", "picture", change_url(picture))
    yield page("delete", "delete a picture", of("delete", picture))
    yield page("history", "history of a picture", of("history", picture))


def of_dialogs() -> Routed:
    """Yield a form with each of its menus, panels and dialogs open."""
    from cities.models import City
    from news.models import NewsItem

    form = change_url(City.objects.get(name="Wakefield"))
    story = change_url(NewsItem.objects.published()[0])
    yield page("change", "city, menu", form, ("click", "[data-menu] > summary"))
    yield page("change", "city, keys", form, ("click", "h1"), ("press", "?"))
    yield page(
        "change", "city, link dialog", form, ("click", ".field-profile [aria-label^='Insert link']")
    )
    yield page(
        "change",
        "city, video dialog",
        form,
        ("click", ".field-profile [aria-label^='Insert video']"),
    )
    choose: Step = ("click", ".field-picture [data-choose]")
    yield page("change", "story, picture dialog", story, choose, ("see", ".chooser-found li"))
    yield page("change", "story, upload dialog", story, choose, ("click", "#picture-tab-upload"))
    preview: Step = ("click", f"{BAR}[data-preview-open]")
    yield page("change", "city, preview", form, preview, ("see", ".preview-window iframe"))
    signed_out: tuple[Step, ...] = (
        ("fill", "#id_motto=Typed when signed out"),
        ("sign out", ""),
        ("click", f"{BAR}[name=_draft]"),
        ("see", "[data-signing-in][open]"),
    )
    yield page("change", "city, signed out", form, *signed_out)


def of_drafts(editor: Editor) -> Routed:
    from cities.models import City
    from publishing.revisions import comments
    from publishing.revisions.models import Revision

    city = City.objects.get(name="Bristol")
    editor.save(city, "_save", motto="Learning for all")
    editor.save(city, "_draft", motto="Learning for everybody", summary="A city of firsts.")
    for text in ("Is this the new motto?", "Please name the source."):
        comment = comments.start(city, editor.person, text, field="fields/motto")
    comments.resolve(comment.thread, editor.person)
    comments.start(city, editor.person, "Who was asked?")
    yield page("history", "history", of("history", city))
    revision = Revision.objects.of(city).filter(stage="")[0]
    yield page("revision", "one version", of("revision", city, revision.pk))
    yield page("change", "city with a draft", change_url(city))
    panel: Step = ("click", ".field-motto .comment-button")
    yield page("change", "city, comments panel", change_url(city), panel)
    yield page("comments", "comments on a city", of("comments", city))
    yield page("draft", "draft", of("draft", city))
    yield page("share", "share a draft", of("share", city))


def of_conflicts(editor: Editor) -> Routed:
    from cities.models import City

    city = City.objects.get(name="Swansea")
    editor.save(city, "_draft", motto="Of my draft")
    editor.save_directly(city, motto="Of a colleague")
    yield page("draft", "draft with conflicts", of("draft", city))
    both: tuple[Step, ...] = (
        ("elsewhere", "#id_motto= again"),
        ("fill", "#id_motto=Of somebody else"),
        ("submit", f"{BAR}[name=_save]"),
    )
    other = City.objects.get(name="Belfast")
    editor.save(other, "_save", motto="Pro tanto quid retribuamus")
    kind, conflict = page("change", "city, two editors", change_url(other), *both)
    yield kind, conflict._replace(answers=HTTPStatus.CONFLICT)


def of_withdrawals(editor: Editor) -> Routed:
    """Yield the question before records go offline, the message with Undo, and the trash."""
    from cities.models import City
    from publishing.revisions import transitions

    city, *drafts = City.objects.published().order_by("-name", "pk")[:5]
    yield page("offline", "unpublish a city", f"{of('offline', city)}?to=draft")
    yield page("delete", "move a city to the trash", of("delete", city))
    transitions.run(drafts[0], transitions.trash, editor.person, "Twice in the list")
    yield page("change", "city in the trash", change_url(drafts[0]))
    for draft in drafts[1:]:
        transitions.run(draft, transitions.unpublish, editor.person)
    listed = f"{reverse(f'admin:{CITY}_changelist')}?state=draft"
    undo: tuple[Step, ...] = (
        ("click", "#result_list tbody [name=_selected_action]"),
        ("submit", ".actions button:text-is('Archive')"),
    )
    yield page("changelist", "cities, archived, with undo", listed, *undo)
    public = f"{reverse(f'admin:{CITY}_changelist')}?state=public"
    yield page("changelist", "unpublish several", public, *asked())


def asked() -> tuple[Step, ...]:
    return (
        ("click", "#action-toggle"),
        ("submit", ".actions button:has-text('Unpublish')"),
    )


def of_imports(editor: Editor) -> Routed:
    yield page("import", "import", reverse(f"admin:{CITY}_import"))
    columns = editor.upload("Town;Land;Joined\nYork;Untied Kingdom;14.02.2024\n")
    yield page("batch_columns", "import, columns", columns)
    preview = editor.look(editor.upload("name,country\nYork,GB\nLeeds,Untied Kingdom\n"))
    yield page("batch", "import, preview", preview)
    done = editor.look(editor.upload("name,country\nKirkcaldy,GB\n"))
    editor.client.post(done, {"decision": "import"})
    yield page("batch", "import, done", done)
    yield page("batch_undo", "import, undo", f"{done}undo/")


def of_people(person: Any) -> Routed:
    from django.contrib.auth.models import Group

    invited = somebody("maria@example.org", "Maria Reed")
    invited.groups.add(Group.objects.get(name="Editors"))
    yield page("changelist", "people", reverse("admin:accounts_user_changelist"))
    yield page("add", "invite a person", reverse("admin:accounts_user_add"))
    yield page("change", "person", change_url(invited))
    yield page("change", "own page of a person", change_url(person))
    yield page("history", "history of a person", of("history", invited))
    yield page("changelist", "roles", reverse("admin:auth_group_changelist"))
    yield page("change", "role", change_url(Group.objects.get(name="Editors")))
