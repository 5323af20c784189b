"""A small caching HTTP/1.1 proxy in front of one server: GET answers that allow it are kept."""

import http.client
import http.server
import sys
import threading

(TARGET,) = sys.argv[1:]
DROPPED = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cache = {}
    lock = threading.Lock()

    def do_GET(self):
        with self.lock:
            kept = self.cache.get(self.path)
        if kept is None:
            kept = self.fetch()
            if kept[0] == 200 and "max-age" in dict(kept[1]).get("cache-control", ""):
                with self.lock:
                    self.cache[self.path] = kept
        self.answer(*kept)

    def do_POST(self):
        self.answer(*self.fetch())

    def fetch(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        connection = http.client.HTTPConnection(TARGET, timeout=30)
        fields = {k: v for k, v in self.headers.items() if k.lower() not in DROPPED}
        connection.request(self.command, self.path, body or None, fields)
        reply = connection.getresponse()
        fields = [(k.lower(), v) for k, v in reply.getheaders() if k.lower() not in DROPPED]
        return reply.status, fields, reply.read()

    def answer(self, status, fields, body):
        self.send_response_only(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
print(f"ready 127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
