"""UNESCO's regions by the names that people use for them, or for parts of them."""

from collections.abc import Sequence
from functools import cache

from cities.models import Region
from cities.reference_names import key_of, key_words

# Not the Middle East, which is in three of the regions. North America shares one with Europe.
_NAMES = {
    Region.AFRICA: "African, Sub-Saharan Africa, West Africa, East Africa, Southern Africa",
    Region.ARAB_STATES: "Arab, Arab world, Arab countries, Arab region",
    Region.ASIA_PACIFIC: "Asia, Asian, Asia-Pacific, Asia Pacific, Pacific, Oceania, South Asia, "
    "Southeast Asia, South-East Asia, East Asia, Central Asia",
    Region.EUROPE_NORTH_AMERICA: "Europe, European, North America, North American, EU, "
    "European Union, Western Europe, Eastern Europe, Northern Europe, Southern Europe",
    Region.LATIN_AMERICA_CARIBBEAN: "Latin America, Latin American, Caribbean, South America, "
    "South American, Central America, Central American",
}


@cache
def _by_key() -> dict[str, Region]:
    names = {region: [str(region.label), *_NAMES[region].split(", ")] for region in Region}
    return {key_of(name): region for region, several in names.items() for name in several}


def region_named(words: Sequence[str]) -> Region | None:
    """Return the region that these folded words name; None if they do not."""
    return _by_key().get(" ".join(key_words(words)))
