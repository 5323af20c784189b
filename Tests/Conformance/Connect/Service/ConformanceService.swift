package import ConnectConformanceSchema
internal import Foundation
package import RPC
internal import SwiftProtobuf

/// The service that the conformance suite calls: it does what each request asks for and says what
/// it saw.
package struct ConformanceService: Connectrpc_Conformance_V1.ConformanceService {
  package typealias Suite = Connectrpc_Conformance_V1

  package init() {
    Suite.registerMessages()
  }

  package func unary(
    _ request: Suite.UnaryRequest, in call: ServerCall
  ) async throws -> Suite.UnaryResponse {
    let payload = try await answer(request.definition, to: [.init(message: request)], in: call)
    return .with { $0.payload = payload }
  }

  package func idempotentUnary(
    _ request: Suite.IdempotentUnaryRequest, in call: ServerCall
  ) async throws -> Suite.IdempotentUnaryResponse {
    let payload = try await answer(request.definition, to: [.init(message: request)], in: call)
    return .with { $0.payload = payload }
  }

  package func unimplemented(
    _ request: Suite.UnimplementedRequest, in call: ServerCall
  ) async throws -> Suite.UnimplementedResponse {
    throw RPCError.unimplemented(call.method)
  }

  package func clientStream(
    _ requests: RequestStream<Suite.ClientStreamRequest>, in call: ServerCall
  ) async throws -> Suite.ClientStreamResponse {
    var received: [Google_Protobuf_Any] = []
    var definition: Suite.UnaryResponseDefinition?
    for try await request in requests {
      if received.isEmpty { definition = request.definition }
      received.append(try .init(message: request))
    }
    let payload = try await answer(definition, to: received, in: call)
    return .with { $0.payload = payload }
  }

  package func serverStream(
    _ request: Suite.ServerStreamRequest, to responses: ResponseWriter<Suite.ServerStreamResponse>,
    in call: ServerCall
  ) async throws {
    guard request.hasResponseDefinition else { return }
    let definition = request.responseDefinition
    let received = [try Google_Protobuf_Any(message: request)]
    try await begin(definition, call)
    for (index, data) in definition.responseData.enumerated() {
      try await pause(definition.responseDelayMs)
      try await responses.write(
        .with {
          $0.payload.data = data
          if index == 0 { $0.payload.requestInfo = .init(call, received) }
        })
    }
    try end(definition, call, unreported: definition.responseData.isEmpty ? received : nil)
  }

  package func bidiStream(
    _ requests: RequestStream<Suite.BidiStreamRequest>,
    to responses: ResponseWriter<Suite.BidiStreamResponse>, in call: ServerCall
  ) async throws {
    var received: [Google_Protobuf_Any] = []
    var first: Suite.BidiStreamRequest?
    var sent = 0

    func answer(_ data: Data, _ delay: UInt32) async throws {
      try await pause(delay)
      try await responses.write(
        .with {
          $0.payload.data = data
          if sent == 0 {
            $0.payload.requestInfo = .init(call, received)
          } else if !received.isEmpty {
            $0.payload.requestInfo.requests = received
          }
        })
      sent += 1
      received = []
    }

    for try await request in requests {
      received.append(try .init(message: request))
      if first == nil {
        first = request
        if request.hasResponseDefinition { try await begin(request.responseDefinition, call) }
      }
      guard let first, first.fullDuplex else { continue }
      let definition = first.responseDefinition
      guard sent < definition.responseData.count else { break }
      try await answer(definition.responseData[sent], definition.responseDelayMs)
    }
    guard let first, first.hasResponseDefinition else { return }
    let definition = first.responseDefinition
    for data in definition.responseData.dropFirst(sent) {
      try await answer(data, definition.responseDelayMs)
    }
    try end(definition, call, unreported: sent == 0 ? received : nil)
  }
}

extension ConformanceService {
  private func answer(
    _ definition: Suite.UnaryResponseDefinition?, to requests: [Google_Protobuf_Any],
    in call: ServerCall
  ) async throws -> Suite.ConformancePayload {
    call.compressResponses()
    guard let definition else { return .with { $0.requestInfo = .init(call, requests) } }
    call.responseMetadata.append(contentsOf: Metadata(definition.responseHeaders))
    call.responseTrailers.append(contentsOf: Metadata(definition.responseTrailers))
    try await pause(definition.responseDelayMs)
    let seen = Suite.ConformancePayload.RequestInfo(call, requests)
    if case .error(let error) = definition.response { throw try RPCError(error, seen) }
    return .with {
      $0.data = definition.responseData
      $0.requestInfo = seen
    }
  }

  /// The suite wants to see headers before the first message.
  private func begin(_ definition: Suite.StreamResponseDefinition, _ call: ServerCall) async throws
  {
    call.compressResponses()
    call.responseMetadata.append(contentsOf: Metadata(definition.responseHeaders))
    call.responseTrailers.append(contentsOf: Metadata(definition.responseTrailers))
    if !definition.responseData.isEmpty { try await call.sendMetadata() }
  }

  private func end(
    _ definition: Suite.StreamResponseDefinition, _ call: ServerCall,
    unreported: [Google_Protobuf_Any]?
  ) throws {
    guard definition.hasError else { return }
    throw try RPCError(definition.error, unreported.map { .init(call, $0) })
  }

  private func pause(_ milliseconds: UInt32) async throws {
    guard milliseconds > 0 else { return }
    try await Task.sleep(for: .milliseconds(Int64(milliseconds)))
  }
}

extension ServerCall {
  /// The suite accepts one algorithm at a time, so each of them has its turn.
  fileprivate func compressResponses() {
    compression = .gzip
  }
}

extension RPCError {
  fileprivate init(
    _ error: Connectrpc_Conformance_V1.Error,
    _ seen: Connectrpc_Conformance_V1.ConformancePayload.RequestInfo?
  ) throws {
    var details = error.details
    if let seen { details.append(try .init(message: seen)) }
    let code = Status.Code(rawValue: error.code.rawValue) ?? .unknown
    self.init(
      code == .ok ? .unknown : code, error.message, details: details.map { ErrorDetail($0) })
  }
}

extension Connectrpc_Conformance_V1.ConformancePayload.RequestInfo {
  fileprivate init(_ call: ServerCall, _ requests: [Google_Protobuf_Any]) {
    self.init()
    requestHeaders = call.metadata.headers
    self.requests = requests
    if let deadline = call.deadline {
      let left = deadline.remaining.components
      timeoutMs = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
    }
  }
}

extension Connectrpc_Conformance_V1.UnaryRequest {
  fileprivate var definition: Connectrpc_Conformance_V1.UnaryResponseDefinition? {
    hasResponseDefinition ? responseDefinition : nil
  }
}

extension Connectrpc_Conformance_V1.IdempotentUnaryRequest {
  fileprivate var definition: Connectrpc_Conformance_V1.UnaryResponseDefinition? {
    hasResponseDefinition ? responseDefinition : nil
  }
}

extension Connectrpc_Conformance_V1.ClientStreamRequest {
  fileprivate var definition: Connectrpc_Conformance_V1.UnaryResponseDefinition? {
    hasResponseDefinition ? responseDefinition : nil
  }
}
