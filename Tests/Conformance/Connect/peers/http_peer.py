"""A place to call over HTTP by httpx, which neither decodes nor adds what no case asked for."""

import ssl
import time

import httpx

from programs import HOST, TLS

SERVICE = "/connectrpc.conformance.v1.ConformanceService/"
VERSIONS = {1: "HTTP/1.1", 2: "HTTP/2"}


class Reply:
    def __init__(self, status, headers, body, arrivals=()):
        self.status, self.headers, self.body = status, headers, body
        self.arrivals = arrivals  # (seconds since the request, bytes)

    def all(self, name):
        """Every value of a header: several lines and one with commas are the same."""
        return [part.strip() for key, value in self.headers if key == name
                for part in value.split(",")]

    def get(self, name):
        values = [value for key, value in self.headers if key == name]
        return ", ".join(values) if values else None


class Http:
    """One server by one version of HTTP, in clear text or over TLS."""

    def __init__(self, server, version, secure=False):
        self.server, self.version = server, VERSIONS[version]
        verify = True
        if secure:
            verify = ssl.create_default_context(cafile=TLS / "authority.pem")
        self.client = httpx.Client(
            http1=version == 1, http2=version == 2, verify=verify, timeout=20)
        for name in ("accept", "accept-encoding", "user-agent"):
            del self.client.headers[name]
        self.base = f"{'https' if secure else 'http'}://127.0.0.1:{server.port}"
        self.secure = secure

    def send(self, verb, path, headers=(), body=b""):
        """`body` is bytes, or an iterable, which goes out in chunks."""
        extensions = {"sni_hostname": HOST} if self.secure else {}
        start, arrivals, parts = time.monotonic(), [], []
        with self.client.stream(
                verb, self.base + path, headers=list(headers),
                content=body if verb not in ("GET", "HEAD") or body else None,
                extensions=extensions) as response:
            for part in response.iter_raw():
                arrivals.append((time.monotonic() - start, part))
                parts.append(part)
        if response.http_version != self.version:
            raise AssertionError(f"{response.http_version}, not {self.version}")
        headers = [(k.lower(), v) for k, v in response.headers.multi_items()]
        return Reply(response.status_code, headers, b"".join(parts), arrivals)

    def post(self, method, content_type, body=b"", headers=()):
        if content_type is not None:
            headers = [("content-type", content_type), *headers]
        return self.send("POST", SERVICE + method, headers, body)

    @property
    def is_running(self):
        return self.server.is_running

    def stop(self):
        self.client.close()
