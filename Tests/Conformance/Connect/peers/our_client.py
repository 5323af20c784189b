"""Our client, by its protocol, wire and transport, against a server."""

import conformance_pb2 as pb
from google.protobuf import any_pb2

from programs import TLS

PROTOCOLS = {
    "connect": pb.PROTOCOL_CONNECT, "grpc": pb.PROTOCOL_GRPC, "web": pb.PROTOCOL_GRPC_WEB}
CODECS = {"proto": pb.CODEC_PROTO, "json": pb.CODEC_JSON}
COMPRESSIONS = {
    "identity": pb.COMPRESSION_IDENTITY, "gzip": pb.COMPRESSION_GZIP,
    "zstd": pb.COMPRESSION_ZSTD, "deflate": pb.COMPRESSION_DEFLATE}
KINDS = {
    "Unary": pb.STREAM_TYPE_UNARY, "IdempotentUnary": pb.STREAM_TYPE_UNARY,
    "Unimplemented": pb.STREAM_TYPE_UNARY, "ClientStream": pb.STREAM_TYPE_CLIENT_STREAM,
    "ServerStream": pb.STREAM_TYPE_SERVER_STREAM,
    "BidiStream": pb.STREAM_TYPE_HALF_DUPLEX_BIDI_STREAM}


class OurClient:
    def __init__(self, program, server, protocol, version):
        self.program, self.server, self.protocol = program, server, protocol
        self.version = version

    def call(self, method, requests, codec="proto", encoding="identity", full_duplex=False,
             **more):
        """Makes one call and returns its `ClientResponseResult`."""
        messages = []
        for request in requests:
            messages.append(any_pb2.Any())
            messages[-1].Pack(request)
        kind = pb.STREAM_TYPE_FULL_DUPLEX_BIDI_STREAM if full_duplex else KINDS[method]
        if self.server.secure:
            more["server_tls_cert"] = (TLS / "authority.pem").read_bytes()
        return self.program.call(
            http_version=self.version, protocol=PROTOCOLS[self.protocol], codec=CODECS[codec],
            compression=COMPRESSIONS[encoding], host="127.0.0.1", port=self.server.port,
            method=method, stream_type=kind, request_messages=messages, **more)

    @property
    def is_running(self):
        return self.program.is_running

    def stop(self):
        """Its program and its server are others' too."""


def values(headers, name):
    """Every value of a header, one line with commas or several."""
    return [part.strip() for header in headers if header.name.lower() == name
            for value in header.value for part in value.split(",")]
