import Foundation
import GatewayServices
import Primitives
import REE
import RPC
import Schema
import SwiftProtobuf
import Testing

/// The service over a store in a directory of its own, called without a socket.
struct ArtifactFixture {
  let directory: TemporaryDirectory
  let store: ArtifactStore
  private let transport: InProcessTransport

  init(
    limits: ArtifactStore.Limits = ArtifactStore.Limits(),
    _ configure: (inout ArtifactService.Limits) -> Void = { _ in }
  ) throws {
    directory = try TemporaryDirectory()
    store = try ArtifactStore(directory: directory.path + "/store", limits: limits)
    var serviceLimits = ArtifactService.Limits()
    serviceLimits.downloadChunkSize = 1000
    serviceLimits.syncInterval = 4000
    configure(&serviceLimits)
    let service = ArtifactService(store: store, disk: Self.disk, limits: serviceLimits)
    transport = InProcessTransport(
      Router(services: [service], interceptors: [CallerFromMetadata()]))
  }

  /// Its threads live as long as the process, so the tests share one.
  static let disk = DiskExecutor(threads: 2)

  /// A client of an owner, or of nobody in particular.
  func client(_ owner: UInt8? = nil) -> Gensyn_Ree_V1.ArtifactClient {
    var defaults = CallOptions(timeout: .seconds(20))
    if let owner { defaults.metadata["test-owner"] = "\(owner)" }
    return Gensyn_Ree_V1.ArtifactClient(Client(transport: transport, defaults: defaults))
  }

  /// Stores bytes and returns their hash.
  @discardableResult
  func put(
    _ bytes: [UInt8], owner: UInt8? = nil, name: String = "",
    kind: Gensyn_Ree_V1.ArtifactKind = .unspecified
  ) async throws -> Data {
    let response = try await client(owner).putArtifact(
      Self.upload(bytes, name: name, kind: kind))
    return response.artifact.hash
  }

  /// The messages of an upload.
  static func upload(
    _ bytes: [UInt8], hash: Data = Data(), name: String = "",
    kind: Gensyn_Ree_V1.ArtifactKind = .unspecified, from offset: Int = 0, to end: Int? = nil,
    chunkSize: Int = 700
  ) -> [Gensyn_Ree_V1.PutArtifactRequest] {
    var header = Gensyn_Ree_V1.PutArtifactRequest()
    header.header.hash = hash
    header.header.sizeBytes = UInt64(bytes.count)
    header.header.name = name
    header.header.kind = kind
    var messages = [header]
    let end = end ?? bytes.count
    for start in stride(from: offset, to: end, by: chunkSize) {
      var message = Gensyn_Ree_V1.PutArtifactRequest()
      message.chunk.offset = UInt64(start)
      message.chunk.data = Data(bytes[start..<min(start + chunkSize, end)])
      messages.append(message)
    }
    return messages
  }

  static func bytes(_ count: Int, seed: Int = 1) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<count {
      let mixed: Int = (index &* 31 &+ seed) ^ (index >> 7)
      bytes.append(UInt8(truncatingIfNeeded: mixed))
    }
    return bytes
  }

  static func hash(_ bytes: [UInt8]) -> Data {
    var hasher = BLAKE3()
    hasher.update(bytes.span)
    let digest = hasher.finalize()
    return Data((0..<32).map { digest.bytes[$0] })
  }
}

/// Stands in for the proof of who calls.
private struct CallerFromMetadata: ServerInterceptor {
  func intercept(
    _ call: ServerCall, next: @Sendable (ServerCall) async throws -> Void
  ) async throws {
    if let owner = call.metadata["test-owner"].flatMap({ UInt8($0) }) {
      call.caller = .ed25519([UInt8](repeating: owner, count: 32))
    }
    try await next(call)
  }
}

extension RPCError {
  var reason: String? {
    for case .errorInfo(let detail) in details { return detail.reason }
    return nil
  }

  /// The paths of the fields that are wrong.
  var fields: [String] {
    for case .badRequest(let detail) in details { return detail.fieldViolations.map(\.field) }
    return []
  }
}

/// The error with which a call ends, or nil.
func failure(_ call: () async throws -> Void) async -> RPCError? {
  do {
    try await call()
    return nil
  } catch let error as RPCError {
    return error
  } catch {
    Issue.record(error)
    return nil
  }
}
