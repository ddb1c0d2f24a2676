"""Servers of a measurement: started on a core, watched, stopped."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(words: list[str], port: int, core: int, **env: str) -> Iterator[int]:
    """A server on a core, until the block ends."""
    process = subprocess.Popen(
        ["taskset", "-c", str(core), *words],  # noqa: S607
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, **env},
    )
    try:
        end = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"{words[0]} did not start: {words}") from None
                time.sleep(0.1)
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def nginx(folder: Path, name: str, port: int, location: str) -> list[str]:
    """The command line of an nginx with one location."""
    file = folder / f"{name}.conf"
    file.write_text(
        f"daemon off; worker_processes 1; pid {folder}/{name}.pid; error_log /dev/null;"
        "events { worker_connections 4096; } http { access_log off; keepalive_requests 1000000000;"
        f"client_body_temp_path {folder}/{name}; client_body_buffer_size 1m; client_max_body_size 0;"
        f"{location.replace('PORT', str(port))} }}"
    )
    return ["nginx", "-c", str(file), "-e", "/dev/null"]


def cpu_s(group: int) -> float:
    """User and system time of a session's processes, seconds."""
    total = 0.0
    for process in psutil.process_iter(["pid"]):
        try:
            if os.getsid(process.pid) == group:
                times = process.cpu_times()
                total += times.user + times.system
        except (psutil.Error, OSError):
            continue
    return total
