import Foundation
import Glibc
import InteropSchema
import RPC
import RPCClient
import RPCServer
import Testing

/// A blocking TCP socket on the loopback interface, for bytes that our own programs never send.
private struct RawSocket: Sendable {
  let descriptor: Int32

  init(connectedTo port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    unsafe try Self.with(port) { try #require(unsafe connect(descriptor, $0, $1) == 0) }
  }

  init(listening: Void) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    unsafe try Self.with(0) { try #require(unsafe bind(descriptor, $0, $1) == 0) }
    try #require(listen(descriptor, 8) == 0)
  }

  init(acceptedFrom listener: RawSocket) {
    descriptor = accept(listener.descriptor, nil, nil)
  }

  var port: UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = unsafe getsockname(descriptor, $0, &length)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe write(descriptor, bytes, bytes.count)
  }

  /// Reads until `isEnough`, or until the peer closes.
  func receive(until isEnough: (String) -> Bool = { _ in false }) -> String {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !isEnough(String(decoding: received, as: UTF8.self)) {
      let count = unsafe read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      received += buffer.prefix(count)
    }
    return String(decoding: received, as: UTF8.self)
  }

  func close() {
    _ = Glibc.close(descriptor)
  }

  private static func with(
    _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void
  ) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    try unsafe withUnsafePointer(to: &address) { pointer in
      try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}

/// What a server answers to bytes on a connection of their own, until it closes.
private func answer(to request: String, from server: Server) throws -> String {
  let port = try #require(server.addresses[0].split(separator: ":").last.flatMap { UInt16($0) })
  let socket = try RawSocket(connectedTo: port)
  defer { socket.close() }
  socket.send(request)
  return socket.receive()
}

/// What our client makes of a gRPC-Web response over HTTP/1.1.
private func outcome(
  of response: String, by wire: ChannelConfiguration.WireFormat = .grpcWeb
) async throws -> Status.Code {
  let listener = try RawSocket(listening: ())
  defer { listener.close() }
  Thread.detachNewThread {
    let connection = RawSocket(acceptedFrom: listener)
    _ = connection.receive { $0.contains("\r\n\r\n") }
    connection.send(response)
    _ = connection.receive()
    connection.close()
  }
  var configuration = ChannelConfiguration()
  configuration.wire = wire
  configuration.http = .http1
  let channel = try Channel("127.0.0.1:\(listener.port)", configuration)
  let client = Grpc_Testing.TestClient(Client(transport: channel))
  let options = CallOptions(timeout: .seconds(10))
  let error = await #expect(throws: RPCError.self) { try await client.emptyCall(options: options) }
  await channel.close()
  return error?.code ?? .ok
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

  @Test(arguments: ["", "{", "[]", "hello"])
  func `what is no message is the caller's mistake`(body: String) async throws {
    try await withServer { _, server in
      let response = try answer(
        to: """
          POST /grpc.testing.TestService/UnaryCall HTTP/1.1\r
          host: test\r
          content-type: application/json\r
          connection: close\r
          content-length: \(body.utf8.count)\r
          \r
          \(body)
          """, from: server)

      #expect(response.hasPrefix("HTTP/1.1 400 "))
      #expect(response.contains("\"code\":\"invalid_argument\""))
    }
  }

  @Test
  func `one verb more is allowed where a method has no side effects`() async throws {
    try await withServer { _, server in
      let response = try answer(
        to: """
          PUT /grpc.testing.TestService/CacheableUnaryCall HTTP/1.1\r
          host: test\r
          content-type: application/json\r
          connection: close\r
          content-length: 0\r
          \r

          """, from: server)

      #expect(response.hasPrefix("HTTP/1.1 405 "))
      #expect(response.contains("\r\nallow: GET, POST\r\n"))
    }
  }

  @Test
  func `a response that goes on after its end is broken`() async throws {
    let message: [UInt8] = [0, 0, 0, 0, 0]
    let end: [UInt8] = [0x80, 0, 0, 0, 16] + Array("grpc-status: 0\r\n".utf8)
    let body = Data(message + end + message).base64EncodedString()
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/grpc-web-text\r\n"

    let code = try await outcome(
      of: head + "content-length: \(body.utf8.count)\r\n\r\n" + body, by: .grpcWebText)

    #expect(code == .internal)
  }

  @Test
  func `a status in the headers counts if nothing follows them`() async throws {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/grpc-web\r\ngrpc-status: 8\r\n"

    let alone = try await outcome(of: head + "content-length: 0\r\n\r\n")
    let followed = try await outcome(
      of: head + "transfer-encoding: chunked\r\n\r\n"
        + "5\r\n\u{0}\u{0}\u{0}\u{0}\u{0}\r\n0\r\n\r\n")

    #expect(alone == .resourceExhausted)
    #expect(followed == .internal)
  }
}
