import Foundation
import Glibc
import Synchronization

/// An HTTP/2 server made of bytes, for what no proper one does. It acknowledges what it must; what
/// it answers to a complete request a script decides.
final class RawServer: Sendable {
  struct Request: Sendable {
    /// Connections and requests on each count from 1.
    var connection: Int
    var number: Int
    var stream: UInt32
  }

  struct Observations: Sendable {
    var connections = 0
    var requests = 0
    var openAtMost = 0
    var resets: [UInt32] = []
    var pingsAcknowledged = 0
  }

  typealias Script = @Sendable (Request) -> [[UInt8]]

  let address: String
  private let listener: Int32
  private let settings: [UInt8]
  private let script: Script
  private let state = Mutex(Observations())

  var seen: Observations { state.withLock { $0 } }

  init(concurrentStreamsMax: UInt32? = nil, script: @escaping Script) throws {
    let entries = concurrentStreamsMax.map { [0, 3] + Frame.bigEndian($0) } ?? []
    settings = Frame.make(type: 4, stream: 0, entries)
    self.script = script
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let status = unsafe withUnsafeMutablePointer(to: &name) { name in
      unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        unsafe bind(listener, name, length) | listen(listener, 64)
          | getsockname(listener, name, &length)
      }
    }
    guard status == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
    address = "127.0.0.1:\(UInt16(bigEndian: name.sin_port))"
    Thread.detachNewThread { self.accept() }
  }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func accept() {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      let connection = state.withLock { state in
        state.connections += 1
        return state.connections
      }
      Thread.detachNewThread {
        self.serve(descriptor, connection)
        close(descriptor)
      }
    }
  }

  private func serve(_ descriptor: Int32, _ connection: Int) {
    guard read(descriptor, 24) != nil, write(descriptor, settings) else { return }
    var open: Set<UInt32> = []
    var number = 0
    while let header = read(descriptor, 9) {
      let length = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
      let (type, flags) = (header[3], header[4])
      let stream = header[5..<9].reduce(0) { $0 << 8 | UInt32($1) }
      guard let payload = read(descriptor, length) else { return }
      var answers: [[UInt8]] = []
      switch type {
      case 4 where flags & 1 == 0: answers.append(Frame.make(type: 4, flags: 1, stream: 0))
      case 6 where flags & 1 == 0: answers.append(Frame.make(type: 6, flags: 1, stream: 0, payload))
      case 6: state.withLock { $0.pingsAcknowledged += 1 }
      case 3:
        open.remove(stream)
        state.withLock { $0.resets.append(payload.reduce(0) { $0 << 8 | UInt32($1) }) }
      case 0 where length > 0:
        answers.append(Frame.windowUpdate(0, UInt32(length)))
        answers.append(Frame.windowUpdate(stream, UInt32(length)))
      case 1:
        open.insert(stream)
        state.withLock { $0.openAtMost = max($0.openAtMost, open.count) }
      default: break
      }
      if (type == 0 || type == 1) && flags & 1 != 0 {
        number += 1
        state.withLock { $0.requests += 1 }
        answers += script(Request(connection: connection, number: number, stream: stream))
        open.remove(stream)
      }
      for answer in answers {
        guard write(descriptor, answer) else { return }
      }
    }
  }

  private func read(_ descriptor: Int32, _ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe recv(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, 0)
      }
      guard got > 0 else { return nil }
      filled += got
    }
    return bytes
  }

  private func write(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe send(
          descriptor, buffer.baseAddress?.advanced(by: sent), bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}

/// Frames of HTTP/2 (RFC 9113 section 6), byte by byte.
enum Frame {
  static func make(
    type: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8] = []
  ) -> [UInt8] {
    var frame = Array(bigEndian(UInt32(payload.count)).dropFirst())
    frame += [type, flags]
    frame += bigEndian(stream)
    return frame + payload
  }

  static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  static func windowUpdate(_ stream: UInt32, _ count: UInt32) -> [UInt8] {
    make(type: 8, stream: stream, bigEndian(count))
  }

  static func reset(_ stream: UInt32, _ code: UInt32) -> [UInt8] {
    make(type: 3, stream: stream, bigEndian(code))
  }

  static func goAway(last stream: UInt32, code: UInt32 = 0, debug: String = "") -> [UInt8] {
    make(type: 7, stream: 0, bigEndian(stream) + bigEndian(code) + Array(debug.utf8))
  }

  static func ping() -> [UInt8] { make(type: 6, stream: 0, Array("interop!".utf8)) }

  /// Fields as literals that nobody indexes (RFC 7541 section 6.2.2).
  static func headers(
    _ stream: UInt32, _ fields: [(String, String)], isLast: Bool = false
  ) -> [UInt8] {
    var block: [UInt8] = []
    for (name, value) in fields {
      block += [0, UInt8(name.utf8.count)]
      block += name.utf8
      block.append(UInt8(value.utf8.count))
      block += value.utf8
    }
    return make(type: 1, flags: isLast ? 5 : 4, stream: stream, block)
  }

  static func responseHead(_ stream: UInt32) -> [UInt8] {
    headers(stream, [(":status", "200"), ("content-type", "application/grpc")])
  }

  static func data(_ stream: UInt32, _ bytes: [UInt8], padding: UInt8? = nil) -> [UInt8] {
    guard let padding else { return make(type: 0, stream: stream, bytes) }
    let padded = [padding] + bytes + [UInt8](repeating: 0, count: Int(padding))
    return make(type: 0, flags: 8, stream: stream, padded)
  }

  static func trailers(_ stream: UInt32, status: Int = 0) -> [UInt8] {
    headers(stream, [("grpc-status", String(status))], isLast: true)
  }

  /// The answer of a call whose message has no fields.
  static func emptyAnswer(_ stream: UInt32) -> [[UInt8]] {
    [responseHead(stream), data(stream, [0, 0, 0, 0, 0]), trailers(stream)]
  }
}
