import GRPCCore
import GRPCNIOTransportHTTP2Posix

// grpc-swift-2 with the methods that the benchmark calls.
//
// usage: peer [CERTIFICATE KEY]    (prints "ready HOST:PORT")
let files = CommandLine.arguments.dropFirst()
let security: HTTP2ServerTransport.Posix.TransportSecurity =
  if let certificate = files.first, let key = files.last, files.count == 2 {
    .tls(
      certificateChain: [.file(path: certificate, format: .pem)],
      privateKey: .file(path: key, format: .pem))
  } else {
    .plaintext
  }
let server = GRPCServer(
  transport: .http2NIOPosix(
    address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: security),
  services: [TestService()])
async let running: Void = server.serve()
if let address = try await server.listeningAddress?.ipv4 {
  print("ready \(address.host):\(address.port)")
  // The reader waits for this line, and standard output is a pipe.
  try flushOutput()
}
try await running
