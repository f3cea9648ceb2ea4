"""The limits that several pages share."""

# A page of one country or intake lists so many cities; the finder has them all.
MOST_LISTED = 200
