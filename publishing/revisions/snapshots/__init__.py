"""Snapshots: the content of a record as plain data, to take, compare, merge and apply.

A snapshot holds all that staff edit in the record's form, keyed by field and relation:

    {"fields": {"name": "Wakefield", "country": "GB", …},
     "links": {"themes": [3, 17]},
     "rows": {"awards": {"3f2c…": {"year": 2024, …}}}}

It never names a model and is kept for years: a field that no longer exists is ignored, and a new
field keeps its present value. Values are JSON; moments are ISO 8601 in UTC.
"""

from publishing.revisions.snapshots.content import (
    apply,
    content_fields,
    link_names,
    part_relation,
    plain,
    renewed,
    row_fields,
    row_models,
    take,
    values_of,
    with_fields,
)
from publishing.revisions.snapshots.merging import (
    Conflict,
    MergeResult,
    Path,
    Snapshot,
    chosen_value,
    differing,
    fingerprint,
    leaves,
    merge,
    resolve,
    same,
    value_at,
)
from publishing.revisions.snapshots.text_merge import have_same_blocks

__all__ = [
    "Conflict",
    "MergeResult",
    "Path",
    "Snapshot",
    "apply",
    "chosen_value",
    "content_fields",
    "differing",
    "fingerprint",
    "have_same_blocks",
    "leaves",
    "link_names",
    "merge",
    "part_relation",
    "plain",
    "renewed",
    "resolve",
    "row_fields",
    "row_models",
    "same",
    "take",
    "value_at",
    "values_of",
    "with_fields",
]
