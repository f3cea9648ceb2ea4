"""The folder and the database are closed to other users of the machine."""

from portal.storage.private_files import make_private


def mode(path):
    return path.stat().st_mode & 0o7777


def old_portal(tmp_path):
    """Make the folder of a portal as earlier versions left it."""
    folder = tmp_path / "var"
    folder.mkdir()
    folder.chmod(0o755)
    database = folder / "portal.sqlite3"
    for suffix in ("", "-wal", "-shm"):
        file = database.with_name(database.name + suffix)
        file.touch()
        file.chmod(0o644)
    (folder / "media").mkdir()
    return folder, database


def test_the_files_of_an_earlier_version_are_closed_once(tmp_path):
    folder, database = old_portal(tmp_path)
    places = [folder, *sorted(folder.glob("portal*"))]
    sentence = "{} was open to other users of this machine, and is not any more."
    told = list(make_private(folder, database, False))
    assert sorted(told) == [sentence.format(place) for place in places]
    assert [mode(place) for place in places] == [0o700, 0o600, 0o600, 0o600]
    assert list(make_private(folder, database, False)) == []


def test_the_group_may_enter_but_not_read_the_database(tmp_path):
    folder, database = old_portal(tmp_path)
    folder.chmod(0o2755)
    list(make_private(folder, database, True))
    assert (mode(folder), mode(database)) == (0o2750, 0o600)
    folder.chmod(0o700)
    assert list(make_private(folder, database, True)) == []
    assert mode(folder) == 0o750


def test_a_new_database_is_closed_from_its_first_byte(tmp_path):
    database = tmp_path / "portal.sqlite3"
    list(make_private(tmp_path, database, False))
    assert mode(database) == 0o600
    list(make_private(tmp_path, None, False))
    # A database elsewhere is not made here: its folder may be missing by mistake.
    list(make_private(tmp_path, tmp_path / "missing" / "portal.sqlite3", False))
    assert not (tmp_path / "missing").exists()
