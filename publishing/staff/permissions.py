"""Permissions of an admin that depend on the admin and on the single record."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from publishing.content.publishable import is_live
from publishing.content.visibility import permission_to


class PermissionsMixin(admin.options.BaseModelAdmin):
    """Permissions that depend on the admin and on the single record, besides those of Django."""

    # Those of "add", "change" and "delete" that nobody may do here.
    disallowed: ClassVar[tuple[str, ...]] = ()

    def may_change(self, request: HttpRequest, record: Any) -> bool:
        return True

    def may_delete(self, request: HttpRequest, record: Any) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return "add" not in self.disallowed and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if "change" in self.disallowed or not super().has_change_permission(request, obj):
            return False
        return obj is None or self.may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if "delete" in self.disallowed or not super().has_delete_permission(request, obj):
            return False
        return obj is None or self.may_delete(request, obj)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may publish. Models without a state have no such permission."""
        if "publish" not in self.opts.default_permissions:
            return True
        return request.user.has_perm(permission_to("publish", self.model))

    def may_put_live(self, request: HttpRequest, record: Any) -> bool:
        """Return whether the user's changes to the record may reach visitors without a review."""
        return self.has_publish_permission(request) or not is_live(record)
