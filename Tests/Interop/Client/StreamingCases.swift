internal import SwiftProtobuf
internal import Foundation
internal import InteropSchema
internal import RPC

extension Cases {
  private typealias Input = Grpc_Testing.StreamingInputCallRequest
  private typealias Output = Grpc_Testing.StreamingOutputCallRequest

  private static let sizes: [(response: Int32, payload: Int)] = [
    (31415, 27182), (9, 8), (2653, 1828), (58979, 45904),
  ]

  func clientStreaming() async throws {
    let requests = Self.sizes.map { size in
      Input.with { $0.payload.body = Data(count: size.payload) }
    }
    let response = try await client.streamingInputCall(requests, options: options)
    try check("the sum of sizes", response.aggregatedPayloadSize, is: 74922)
  }

  func clientCompressedStreaming() async throws {
    let first = Input.with {
      $0.payload.body = Data(count: 27182)
      $0.expectCompressed.value = true
    }
    let second = Input.with {
      $0.payload.body = Data(count: 45904)
      $0.expectCompressed.value = false
    }
    let probe = try await failing { () throws(RPCError) in
      _ = try await client.streamingInputCall([first], options: options)
    }
    try check("the probe's code", probe.code, is: .invalidArgument)

    var mixed = compressing
    mixed.compresses = { $0.count < 40000 }
    let response = try await client.streamingInputCall([first, second], options: mixed)
    try check("the sum of sizes", response.aggregatedPayloadSize, is: 73086)
  }

  func serverStreaming() async throws {
    let request = Output.with {
      $0.responseParameters = Self.sizes.map { size in .with { $0.size = size.response } }
    }
    var received: [Data] = []
    for try await response in client.streamingOutputCall(request, options: options) {
      received.append(response.payload.body)
    }
    try check("the replies", received, is: Self.sizes.map { Data(count: Int($0.response)) })
  }

  func serverCompressedStreaming() async throws {
    let expected: [(isCompressed: Bool, size: Int32)] = [(true, 31415), (false, 92653)]
    let request = Output.with {
      $0.responseParameters = expected.map { reply in
        .with {
          $0.size = reply.size
          $0.compressed.value = reply.isCompressed
        }
      }
    }
    let stream = client.streamingOutputCall(request, options: options)
    var count = 0
    for try await response in stream {
      guard count < expected.count else { throw Failure("more than two replies came") }
      try check(
        "reply \(count)'s compression", stream.responseWasCompressed,
        is: expected[count].isCompressed)
      try check(
        "reply \(count)", response.payload.body, is: Data(count: Int(expected[count].size)))
      count += 1
    }
    try check("the number of replies", count, is: expected.count)
  }

  func pingPong() async throws {
    let (requests, feed) = AsyncStream.makeStream(of: Output.self)
    var left = Self.sizes[...]
    func sendNext() {
      guard let size = left.popFirst() else { return feed.finish() }
      feed.yield(
        .with {
          $0.responseParameters = [.with { $0.size = size.response }]
          $0.payload.body = Data(count: size.payload)
        })
    }
    sendNext()
    var received: [Int32] = []
    for try await response in client.fullDuplexCall(requests, options: options) {
      received.append(Int32(response.payload.body.count))
      sendNext()
    }
    try check("the replies", received, is: Self.sizes.map(\.response))
  }

  func emptyStream() async throws {
    let none: [Output] = []
    for try await _ in client.fullDuplexCall(none, options: options) {
      throw Failure("a reply came")
    }
  }

  func halfDuplex() async throws {
    let requests = Self.sizes.map { size in
      Output.with {
        $0.responseParameters = [.with { $0.size = size.response }]
        $0.payload.body = Data(count: size.payload)
      }
    }
    var received: [Int32] = []
    for try await response in client.halfDuplexCall(requests, options: options) {
      received.append(Int32(response.payload.body.count))
    }
    try check("the replies", received, is: Self.sizes.map(\.response))
  }

  /// 2,000 replies that are read more slowly than they come.
  func slowConsumer() async throws {
    let request = Output.with {
      $0.responseParameters = (0..<2000).map { _ in .with { $0.size = 1030 } }
    }
    var count = 0
    for try await response in client.streamingOutputCall(request, options: options) {
      try check("a reply's size", response.payload.body.count, is: 1030)
      count += 1
      if count.isMultiple(of: 20) { try await Task.sleep(for: .milliseconds(5)) }
    }
    try check("the number of replies", count, is: 2000)
  }
}
