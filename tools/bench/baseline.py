"""The yardstick of `make bench`: a list of cities as in the handbooks of Django and django-filter.

One file, without facet counts, search index, design or cache.

    PLAIN_DATABASE=/tmp/plain.sqlite3 python -m tools.bench.baseline 361     # fills it
    PLAIN_DATABASE=/tmp/plain.sqlite3 granian --interface wsgi tools.bench.baseline:application

With PLAIN_BARE=1 there is no middleware: /bare/ then takes the least that a Django view can.
"""

# The settings have to be configured before the rest of Django is imported.
# ruff: noqa: E402

import os
import sys

from django.conf import settings

BASE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>{% block title %}Cities{% endblock %}</title></head><body>
<nav><ul>{% for name in menu %}<li><a href="/cities/?from={{ name|urlencode }}">{{ name }}</a></li>
{% endfor %}</ul></nav>{% if user.is_authenticated %}<p>{{ user }}</p>{% endif %}
{% for message in messages %}<p>{{ message }}</p>{% endfor %}
<main>{% block main %}{% endblock %}</main></body></html>"""
LIST = """{% extends "base.html" %}{% block main %}<h1>Cities</h1>
<form>{{ filter.form.as_p }}<button>Search</button></form><p>{{ paginator.count }} cities</p>
<ul>{% for city in object_list %}{% include "card.html" %}{% endfor %}</ul>
<p>{% for number in pages %}{% if number == page_obj.number %}{{ number }}
{% elif number == paginator.ELLIPSIS %}…{% else %}
<a href="{% querystring page=number %}">{{ number }}</a>{% endif %}{% endfor %}</p>{% endblock %}"""
CARD = """<li><h2><a href="{{ city.get_absolute_url }}">{{ city.name }}</a></h2>
<p>{{ city.country.name }}, {{ city.get_region_display }}</p><p>{{ city.text|truncatewords:25 }}</p>
<p><time datetime="{{ city.joined|date:"Y-m-d" }}">{{ city.joined|date:"j F Y" }}</time></p>
<p>{{ city.population }}</p></li>"""
CITY = """{% extends "base.html" %}{% block title %}{{ city.name }}{% endblock %}{% block main %}
<h1>{{ city.name }}</h1><p>{{ city.country.name }}</p>{{ city.text|linebreaks }}{% endblock %}"""

CONTRIB = ["auth", "contenttypes", "sessions", "messages"]
settings.configure(
    SECRET_KEY="measured and thrown away",  # noqa: S106
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[*(f"django.contrib.{name}" for name in CONTRIB), "django_filters"],
    MIDDLEWARE=[]
    if os.environ.get("PLAIN_BARE")
    else [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ.get("PLAIN_DATABASE", ":memory:"),
        }
    },
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [
                            (
                                "django.template.loaders.locmem.Loader",
                                {
                                    "base.html": BASE,
                                    "list.html": LIST,
                                    "card.html": CARD,
                                    "city.html": CITY,
                                },
                            )
                        ],
                    )
                ],
            },
        }
    ],
)

import django

django.setup()

import random
from datetime import date, timedelta
from typing import Any, ClassVar

import django_filters
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.generic import DetailView
from django_filters.views import FilterView

from tools.bench.cities import SYLLABLES, names

REGIONS = [(name.lower(), name) for name in ("Africa", "America", "Asia", "Europe", "Oceania")]


class Country(models.Model):
    objects: ClassVar[models.Manager["Country"]] = models.Manager()
    name = models.CharField(max_length=100)

    class Meta:
        app_label = "plain"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class City(models.Model):
    objects: ClassVar[models.Manager["City"]] = models.Manager()
    name = models.CharField(max_length=100)
    country = models.ForeignKey(Country, models.PROTECT)
    region = models.CharField(max_length=10, choices=REGIONS)
    joined = models.DateField()
    population = models.IntegerField()
    text = models.TextField()

    class Meta:
        app_label = "plain"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("city", args=[self.pk])


class CityFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains")

    class Meta:
        model = City
        fields = ("country", "region", "q")


class CityList(FilterView):
    filterset_class = CityFilter
    queryset = City.objects.select_related("country")
    template_name = "list.html"
    paginate_by = 24

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        pages = context["paginator"].get_elided_page_range(context["page_obj"].number)
        return context | {"pages": pages, "menu": ["Networks", "News", "Events", "About", "Help"]}


class CityPage(DetailView):
    queryset = City.objects.select_related("country")
    template_name = "city.html"


BODY = b"x" * 30_000


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY)


urlpatterns = [
    path("bare/", bare),
    path("cities/", CityList.as_view()),
    path("cities/<int:pk>/", CityPage.as_view(), name="city"),
]
application = get_wsgi_application()


def fill(total: int) -> None:
    """Create the tables and so many cities in 60 countries."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Country)
        editor.create_model(City)
    chance = random.Random(5)  # noqa: S311 (the same cities every time, no secret)
    new_names = names(chance, set())
    countries = Country.objects.bulk_create(Country(name=next(new_names)) for _ in range(60))
    City.objects.bulk_create(
        (
            City(
                name=next(new_names),
                country=countries[min(int(chance.expovariate(0.13)), 59)],
                region=chance.choice(REGIONS)[0],
                joined=date(2013, 1, 1) + timedelta(days=chance.randrange(4500)),
                population=chance.randrange(5_000, 20_000_000),
                text=" ".join("".join(chance.choices(SYLLABLES, k=2)) for _ in range(60)),
            )
            for _ in range(total)
        ),
        batch_size=1000,
    )


if __name__ == "__main__":
    fill(int(sys.argv[1]))
