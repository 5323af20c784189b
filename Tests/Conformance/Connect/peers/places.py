"""Where cases run: our server by each transport, and our client; started when first used."""

from canned import Canned
from frames import Frames
from http_peer import Http
from our_client import OurClient
from programs import TLS, Client, Server, credentials
from raw import Raw
from rpc_client import Caller
from rpc_server import RPCServer

LIMIT = 4096


class Places:
    def __init__(self, programs):
        self.programs = programs
        self.servers, self.made = {}, {}

    def server(self, name):
        """A server in clear text, over TLS, with client certificates, or with a low limit."""
        if name not in self.servers and name == "canned":
            self.servers[name] = Canned()
        elif name not in self.servers and name.startswith("theirs"):
            self.servers[name] = RPCServer(secure=name.endswith("tls"))
        elif name not in self.servers:
            request = {
                "clear": {},
                "tls": {"use_tls": True, "server_creds": credentials("server")},
                "mutual": {
                    "use_tls": True, "server_creds": credentials("server"),
                    "client_tls_cert": (TLS / "authority.pem").read_bytes()},
                "limited": {"message_receive_limit": LIMIT},
            }[name]
            self.servers[name] = Server(self.programs, **request)
        return self.servers[name]

    def client(self):
        if "client" not in self.servers:
            self.servers["client"] = Client(self.programs)
        return self.servers["client"]

    def make(self, place):
        if place == "frames":
            return Frames(self.server("limited"))
        if place.startswith("wrong "):
            _, protocol, version = place.split()
            return OurClient(self.client(), self.server("canned"), protocol, int(version[1]))
        if place.startswith("ours "):
            _, protocol, version, *secure = place.split()
            server = self.server("theirs tls" if secure else "theirs")
            return OurClient(self.client(), server, protocol, int(version[1]))
        if place.startswith("connectrpc "):
            _, protocol, version, *secure = place.split()
            server = self.server("tls" if secure else "clear")
            return Caller(server, protocol, int(version[1]), bool(secure))
        if place.startswith("raw"):
            name = place.removeprefix("raw").strip() or "clear"
            return Raw(self.server(name), secure=name != "clear")
        limited = place.startswith("limited ")
        version = int(place.removeprefix("limited ")[1])
        secure = place.endswith(" tls")
        return Http(self.server("limited" if limited else "tls" if secure else "clear"), version,
                    secure)

    def __getitem__(self, place):
        if place not in self.made:
            self.made[place] = self.make(place)
        return self.made[place]

    def restart(self, place):
        """Forgets a program that died, so that the next case finds a new one."""
        self.made.pop(place).stop()
        self.servers = {name: each for name, each in self.servers.items() if each.is_running}
        self.made = {name: each for name, each in self.made.items() if each.is_running}

    def stop(self):
        for each in [*self.made.values(), *self.servers.values()]:
            each.stop()
