"""Connect by hand: messages to bodies, and what a reply says."""

import json

import conformance_pb2 as pb
from google.protobuf import json_format

from checks import equal, holds
from wire import (
    COMPRESS, COMPRESSED, DECOMPRESS, END_STREAM, bytes_of, end_of_stream, envelope,
    messages_and_end)

HTTP = ("h1", "h2", "h1 tls", "h2 tls")
CODECS = ("proto", "json")
# Connect's name of each code, and the HTTP status of a unary call that ends with it.
CODES = (
    ("canceled", pb.CODE_CANCELED, 499), ("unknown", pb.CODE_UNKNOWN, 500),
    ("invalid_argument", pb.CODE_INVALID_ARGUMENT, 400),
    ("deadline_exceeded", pb.CODE_DEADLINE_EXCEEDED, 504), ("not_found", pb.CODE_NOT_FOUND, 404),
    ("already_exists", pb.CODE_ALREADY_EXISTS, 409),
    ("permission_denied", pb.CODE_PERMISSION_DENIED, 403),
    ("resource_exhausted", pb.CODE_RESOURCE_EXHAUSTED, 429),
    ("failed_precondition", pb.CODE_FAILED_PRECONDITION, 400), ("aborted", pb.CODE_ABORTED, 409),
    ("out_of_range", pb.CODE_OUT_OF_RANGE, 400), ("unimplemented", pb.CODE_UNIMPLEMENTED, 501),
    ("internal", pb.CODE_INTERNAL, 500), ("unavailable", pb.CODE_UNAVAILABLE, 503),
    ("data_loss", pb.CODE_DATA_LOSS, 500), ("unauthenticated", pb.CODE_UNAUTHENTICATED, 401))
STATUS = {name: status for name, _, status in CODES}

METADATA = [
    pb.Header(name="x-single", value=["one"]), pb.Header(name="x-many", value=["first", "second"]),
    pb.Header(name="x-blob-bin", value=["AAEC/w", "/w"])]
SPECIAL = "\t line\r\n ☺ and \U0001f608 \"quoted\" 100% \\ \t"


def encode(message, codec):
    if codec == "proto":
        return message.SerializeToString()
    return json_format.MessageToJson(message).encode()


def decode(body, kind, codec):
    if codec == "proto":
        return kind.FromString(body)
    return json_format.Parse(body.decode(), kind())


def asking(data=b"", **definition):
    """A unary request that asks for `data`, or for what the definition says."""
    if "error" not in definition:
        definition["response_data"] = data
    return pb.UnaryRequest(response_definition=pb.UnaryResponseDefinition(**definition))


def unary(http, request, codec="proto", headers=(), method="Unary"):
    return http.post(method, f"application/{codec}", encode(request, codec), headers)


def payload(reply, codec="proto", kind=pb.UnaryResponse):
    """The payload of a unary call that went well."""
    holds("the call went well", reply.status == 200, reply.status, reply.body)
    equal("content-type", reply.get("content-type"), f"application/{codec}")
    encoding = reply.get("content-encoding") or "identity"
    return decode(DECOMPRESS[encoding](reply.body), kind, codec).payload


def error(reply, code, http_status=None):
    """Checks a unary call's error and returns it."""
    equal("HTTP status", reply.status, http_status or STATUS[code])
    equal("content-type", reply.get("content-type"), "application/json")
    body = DECOMPRESS[reply.get("content-encoding") or "identity"](reply.body)
    found = json.loads(body)
    equal("code", found.get("code"), code)
    return found


def details(found):
    """[(type, bytes)]; the suite wants base64 without padding."""
    result = []
    for detail in found.get("details", []):
        holds("unpadded", not detail["value"].endswith("="), detail)
        holds("no URL but a name", "/" not in detail["type"], detail)
        result.append((detail["type"], bytes_of(detail["value"])))
    return result


def stream_body(requests, codec="proto", encoding=None):
    """Requests as envelopes, compressed where there is an encoding."""
    bodies = [encode(request, codec) for request in requests]
    if encoding:
        return b"".join(envelope(COMPRESS[encoding](body), COMPRESSED) for body in bodies)
    return b"".join(map(envelope, bodies))


def stream(http, method, requests, codec="proto", headers=()):
    body = requests if isinstance(requests, bytes) else stream_body(requests, codec)
    return http.post(method, f"application/connect+{codec}", body, headers)


def streamed(reply, kind, codec="proto"):
    """The messages of a streaming call and its EndStream."""
    equal("HTTP status", reply.status, 200)
    equal("content-type", reply.get("content-type"), f"application/connect+{codec}")
    encoding = reply.get("connect-content-encoding") or "identity"
    messages, end = messages_and_end(reply.body, END_STREAM, encoding)
    return [decode(body, kind, codec) for body in messages], end_of_stream(end)


def stream_error(reply, *codes):
    """Checks that a streaming call ended with one of the codes; returns its EndStream."""
    equal("HTTP status", reply.status, 200)
    encoding = reply.get("connect-content-encoding") or "identity"
    _, end = messages_and_end(reply.body, END_STREAM, encoding)
    end = end_of_stream(end)
    holds("an error", "error" in end, end)
    holds(f"code is one of {codes}", end["error"].get("code") in codes, end)
    return end
