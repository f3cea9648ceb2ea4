"""Checks of files: folders and their permissions, pictures, static files, backups."""

import json
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from portal.doctor.findings import Finding
from portal.management.commands.serve import static_digest
from publishing.pictures import media_files

# A backup that is older was probably not made.
BACKUP_DAYS = 2


def check_permissions() -> Iterator[Finding]:
    """Report files with secrets that other users of this machine can read."""
    database = Path(settings.DATABASES["default"]["NAME"])
    private = [database, settings.DATA_DIR / "staff-account.txt", settings.BASE_DIR / ".env"]
    # Nobody passes a closed folder, so its files need no closer look.
    closed = not settings.DATA_DIR.stat().st_mode & 0o077
    found = False
    for path in private:
        inside = path.is_relative_to(settings.DATA_DIR)
        if path.is_file() and path.stat().st_mode & 0o077 and not (inside and closed):
            found = True
            sentence = f"Other users of this machine can read {path.name}."
            mend = f"chmod 700 {settings.DATA_DIR}" if inside else f"chmod 600 {path}"
            yield Finding("warning", "permissions", sentence, mend)
    if not found:
        yield Finding("ok", "permissions", "Files with secrets are private.")


def check_storage() -> Iterator[Finding]:
    """Write, read and delete a small file where the pictures are."""
    where = f"bucket {settings.S3_BUCKET}" if settings.S3_BUCKET else "folder media"
    content = secrets.token_bytes(16)
    name = default_storage.save(f"doctor-{secrets.token_hex(8)}.txt", ContentFile(content))
    try:
        with default_storage.open(name) as file:
            same = file.read() == content
    finally:
        default_storage.delete(name)
    if same:
        yield Finding("ok", "pictures", f"The {where} can be written, read and deleted in.")
    else:
        sentence = f"The {where} returned another content than was written."
        yield Finding("wrong", "pictures", sentence, "Check the server of the bucket.")


def check_pictures() -> Iterator[Finding]:
    """Compare the files of the pictures with the library, as `clean_media` does."""
    orphans, lost, incomplete = media_files.compare(timezone.now() - timedelta(hours=1))
    if lost:
        sentence = f"The files of {len(lost)} pictures are lost."
        mend = "Restore the folder media from a backup; manage.py clean_media lists them."
        yield Finding("wrong", "pictures", sentence, mend)
    if incomplete:
        sentence = f"{len(incomplete)} pictures lack renditions."
        yield Finding("warning", "pictures", sentence, "Run manage.py clean_media --make.")
    if orphans:
        sentence = f"{len(orphans)} files belong to no picture."
        mend = "Look at them with manage.py clean_media, then add --remove."
        yield Finding("warning", "pictures", sentence, mend)
    if not (lost or incomplete or orphans):
        yield Finding("ok", "pictures", "Every picture has its files.")


def check_static_files() -> Iterator[Finding]:
    """Report whether the static files of this version are collected."""
    if settings.DEBUG:
        yield Finding("ok", "static files", "With DEBUG they are served as they are.")
        return
    root = Path(settings.STATIC_ROOT)
    manifest, stamp = root / "staticfiles.json", root / "sources.sha256"
    mend = "Run manage.py collectstatic --noinput, then restart; serve does it too."
    names = json.loads(manifest.read_text())["paths"].values() if manifest.exists() else []
    lost = [name for name in names if not (root / name).exists()]
    if not names:
        yield Finding("wrong", "static files", "They are not collected.", mend)
    elif lost:
        sentence = f"{len(lost)} of {len(names)} files are missing."
        yield Finding("wrong", "static files", sentence, mend)
    elif stamp.exists() and stamp.read_text() != static_digest():
        sentence = "They were collected from another version of the code."
        yield Finding("warning", "static files", sentence, mend)
    else:
        yield Finding("ok", "static files", f"All {len(names)} are collected.")


def check_backups() -> Iterator[Finding]:
    """Report the age of the newest backup, if a setting says where backups are."""
    if not (folder := getattr(settings, "BACKUP_DIR", "")):
        return
    times = [path.stat().st_mtime for path in Path(folder).iterdir()]
    mend = "See whether the job that makes backups runs."
    if not times:
        yield Finding("wrong", "backup", "There is no backup in BACKUP_DIR.", mend)
        return
    hours = max(0, time.time() - max(times)) / 3600
    sentence = f"The newest backup is {hours:.0f} hours old."
    if hours > BACKUP_DAYS * 24:
        yield Finding("wrong", "backup", sentence, mend)
    else:
        yield Finding("ok", "backup", sentence)
