internal import SwiftProtobuf
internal import ConnectConformance
internal import ConnectConformanceSchema
internal import Foundation
internal import RPC
internal import RPCServer
internal import TLS

// The server under test of the Connect project's conformance suite: it reads what to be, says where
// it listens, and serves until it is ended.
guard let request = try Frames.read(Connectrpc_Conformance_V1.ServerCompatRequest.self) else {
  fatalError("the runner said nothing")
}
var configuration = Server.Configuration(listen: ["127.0.0.1:0"])
configuration.compression = ResponseCompression(preferred: .gzip, sizeMin: 0)
configuration.cors = CORS(origins: ["*"])
if request.messageReceiveLimit > 0 {
  configuration.limits.requestSizeMax = Int(request.messageReceiveLimit)
}
if request.useTls {
  var tls = ServerConfiguration(
    identity: Identity(
      certificateChain: .bytes([UInt8](request.serverCreds.cert)),
      privateKey: .bytes([UInt8](request.serverCreds.key))))
  if !request.clientTlsCert.isEmpty {
    tls.clients = .required(authorities: .bytes([UInt8](request.clientTlsCert)))
  }
  configuration.tls = try ReloadableContext(tls)
}
let server = try Server(Router(services: [ConformanceService()]), configuration)
try Frames.write(
  Connectrpc_Conformance_V1.ServerCompatResponse.with {
    $0.host = "127.0.0.1"
    $0.port = UInt32(server.addresses[0].split(separator: ":").last ?? "") ?? 0
    if request.useTls { $0.pemCert = request.serverCreds.cert }
  })
while true { try await Task.sleep(for: .seconds(3600)) }
