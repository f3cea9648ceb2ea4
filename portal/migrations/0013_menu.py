"""Add the new lists to the menu of a portal that has no link to them yet."""

from django.db import migrations
from django.db.models import F

# In the place of the link to the countries, which the top has now.
AT_THE_FOOT = ("Regions", "/regions/"), ("Organisations", "/organisations/")


def add_lists(apps, schema_editor):
    items = apps.get_model("portal", "MenuItem").objects.using(schema_editor.connection.alias)
    cities = items.filter(place="top", address="/cities/").first()
    # Staff who have taken the cities out of the menu want another one.
    if cities is None or items.filter(place="top", address="/countries/").exists():
        return
    insert(items, cities, "Countries", "/countries/")
    countries = items.filter(place="foot-1", address="/countries/").first()
    if countries is None:
        return
    for label, address in reversed(AT_THE_FOOT):
        if not items.filter(address=address).exists():
            insert(items, countries, label, address)
    countries.delete()


def insert(items, before, label, address):
    """Add a link behind another of the same place."""
    items.filter(place=before.place, order__gt=before.order).update(order=F("order") + 1)
    order = before.order + 1
    items.create(site=before.site, place=before.place, label=label, address=address, order=order)


class Migration(migrations.Migration):
    dependencies = [("portal", "0012_report_answers")]

    operations = [migrations.RunPython(add_lists, migrations.RunPython.noop)]
