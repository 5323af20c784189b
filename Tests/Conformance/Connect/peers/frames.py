"""HTTP/2 frame by frame, by the peer of the HTTP/2 suite."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "http2"))

import peer as http2


class Frames:
    """Connections of hand-made frames to one server."""

    def __init__(self, server):
        self.server = server

    def connect(self):
        return http2.Peer(self.server.port)

    def post(self, path, content_type):
        return http2.request("POST", path, extra=[("content-type", content_type)])

    def reset(self, peer, stream):
        peer.send(http2.rst(stream))

    @property
    def is_running(self):
        return self.server.is_running

    def stop(self):
        """Its connections end with their cases."""
