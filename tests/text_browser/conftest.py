"""A text browser, w3m, with a live server: no style, no script, no picture."""

import os
import pty
import select
import subprocess
import termios
import tty
from pathlib import Path
from tempfile import mkdtemp

import pytest
from django.core.management import call_command

ROWS, COLUMNS = 60, 100
# Seconds without output that are allowed on a busy machine.
PATIENCE = 30
OPTIONS = ("confirm_qq=0", "use_history=0", "auto_image=0", "wrap_search=1", "ignorecase_search=0")


class TextBrowser:
    """w3m with an empty home folder. It reads keys one by one, so a walk can be typed ahead."""

    def __init__(self, address, home):
        self.address, self.home = address, home
        self.environment = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "TERM": "xterm",
            "LANG": "C.UTF-8",
        }

    def walk(self, path, *steps):
        """Open a page and type the keys of each step; return the text of the page after each step.

        `go` and `tick` make keys; "B" goes back.
        """
        # A new folder for each walk, because w3m asks before it overwrites a file.
        folder = Path(mkdtemp(dir=self.home))
        files = [folder / f"{number}.txt" for number in range(len(steps))]
        # S asks for a file and saves the text of the page to it; Q ends.
        typed = "".join(f"{keys}S{file}\r" for keys, file in zip(steps, files, strict=True)) + "Q"
        self._type(path, typed)
        return [" ".join(file.read_text().split()) for file in files]

    def _type(self, path, keys):
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        termios.tcsetwinsize(theirs, (ROWS, COLUMNS))
        options = [part for option in OPTIONS for part in ("-o", option)]
        w3m = subprocess.Popen(
            ["w3m", *options, self.address + path],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=self.environment,
            start_new_session=True,
        )
        os.close(theirs)
        os.write(ours, keys.encode())
        try:
            # The output has to be read, or w3m would block on a full buffer.
            while select.select([ours], [], [], PATIENCE)[0]:
                os.read(ours, 65536)
        except OSError:
            # Linux raises this when the other side has ended.
            pass
        finally:
            w3m.kill()
            w3m.wait()
            os.close(ours)


def go(words):
    """Return the keys that search for the words of a link or button and press it."""
    return f"/{words}\r\r"


def tick(label):
    """Return the keys that tick the box before a label."""
    return f"/{label}\r\x1b\t\r"


def search(words):
    """Return the keys that fill in the field of the finder and send it."""
    return f"/City or country name\r\t\r{words}\r\t\r"


@pytest.fixture
def w3m(live_server, tmp_path):
    """Return a text browser on the portal with its starter content."""
    call_command("load_starter", verbosity=0)
    return TextBrowser(live_server.url, tmp_path)
