"""What a browser asks before it calls from another site, and what it may then read."""

import conformance_pb2 as pb

from checks import among, equal, group, holds
from connect import HTTP, asking, error, unary
from http_peer import SERVICE

case = group("cors")
ORIGIN = ("origin", "https://app.example")
# What the clients of the two protocols send, by their documentation.
CONNECT_HEADERS = ("content-type", "connect-protocol-version", "connect-timeout-ms")
WEB_HEADERS = ("content-type", "grpc-timeout", "x-grpc-web", "x-user-agent")


def allowed(reply, name):
    return {value.lower() for value in reply.all(name)}


def preflight(http, verb, headers, method="Unary"):
    return http.send("OPTIONS", SERVICE + method, [
        ORIGIN, ("access-control-request-method", verb),
        ("access-control-request-headers", ",".join(headers))])


@case("allows the headers of {}", on=HTTP, each=(
    ("Connect", CONNECT_HEADERS), ("gRPC-Web", WEB_HEADERS),
    ("a compressing client", ("connect-content-encoding", "connect-accept-encoding",
                              "grpc-encoding", "grpc-accept-encoding", "content-encoding"))))
def headers_of(http, item):
    reply = preflight(http, "POST", item[1])
    among("HTTP status", reply.status, 200, 204)
    among("origin", reply.get("access-control-allow-origin"), "*", ORIGIN[1])
    holds("POST is allowed", allowed(reply, "access-control-allow-methods") & {"post", "*"})
    names = allowed(reply, "access-control-allow-headers")
    holds("all are allowed", "*" in names or set(item[1]) <= names, names)
    equal("body", reply.body, b"")


@case("allows GET", on=HTTP)
def get(http):
    reply = preflight(http, "GET", ("connect-protocol-version",), "IdempotentUnary")
    holds("GET is allowed", allowed(reply, "access-control-allow-methods") & {"get", "*"})


@case("lets the answer be kept", on=HTTP)
def max_age(http):
    age = preflight(http, "POST", CONNECT_HEADERS).get("access-control-max-age")
    holds("access-control-max-age", age is not None and int(age) > 0, age)


@case("lets the page read the headers of gRPC-Web", on=HTTP)
def exposed(http):
    reply = http.post("Unary", "application/grpc-web+proto", b"\0\0\0\0\0", [ORIGIN])
    equal("HTTP status", reply.status, 200)
    among("origin", reply.get("access-control-allow-origin"), "*", ORIGIN[1])
    names = allowed(reply, "access-control-expose-headers")
    wanted = {"grpc-status", "grpc-message", "grpc-status-details-bin"}
    holds("they are exposed", "*" in names or wanted <= names, names)


@case("lets the page read an error", on=HTTP)
def on_error(http):
    reply = unary(http, asking(error=pb.Error(code=pb.CODE_ABORTED)), headers=[ORIGIN])
    error(reply, "aborted")
    among("origin", reply.get("access-control-allow-origin"), "*", ORIGIN[1])


@case("lets the page read the refusal of {}", on=HTTP, each=(
    ("a content type", "POST", 415), ("a verb", "PUT", 405)))
def on_refusal(http, item):
    _, verb, status = item
    content_type = "text/plain" if status == 415 else "application/proto"
    reply = http.send(verb, SERVICE + "Unary", [("content-type", content_type), ORIGIN])
    equal("HTTP status", reply.status, status)
    among("origin", reply.get("access-control-allow-origin"), "*", ORIGIN[1])


@case("tells caches that the answer depends on the origin, where it does", on=HTTP)
def vary(http):
    reply = unary(http, asking(), headers=[ORIGIN])
    if reply.get("access-control-allow-origin") != "*":
        holds("vary", "origin" in allowed(reply, "vary"), reply.headers)


@case("says nothing of it to those who do not ask", on=HTTP)
def without_origin(http):
    equal("origin", unary(http, asking()).get("access-control-allow-origin"), None)
