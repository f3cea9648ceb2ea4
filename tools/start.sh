#!/bin/sh
# Finds a Python that can run the portal and hands over to tools/start.py.
# PYTHON names one to use instead. A name may exist and still fail (pyenv's do), so each is tried.
cd "$(dirname "$0")/.." || exit 1
for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if "$python" -c 'import ensurepip, sqlite3, ssl, sys; sys.exit(sys.version_info < (3, 11))' \
        >/dev/null 2>&1; then
        exec "$python" tools/start.py "$@"
    fi
done
if [ -n "$PYTHON" ]; then
    echo "$PYTHON is not a Python 3.11 or newer with venv, sqlite3 and ssl." >&2
else
    echo "The portal needs Python 3.11 or newer with venv, sqlite3 and ssl:" \
        "install it (on Debian and Ubuntu: python3 and python3-venv) and try again." >&2
fi
exit 1
