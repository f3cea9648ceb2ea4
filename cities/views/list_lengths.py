"""Limits that several pages share."""

# Maximum number of cities in the list of a country, region, theme or intake; the finder has all.
MOST_LISTED = 200
