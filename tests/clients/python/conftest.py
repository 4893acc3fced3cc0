"""Starts the real binary on a database of its own, once for all tests in this folder.

Needs CHANCERY_TEST_DATABASE_URL and CHANCERY_BIN; script/test sets both.
"""

import base64
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

import fixture as data

TARGET = Path(os.environ.get("CHANCERY_TEST_TARGET", Path(__file__).parents[3] / "target"))


class Server:
    """A running `chancery serve`, as in production; `issuer` says where."""

    def __init__(self, name):
        self.binary = required("CHANCERY_BIN")
        self.admin_url = required("CHANCERY_TEST_DATABASE_URL")
        self.name = name
        self.data = TARGET / "test-clients" / name
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        url = urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{name}"))
        port, self.management = free_ports(2)
        self.issuer = f"http://localhost:{port}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "NO_COLOR": "1",
            "RUST_BACKTRACE": "1",
            "DATABASE_URL": url,
            "CHANCERY__SERVER__ISSUER": self.issuer,
            "CHANCERY__SERVER__LISTEN": f"127.0.0.1:{port}",
            "CHANCERY__SERVER__MANAGEMENT_LISTEN": f"127.0.0.1:{self.management}",
            "CHANCERY__SECRETS__SEALING_KEYS": f"1:{base64.b64encode(os.urandom(32)).decode()}",
        }
        self.log = self.data / "server.log"
        self.process = None

    def start(self):
        self._psql(f'create database "{self.name}"')
        command = [self.binary, "serve", "--migrate"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self._wait_until_ready(f"http://127.0.0.1:{self.management}/readyz")
        return self

    def apply(self, configuration):
        """Applies `{resource, client, user}`, in the shape of the TOML file."""
        file = self.data / "apply.json"
        file.write_text(json.dumps(configuration))
        subprocess.run([self.binary, "apply", file], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        try:
            code = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._psql(f'drop database if exists "{self.name}" with (force)')
        output = self.log.read_text()
        shutil.rmtree(self.data, ignore_errors=True)
        assert code == 0, f"the server did not stop cleanly:\n{output[-4000:]}"
        assert "panicked" not in output, output

    def _wait_until_ready(self, readyz):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                pytest.fail(f"the server ended before it was ready:\n{self.log.read_text()}")
            try:
                with urllib.request.urlopen(readyz, timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.025)  # between two looks; readiness is what is waited for
        pytest.fail(f"the server was not ready in time:\n{self.log.read_text()}")

    def _psql(self, statement):
        environment = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-c", statement, self.admin_url], env=environment, check=True)


def free_ports(count):
    """Ports that nobody listened on a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def required(name):
    value = os.environ.get(name)
    assert value, f"{name} is not set: run these tests through script/test"
    return value


@pytest.fixture(scope="session")
def server():
    running = Server(f"clients_python_{os.getpid()}")
    try:
        running.start()
        running.apply(data.CONFIGURATION)
        yield running
    finally:
        if running.process:
            running.stop()
