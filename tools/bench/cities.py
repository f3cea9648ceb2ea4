"""Made-up cities for measuring, spread over the countries as the real ones are.

    DJANGO_SETTINGS_MODULE=portal.settings … python -m tools.bench.cities 100000

adds cities to a portal with the starter content until it has that many. They are for a database
that is thrown away: nothing in them is true.
"""

import random
import sys
from collections.abc import Iterator

SYLLABLES = "ba den ford gar hal ka lin mo nes or pa qui ras san tor u vel wick yan zim".split()
MADE_UP = "made-up-"
# The rows of one INSERT.
BATCH = 1000


def names(chance: random.Random, given: set[str]) -> Iterator[str]:
    """Yield endless names of one or two words ("Halvel Torpa"), each once and none of `given`."""
    while True:
        words = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(2)]
        name = " ".join(words[: chance.randint(1, 2)]).title()
        if name not in given:
            given.add(name)
            yield name


def grow(total: int) -> None:
    """Add cities until there are `total`, each a copy of a real one, moved and renamed.

    Country, year, status and kind are those of its pattern, so facets keep their proportions; so do
    themes, awards and alternative names.
    """
    from django.db import connection

    from cities.models import AlternativeName, Award, City

    given = set(City.objects.values_list("name", flat=True))
    chance = random.Random(len(given))  # noqa: S311 (the same cities every time, no secret)
    real = City.objects.exclude(slug__startswith=MADE_UP)
    patterns = list(real.prefetch_related("alternative_names", "awards", "themes"))
    new_names = names(chance, given)
    links = City.themes.through
    for start in range(City.objects.count(), total, BATCH):
        pairs = []
        for number in range(start, min(start + BATCH, total)):
            pattern = patterns[number % len(patterns)]
            pairs.append((copy_city(pattern, next(new_names), number, chance), pattern))
        City.objects.bulk_create(city for city, _pattern in pairs)
        AlternativeName.objects.bulk_create(
            AlternativeName(city=city, name=next(new_names), language=other.language)
            for city, pattern in pairs
            for other in pattern.alternative_names.all()
        )
        Award.objects.bulk_create(
            Award(city=city, year=award.year)
            for city, pattern in pairs
            for award in pattern.awards.all()
        )
        links.objects.bulk_create(
            links(city=city, theme=theme)
            for city, pattern in pairs
            for theme in pattern.themes.all()
        )
    if connection.vendor == "postgresql":
        # As autovacuum does within a minute.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def copy_city(pattern: "City", name: str, number: int, chance: random.Random) -> "City":  # type: ignore[name-defined] # noqa: F821 (Django is not set up yet)
    """Return a new city with the facts of another, under its own name and in its own place."""
    facts = {
        field.attname: getattr(pattern, field.attname)
        for field in pattern._meta.concrete_fields
        if not field.primary_key
    }
    facts |= {"name": name, "official_name": "", "slug": f"{MADE_UP}{number}"}
    if pattern.latitude is not None:
        facts["latitude"] = min(max(pattern.latitude + chance.uniform(-2, 2), -85), 85)
        facts["longitude"] = min(max(pattern.longitude + chance.uniform(-3, 3), -180), 180)
    if pattern.population is not None:
        facts["population"] = int(pattern.population * chance.uniform(0.5, 2))
    return type(pattern)(**facts)


if __name__ == "__main__":
    import django

    django.setup()
    grow(int(sys.argv[1]))
