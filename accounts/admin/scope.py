"""Whose rows a member of a store may see and touch: one answer for every merchant page.

A model admin says by `profile_path` how its rows reach the store's Profile, and by roles who
may do what. Lists, details, choices, filters, actions, history and the "view on site" redirect
all ask here; what is not registered on the site does not exist on it.
"""

from collections.abc import Collection
from typing import Any, ClassVar

from django.contrib.admin import AdminSite, FieldListFilter, RelatedFieldListFilter
from django.db.models import ForeignKey, ManyToManyField, Model, QuerySet
from django.http import Http404, HttpRequest

from accounts import selectors
from accounts.models import Role

EVERYBODY = frozenset(Role)
LEADERS = frozenset([Role.OWNER, Role.MANAGER])
NOBODY: frozenset[Role] = frozenset()


def managed_ids(request: HttpRequest, roles: Collection[str]) -> set[int]:
    """Profiles the person acts for in one of `roles`. One query a request for each set of roles."""
    known: dict[frozenset[str], set[int]] = request.__dict__.setdefault("_managed_ids", {})
    wanted = frozenset(roles)
    if wanted not in known:
        known[wanted] = selectors.managed_profile_ids(request.user, wanted)  # type: ignore[arg-type]
    return known[wanted]


class ScopedFilter(RelatedFieldListFilter):
    """Offers only related rows that the person could open on this site."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[str, Any]]:
        rows = visible_related(model_admin.admin_site, field.related_model, request, EVERYBODY)
        return [(str(row.pk), str(row)) for row in rows]


def visible_related(
    site: AdminSite, model: type[Model], request: HttpRequest, roles: Collection[str]
) -> "QuerySet[Any]":
    """Rows of `model` that the person reaches in `roles`; none of a model the site lacks."""
    admin: Any = site._registry.get(model)  # noqa: SLF001  the site's only list of its models
    if not isinstance(admin, Scoped):
        return model._default_manager.none()  # noqa: SLF001
    # A row is printed here as in its own list: what that list loads at once, this does too.
    rows = admin.model._default_manager.select_related(*(admin.list_select_related or ()))  # noqa: SLF001
    return admin.in_roles(request, rows, roles)


class Scoped:
    """Mixed into model admins and inlines of the merchant site, left of unfold's class."""

    profile_path: ClassVar[str]  # from the row to the Profile: "store__profile", "pk" for itself
    view_roles: ClassVar[Collection[Role]] = EVERYBODY
    add_roles: ClassVar[Collection[Role]] = LEADERS
    change_roles: ClassVar[Collection[Role]] = LEADERS
    delete_roles: ClassVar[Collection[Role]] = NOBODY

    model: Any
    admin_site: Any
    list_select_related: Any

    def in_roles(
        self, request: HttpRequest, rows: "QuerySet[Any]", roles: Collection[str]
    ) -> "QuerySet[Any]":
        """Those of `rows` whose store the person serves in one of `roles`."""
        return rows.filter(**{f"{self.profile_path}__in": managed_ids(request, roles)})

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return self.in_roles(request, rows, self.view_roles)

    def own_or_404(
        self, request: HttpRequest, object_id: object, roles: Collection[str] | None = None
    ) -> Any:
        """The row, for views of one's own (`roles`: who may do this, else who may change)."""
        allowed = self.change_roles if roles is None else roles
        rows = self.in_roles(request, self.get_queryset(request), allowed)
        try:
            return rows.get(pk=object_id)
        except (self.model.DoesNotExist, ValueError, OverflowError):
            raise Http404 from None

    # Membership roles instead of Django's permissions.

    def _may(self, request: HttpRequest, obj: Any, roles: Collection[str]) -> bool:
        """Of an inline `obj` is the parent: then the parent's store counts."""
        if not isinstance(obj, Model) or obj.pk is None:
            return bool(managed_ids(request, roles))
        own = isinstance(obj, self.model)
        admin: Any = self if own else self.admin_site._registry.get(type(obj))  # noqa: SLF001
        rows = type(obj)._default_manager.filter(pk=obj.pk)  # noqa: SLF001
        return isinstance(admin, Scoped) and admin.in_roles(request, rows, roles).exists()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(managed_ids(request, self.view_roles))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj, self.view_roles)

    def has_add_permission(self, request: HttpRequest, parent: Any = None) -> bool:
        return self._may(request, parent, self.add_roles)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj, self.change_roles)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj, self.delete_roles)

    # What a form offers and takes: Django checks the answer against the same queryset.

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs["queryset"] = self._choices(db_field.related_model, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs["queryset"] = self._choices(db_field.related_model, request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def _choices(self, model: Any, request: HttpRequest) -> "QuerySet[Any]":
        return visible_related(self.admin_site, model, request, self.change_roles)


class ScopedList(Scoped):
    """What only a model admin with a list needs: filters and lookups in the address."""

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters: list[Any] = list(super().get_list_filter(request))  # type: ignore[misc]
        return [self._scope_filter(one) for one in filters]

    def _scope_filter(self, one: Any) -> Any:
        """A filter by a related row offers only rows that the person could open."""
        name, kind = one if isinstance(one, tuple | list) else (one, None)
        if not isinstance(name, str) or not self._is_relation(name):
            return one
        if kind is not None and not issubclass(kind, FieldListFilter):
            return one
        return (name, ScopedFilter)

    def _is_relation(self, path: str) -> bool:
        model, field = self.model, None
        for part in path.split("__"):
            field = model._meta.get_field(part)  # noqa: SLF001
            model = field.related_model
        return bool(field and field.is_relation)
