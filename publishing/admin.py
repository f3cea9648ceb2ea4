"""The staff desk of everything with a state, of pictures, and of former addresses."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.utils import model_ngettext
from django.contrib.auth import get_permission_codename
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from .desk import CaseFilter, DeskAdmin, Texts
from .models import FormerSlug, Publishable, short_moment
from .pictures import Picture
from .states import State, state_q


class StateFilter(CaseFilter):
    title = _("state")
    parameter_name = "state"

    def cases(self) -> dict[str, tuple[Texts, Q]]:
        moment = timezone.now()
        return {state.value: (state.label, state_q(state, moment)) for state in State}


class PublishableAdmin(DeskAdmin):
    """A record with a state: who may publish sets it, everybody sees it."""

    list_filter: ClassVar[Any] = (StateFilter,)
    readonly_fields: ClassVar[Any] = ("state_now", "created_at", "updated_at")
    actions = ("publish_now", "unpublish", "archive")
    moments = ("published_at", "expires_at", "archived_at")

    def has_publish_permission(self, request: HttpRequest) -> bool:
        codename = get_permission_codename("publish", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if self.has_publish_permission(request) else (*fields, *self.moments)

    def option_label(self, record: Any) -> str:
        label = self.plain_label(record)
        if record.is_published:
            return label
        return gettext("%(record)s (%(state)s)") % {
            "record": label,
            "state": str(record.state.label).lower(),
        }

    def plain_label(self, record: Any) -> str:
        """How the record is called where others choose it, apart from its state."""
        return str(record)

    @admin.display(description=_("state"), ordering="published_at")
    def state_column(self, record: Publishable) -> str:
        return format_html(
            '<span class="state state-{}">{}</span>', record.state.value, record.state_label
        )

    @admin.display(description=_("state"))
    def state_now(self, record: Publishable) -> str:
        return self.state_column(record)

    @admin.action(description=_("Publish now"), permissions=["publish"])
    def publish_now(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        done = ngettext_lazy(
            "%(number)s %(name)s is public now", "%(number)s %(name)s are public now", "number"
        )
        same = ngettext_lazy(
            "%(number)s was public already", "%(number)s were public already", "number"
        )
        self._move(request, queryset, publish, done, same)

    @admin.action(description=_("Unpublish (back to draft)"), permissions=["publish"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        done = ngettext_lazy(
            "%(number)s %(name)s is a draft now", "%(number)s %(name)s are drafts now", "number"
        )
        same = ngettext_lazy(
            "%(number)s was a draft already", "%(number)s were drafts already", "number"
        )
        self._move(request, queryset, unpublish, done, same)

    @admin.action(description=_("Archive"), permissions=["publish"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        done = ngettext_lazy(
            "%(number)s %(name)s is archived now", "%(number)s %(name)s are archived now", "number"
        )
        same = ngettext_lazy(
            "%(number)s was archived already", "%(number)s were archived already", "number"
        )
        self._move(request, queryset, archive, done, same)

    def _move(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        change: Callable[[Any], str],
        done: Any,
        same: Any,
    ) -> None:
        """Change each of the records, log it, and tell how many moved and how many did not."""
        moved = stayed = 0
        chosen = list(queryset.values_list("pk", flat=True))
        with transaction.atomic():
            rows = self.model._base_manager.select_for_update().filter(pk__in=chosen)
            for record in rows.order_by("pk"):
                if said := change(record):
                    # Only the moments, so that what others typed meanwhile stays.
                    record.save(update_fields=[*self.moments, "updated_at"])
                    self.log_change(request, record, said)
                    moved += 1
                else:
                    stayed += 1
        parts = [
            text % {"number": number, "name": model_ngettext(self.opts, number)}
            for number, text in ((moved, done), (stayed, same))
            if number
        ]
        messages.success(request, f"{'; '.join(parts)}.")


def publish(record: Publishable) -> str:
    """Make a record public from now on; what to write in its history, "" if it was public."""
    if record.state == State.PUBLIC:
        return ""
    now = timezone.now()
    if record.published_at is None or record.published_at > now:
        record.published_at = now
    if record.expires_at and record.expires_at <= now:
        record.expires_at = None
    record.archived_at = None
    return gettext("Published.")


def unpublish(record: Publishable) -> str:
    """Make a record a draft; what to write in its history, "" if it was one."""
    if record.state == State.DRAFT:
        return ""
    was = short_moment(record.published_at)
    record.published_at = record.archived_at = None
    return (
        gettext("Unpublished. It was public from %(moment)s.") % {"moment": was}
        if was
        else gettext("Unpublished.")
    )


def archive(record: Publishable) -> str:
    """Put a record away; what to write in its history, "" if it was archived."""
    if record.state == State.ARCHIVED:
        return ""
    record.archived_at = timezone.now()
    return gettext("Archived.")


# Fieldsets that several admins share.
PUBLICATION: Any = (
    _("Publication"),
    {
        "fields": ("state_now", "published_at", "expires_at", "archived_at", "slug"),
        "description": _(
            "A record without “public from” is a draft, which only staff can see. "
            "“View on site” shows drafts to you, too."
        ),
    },
)
SOURCE: Any = (
    _("Source"),
    {
        "fields": ("source", "source_url", "checked_on"),
        "description": _("Visitors see where the facts come from and when they were checked."),
    },
)
FOR_STAFF: Any = (
    _("For staff"),
    {
        "fields": ("created_at", "updated_at", "note"),
        "description": _("Visitors see nothing of this."),
    },
)


def in_use() -> Q:
    """Pictures that some record shows, whatever the models that have pictures."""
    condition = Q()
    for relation in Picture._meta.related_objects:
        link = {relation.field.name: OuterRef("pk")}
        condition |= Q(Exists(relation.related_model._base_manager.filter(**link)))
    return condition


class UseFilter(CaseFilter):
    title = _("use")
    parameter_name = "use"

    def cases(self) -> dict[str, tuple[Texts, Q]]:
        return {"used": (_("In use"), in_use()), "unused": (_("Not in use"), ~in_use())}


@admin.register(Picture)
class PictureAdmin(DeskAdmin):
    list_display = ("title", "preview", "measures", "is_decorative", "credit", "licence")
    list_filter = (UseFilter, "is_decorative")
    search_fields = ("title", "alternative_text", "credit")
    search_help_text = _("Words of the title, the alternative text or the credit.")
    date_hierarchy = "created_at"
    readonly_fields = ("measures", "created_at")
    fieldsets = (
        (
            None,
            {
                "fields": ("title", "file", "focal_point"),
                "description": _(
                    "Once the picture is saved, click on the place in it that matters most: "
                    "wherever the picture is cropped, that place stays in view."
                ),
            },
        ),
        (
            _("For people who cannot see it"),
            {
                "fields": ("alternative_text", "is_decorative"),
                "description": _("Describe the picture, or mark it as decorative."),
            },
        ),
        (
            _("Rights"),
            {
                "fields": ("credit", "licence"),
                "description": _("Use only pictures that the portal may show."),
            },
        ),
        (_("For staff"), {"fields": ("measures", "created_at")}),
    )

    @admin.display(description=_("preview"))
    def preview(self, picture: Picture) -> str:
        # The title stands beside it, so the preview needs no text of its own.
        return format_html(
            '<img class="preview" src="{}" alt="" width="96" height="54" loading="lazy">',
            picture.card.url,
        )

    @admin.display(description=_("size"), ordering="width")
    def measures(self, picture: Picture) -> str:
        if not picture.width:
            return ""
        return gettext("%(width)s × %(height)s pixels") % {
            "width": picture.width,
            "height": picture.height,
        }


@admin.register(FormerSlug)
class FormerSlugAdmin(DeskAdmin):
    """To look at: the portal keeps these by itself."""

    list_display = ("slug", "kind", "record", "changed_at")
    list_filter = ("model",)
    search_fields = ("slug",)
    search_help_text = _("Part of a former address.")
    date_hierarchy = "changed_at"
    ordering = ("-changed_at", "-pk")
    fields = ("slug", "kind", "record", "changed_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("kind of record"), ordering="model")
    def kind(self, former: FormerSlug) -> str:
        try:
            return str(apps.get_model(former.model)._meta.verbose_name)
        except LookupError:
            return former.model

    @admin.display(description=_("record"))
    def record(self, former: FormerSlug) -> str:
        name = f"admin:{former.model.replace('.', '_')}_change"
        try:
            address = reverse(name, args=[former.object_pk])
        except NoReverseMatch:
            return former.object_pk
        return format_html('<a href="{}">{}</a>', address, gettext("Present record"))
