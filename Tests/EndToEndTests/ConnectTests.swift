import Glibc
import RPCServer
import Testing

/// What a server answers to bytes on a connection of their own, until it closes.
private func answer(to request: String, from server: Server) throws -> String {
  let port = try #require(server.addresses[0].split(separator: ":").last.flatMap { UInt16($0) })
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  let status = unsafe withUnsafePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  try #require(status == 0)
  let bytes = Array(request.utf8)
  try #require(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
  var received: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = unsafe read(descriptor, &buffer, buffer.count)
    guard count > 0 else { break }
    received += buffer.prefix(count)
  }
  return String(decoding: received, as: UTF8.self)
}

/// What Connect's conformance suite asks of a server that our own client never provokes.
@Suite
struct ConnectTests {
  @Test
  func `a path that nobody serves is not found, and the body says why`() async throws {
    try await withServer { _, server in
      let response = try answer(
        to: """
          POST /grpc.testing.NoSuchService/Call HTTP/1.1\r
          host: test\r
          content-type: application/json\r
          connect-protocol-version: 1\r
          connection: close\r
          content-length: 2\r
          \r
          {}
          """, from: server)

      #expect(response.hasPrefix("HTTP/1.1 404 "))
      #expect(response.contains("\"code\":\"unimplemented\""))
    }
  }
}
