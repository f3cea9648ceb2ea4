"""Build backend of pyproject.toml, which builds nothing and explains how to run the portal.

The portal is a site that runs from its folder, with templates, static files and data around the
code; a package of it would lack them. pip and build call these hooks before anything else.
"""

import sys
from typing import NoReturn

SENTENCE = (
    "The Learning Cities Portal is no package: it runs from its folder. `make run` installs what "
    "requirements.txt names and serves it; docs/operations.md tells of servers."
)


def refuse(*_arguments: object, **_options: object) -> NoReturn:
    """Abort the build with one sentence."""
    sys.exit(SENTENCE)


build_wheel = build_sdist = build_editable = refuse
get_requires_for_build_wheel = get_requires_for_build_sdist = refuse
get_requires_for_build_editable = refuse
