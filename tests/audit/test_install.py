"""Tools are put into a folder of their own, whole or not at all, and nothing of them is run."""

import base64
import hashlib
import io
import json
import shutil
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from stillwatch.audit.profiles import Profile
from stillwatch.audit.profiles.install import IN_ROOM, install
from stillwatch.errors import InputError, SettingsError

needs_npm = pytest.mark.skipif(not shutil.which("npm"), reason="npm is missing")


def profile(**more):
    about = {"registry": "npm", "package": "tiny-tool", "version": "1.2.3"}
    return Profile(title="Tiny", **(about | {"program": "node_modules/.bin/tiny"} | more))


def archive(scripts):
    """A package as npm has it."""
    about = {"name": "tiny-tool", "version": "1.2.3", "bin": {"tiny": "tiny.js"}}
    files = {"package.json": json.dumps(about | {"scripts": scripts}), "tiny.js": "#!/bin/sh\n"}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A registry on this machine with one package, whose script would leave a file behind."""
    left = tmp_path / "left"
    packed = archive({"postinstall": f"touch {left}"})
    digest = base64.b64encode(hashlib.sha512(packed).digest()).decode()

    class Registry(BaseHTTPRequestHandler):
        def do_GET(self):
            dist = {"tarball": f"{url}/tiny.tgz", "integrity": f"sha512-{digest}"}
            release = {"name": "tiny-tool", "version": "1.2.3", "bin": {"tiny": "tiny.js"}}
            about = {"name": "tiny-tool", "versions": {"1.2.3": release | {"dist": dist}}}
            known = {"/tiny.tgz": packed, "/tiny-tool": json.dumps(about).encode()}
            body = known.get(self.path, b"")
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("npm_config_registry", url)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
        monkeypatch.setenv("npm_config_fetch_retries", "0")
        yield left
        server.shutdown()
        thread.join()


@needs_npm
def test_a_tool_is_installed_once_and_its_scripts_are_not_run(tmp_path, registry, monkeypatch):
    """The second time it comes from the cache."""
    first = install("tiny", profile(), "", tmp_path / "cache")
    assert first.version == "1.2.3"
    assert first.program == f"{IN_ROOM}/node_modules/.bin/tiny"
    outside, inside = first.kept[0]
    assert inside == IN_ROOM
    assert (outside / "node_modules/.bin/tiny").exists()
    assert not registry.exists()
    monkeypatch.setenv("PATH", "/nowhere")
    again = install("tiny", profile(), "", tmp_path / "cache")
    assert again.kept[0] == first.kept[0]


@needs_npm
def test_a_release_that_is_not_there_leaves_nothing_behind(tmp_path, registry):
    """A folder in the cache is a whole tool."""
    with pytest.raises(InputError, match="npm could not install it"):
        install("tiny", profile(), "9.9.9", tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


@needs_npm
def test_a_release_of_another_shape_is_refused(tmp_path, registry):
    """The profile's program must be in it."""
    with pytest.raises(InputError, match="has no bin/other"):
        install("tiny", profile(program="bin/other"), "", tmp_path / "cache")


def test_npm_is_needed(tmp_path, monkeypatch):
    """The hint says what to install."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SettingsError, match="npm is missing"):
        install("tiny", profile(), "", tmp_path / "cache")


@pytest.mark.parametrize("version", ["../../x", "latest", "1.2.3 --scripts", "file:/etc"])
def test_what_is_no_version_is_refused(tmp_path, version):
    """It would become part of a path and of a command."""
    with pytest.raises(SettingsError, match="is no version"):
        install("tiny", profile(), version, tmp_path / "cache")


def test_a_profile_without_a_package_is_refused(tmp_path):
    """Such a tool is given as a command."""
    with pytest.raises(SettingsError, match="has no package"):
        install("tiny", profile(registry="none"), "", tmp_path / "cache")
