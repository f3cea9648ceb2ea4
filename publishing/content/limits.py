"""The largest numbers that are accepted, which every database can hold.

SQLite holds any number in any column, PostgreSQL none above the largest of the column's type. So
each number that people type has a limit that makes sense to them and is within that of its column.
"""

# No member has more people: the largest province has a sixth of it.
LARGEST_POPULATION = 1_000_000_000
# Cities or countries of the network.
LARGEST_COUNT = 32_000
# A place in an order.
LARGEST_PLACE = 1_000
# The number of a record at another institution, of nine digits.
LARGEST_NUMBER = 999_999_999
