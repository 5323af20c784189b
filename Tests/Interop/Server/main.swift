internal import HTTP2
internal import Foundation
internal import InteropService
internal import RPC
internal import RPCServer
internal import TLS

// Flags as grpc/grpc doc/interop-test-descriptions.md names them: --port=N --use_tls=true, and
// --cert=F --key=F for the certificate. Limits+Flags.swift lists those that tests of limits need.
var flags: [String: String] = [:]
for argument in CommandLine.arguments.dropFirst() {
  let parts = argument.drop { $0 == "-" }.split(separator: "=", maxSplits: 1)
  flags[String(parts[0])] = parts.count > 1 ? String(parts[1]) : "true"
}

var limits = RPCServer.Limits()
limits.http2.concurrentStreamsMax = 1000
limits.runningCallsPerConnectionMax = 2000
limits.connectionsPerPeerMax = 5000
limits.http2.streamWindowSize = 1 << 20
limits.adjust(flags)
var tls: ReloadableContext?
if flags["use_tls"] == "true", let certificate = flags["cert"], let key = flags["key"] {
  tls = try ReloadableContext(
    ServerConfiguration(
      identity: Identity(certificateChain: .file(certificate), privateKey: .file(key))))
}
var configuration = Server.Configuration(
  listen: ["127.0.0.1:\(flags["port"] ?? "0")"], tls: tls)
configuration.limits = limits
configuration.allowsPlaintext = flags["allow_plaintext"] == "true"
configuration.loops = Int(flags["loops"] ?? "1") ?? 1
configuration.pages = [
  Page("/", methods: ["GET", "POST"]) { _ in PageResponse("interop server\n") }
]
let server = try Server(Router(services: [TestService()]), configuration)
FileHandle.standardOutput.write(Data("ready \(server.addresses.joined(separator: " "))\n".utf8))
while true { try await Task.sleep(for: .seconds(3600)) }
