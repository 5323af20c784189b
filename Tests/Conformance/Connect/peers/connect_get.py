"""Connect's unary calls with GET, whose message is in the query."""

from urllib.parse import quote, urlencode

import conformance_pb2 as pb

from checks import among, equal, group, holds
from connect import CODECS, CODES, HTTP, METADATA, encode, error, payload
from connect_unary import has_metadata
from http_peer import SERVICE
from wire import COMPRESS, ENCODINGS, base64_of

case = group("connect get")


def asking(data=b"", **definition):
    if "error" not in definition:
        definition["response_data"] = data
    return pb.IdempotentUnaryRequest(
        response_definition=pb.UnaryResponseDefinition(**definition))


def query(request, codec="proto", padded=False, **more):
    """The parameters of a call; `more` replaces, or with None removes."""
    body = request if isinstance(request, bytes) else encode(request, codec)
    text = base64_of(body, padded).replace("+", "-").replace("/", "_")
    fields = {"connect": "v1", "encoding": codec, "base64": "1", "message": text, **more}
    return {name: value for name, value in fields.items() if value is not None}


def get(http, fields, headers=(), method="IdempotentUnary"):
    text = fields if isinstance(fields, str) else urlencode(fields)
    return http.send("GET", f"{SERVICE}{method}?{text}", headers)


def answer(reply, codec="proto"):
    return payload(reply, codec, pb.IdempotentUnaryResponse)


@case("answers {}", on=HTTP, each=CODECS)
def answers(http, codec):
    equal("data", answer(get(http, query(asking(b"abc\xff"), codec)), codec).data, b"abc\xff")


@case("answers base64 with padding", on=HTTP)
def padded(http):
    for size in range(4):
        data = b"p" * size
        equal("data", answer(get(http, query(asking(data), padded=True))).data, data)


@case("answers JSON that is not base64", on=HTTP)
def percent(http):
    request = asking(b"abc \xff")
    fields = query(request, "json", message=encode(request, "json").decode(), base64=None)
    equal("data", answer(get(http, fields), "json").data, b"abc \xff")


@case("answers parameters in another order", on=HTTP)
def order(http):
    fields = dict(reversed(query(asking(b"abc")).items()))
    equal("data", answer(get(http, fields)).data, b"abc")


@case("answers where every byte of the message is escaped", on=HTTP)
def escaped(http):
    fields = query(asking(b"abc"))
    message = "".join(f"%{ord(character):02x}" for character in fields.pop("message"))
    reply = get(http, urlencode(fields) + "&message=" + message)
    equal("data", answer(reply).data, b"abc")


@case("takes a plus for a space in JSON", on=HTTP)
def plus(http):
    text = quote('{"requestData": "YQ=="}').replace("%20", "+")
    answer(get(http, f"message={text}&encoding=json&connect=v1"), "json")


@case("answers a message that is {}", on=HTTP, each=ENCODINGS)
def compressed(http, encoding):
    body = COMPRESS[encoding](asking(b"x" * 1000).SerializeToString())
    reply = get(http, query(body, compression=encoding))
    equal("data", answer(reply).data, b"x" * 1000)


@case("writes {}", on=HTTP, each=ENCODINGS)
def writes(http, encoding):
    reply = get(http, query(asking(b"x" * 5000)), [("accept-encoding", encoding)])
    equal("content-encoding", reply.get("content-encoding") or "identity", encoding)
    equal("data", answer(reply).data, b"x" * 5000)


@case("answers an empty message", on=HTTP)
def empty(http):
    answer(get(http, query(b"")))


@case("answers without the parameter connect", on=HTTP)
def unversioned(http):
    answer(get(http, query(asking(), connect=None)))


@case("sends metadata and trailers", on=HTTP)
def metadata(http):
    reply = get(http, query(asking(response_headers=METADATA, response_trailers=METADATA)))
    answer(reply)
    has_metadata(reply)


@case("ends with {}", on=HTTP, each=CODES)
def ends_with(http, item):
    name, code, _ = item
    reply = get(http, query(asking(error=pb.Error(code=code, message="why"))))
    equal("message", error(reply, name).get("message"), "why")


@case("keeps to its time", on=HTTP)
def expires(http):
    reply = get(http, query(asking(response_delay_ms=5000)), [("connect-timeout-ms", "200")])
    error(reply, "deadline_exceeded")


@case("refuses {} with invalid_argument", on=HTTP, each=(
    ("bad base64", {"message": "!!!!"}), ("half of base64", {"message": "A"}),
    ("no message", {"message": None}), ("another version", {"connect": "v2"}),
    ("bad protobuf", {"message": "Cv__"})))
def refuses(http, item):
    error(get(http, query(asking(), **item[1])), "invalid_argument")


@case("refuses {} with 415", on=HTTP, each=(
    ("an unknown codec", {"encoding": "xml"}), ("an empty codec", {"encoding": ""})))
def unsupported(http, item):
    equal("HTTP status", get(http, query(asking(), **item[1])).status, 415)


@case("refuses a message without a codec", on=HTTP)
def no_codec(http):
    among("HTTP status", get(http, query(asking(), encoding=None)).status, 400, 415)


@case("skips {}", on=HTTP, each=(
    ("a parameter that it does not know", "x=y&&z&x=%00"),
    ("an empty compression", "compression=")))
def skips(http, item):
    text = urlencode(query(asking(b"abc")))
    equal("data", answer(get(http, f"{item[1]}&{text}")).data, b"abc")


@case("takes JSON as it is, where base64 is not 1", on=HTTP)
def not_base64(http):
    fields = query(asking(), "json", message='{"requestData":"YQ"}', base64="0")
    answer(get(http, fields), "json")


@case("refuses unknown compression", on=HTTP)
def unknown_compression(http):
    error(get(http, query(asking(), compression="snappy")), "unimplemented")


@case("is not for a method that has side effects", on=HTTP)
def side_effects(http):
    reply = get(http, query(asking()), method="Unary")
    equal("HTTP status", reply.status, 405)
    holds("POST is allowed", "POST" in reply.all("allow"), reply.headers)


@case("is not for a method that streams", on=HTTP, each=("ServerStream", "BidiStream"))
def streams(http, method):
    equal("HTTP status", get(http, query(asking()), method=method).status, 405)


@case("answers POST too", on=HTTP, each=CODECS)
def post(http, codec):
    reply = http.post("IdempotentUnary", f"application/{codec}", encode(asking(b"abc"), codec))
    equal("data", answer(reply, codec).data, b"abc")


@case("refuses a message over the limit", on=("limited h1", "limited h2"))
def over_limit(http):
    reply = get(http, query(pb.IdempotentUnaryRequest(request_data=b"x" * 4100)))
    among("HTTP status", reply.status, 429, 414)
