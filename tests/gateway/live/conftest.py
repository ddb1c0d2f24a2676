"""A real store for live state."""

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import valkey

from .members import Member

SERVER = shutil.which("redis-server") or shutil.which("valkey-server")


class Store:
    """A server on a socket of its own; its data lives as long as it does."""

    def __init__(self, folder, password=""):
        self.password = password
        self.socket = Path(folder) / "s"
        self.process = None

    @property
    def url(self):
        """As the gateway is told it."""
        return self.with_password(self.password)

    def with_password(self, password):
        """Its address with some password."""
        return f"unix://{f':{password}@' if password else ''}{self.socket}"

    def client(self):
        """For looking into it, and for writing what nobody should."""
        return valkey.Valkey.from_url(self.url)

    def start(self):
        """Start it, empty, and wait until it answers."""
        words = [SERVER, "--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        words += ["--appendonly", "no", "--dir", str(self.socket.parent)]
        words += ["--requirepass", self.password] if self.password else []
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while True:
            try:
                with self.client() as client:
                    client.ping()
            except valkey.exceptions.ConnectionError:
                assert time.monotonic() < end, "the store did not start"
                time.sleep(0.01)
            else:
                return self

    def kill(self):
        """End it; what it knew is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def halt(self):
        """Let it hold still: it takes connections and never answers."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        """Let it work on."""
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def stores():
    """Makes stores."""
    if SERVER is None:
        pytest.skip("redis-server is not installed")
    made = []

    # Not below pytest's folder: the path of a socket has 108 bytes at most.
    with tempfile.TemporaryDirectory(prefix="sw-") as folder:

        def make(password=""):
            place = Path(folder) / str(len(made))
            place.mkdir()
            made.append(Store(place, password).start())
            return made[-1]

        yield make
        for store in made:
            store.kill()


@pytest.fixture
def store(stores):
    """One store."""
    return stores()


@pytest.fixture
def pair(store):
    """Two that know of each other."""
    both = Member(store), Member(store)
    for _ in range(2):
        assert both[0].merge()
        assert both[1].merge()
    yield both
    for one in both:
        one.sharing.stop()
