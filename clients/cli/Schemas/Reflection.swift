internal import Descriptors
internal import RPC
internal import StandardSchema
internal import SwiftProtobuf

/// Asks a server for its services and types (grpc/grpc doc/server-reflection.md).
///
/// All questions of one call are known when it begins, so that it works over protocols on which a
/// response follows only after the whole request.
struct Reflection {
  private let client: Client
  private var isOld = false

  typealias Request = Grpc_Reflection_V1.ServerReflectionRequest
  typealias Response = Grpc_Reflection_V1.ServerReflectionResponse

  init(_ client: Client) {
    self.client = client
  }

  /// The names of all services that the server has.
  mutating func services() async throws -> [String] {
    let responses = try await ask([.with { $0.listServices = "*" }])
    return responses.flatMap { $0.listServicesResponse.service.map(\.name) }.sorted()
  }

  /// The types around a symbol: the file that declares it and all that this imports.
  mutating func pool(declaring symbol: String) async throws -> DescriptorPool {
    var pool = DescriptorPool()
    try await add(to: &pool, declaring: symbol)
    return pool
  }

  mutating func add(to pool: inout DescriptorPool, declaring symbol: String) async throws {
    if pool.file(containing: symbol) == nil { try await addFile(to: &pool, declaring: symbol) }
    // Servers may send no more than the file itself.
    var asked: Set<String> = []
    while true {
      let missing = pool.missingFiles.filter { asked.insert($0).inserted }
      guard !missing.isEmpty else { return }
      try await add(missing.map { name in .with { $0.fileByFilename = name } }, to: &pool)
    }
  }

  private mutating func addFile(
    to pool: inout DescriptorPool, declaring symbol: String
  ) async throws {
    // Some servers know types and services, but not what is in them.
    var known = symbol
    while true {
      do {
        return try await add([.with { $0.fileContainingSymbol = known }], to: &pool)
      } catch let error as RPCError where error.code == .notFound {
        guard let dot = known.lastIndex(of: ".") else {
          throw RPCError(.notFound, "the server knows no \(symbol)", cause: error)
        }
        known = String(known[..<dot])
      }
    }
  }

  private mutating func add(_ requests: [Request], to pool: inout DescriptorPool) async throws {
    for response in try await ask(requests) {
      for file in response.fileDescriptorResponse.fileDescriptorProto {
        try pool.add(serializedFile: [UInt8](file))
      }
    }
  }

  /// Asks in the newest version that the server speaks.
  private mutating func ask(_ requests: [Request]) async throws -> [Response] {
    guard !isOld else { return try await ask(requests, service: Self.oldService) }
    do {
      return try await ask(requests, service: Self.service)
    } catch let error as RPCError where error.code == .unimplemented {
      let responses: [Response]
      do {
        responses = try await ask(requests, service: Self.oldService)
      } catch let error as RPCError where error.code == .unimplemented {
        throw RPCError(
          .unimplemented,
          "the server does not offer reflection: give the types with --proto-set", cause: error)
      }
      isOld = true
      return responses
    }
  }

  private static let service = "grpc.reflection.v1.ServerReflection"
  // The messages of both versions have the same bytes.
  private static let oldService = "grpc.reflection.v1alpha.ServerReflection"

  private func ask(_ requests: [Request], service: String) async throws -> [Response] {
    let method = RPC.MethodDescriptor(
      service: service, name: "ServerReflectionInfo", kind: .bidirectional)
    let stream: ResponseStream<Response> = client.bidirectional(
      method, requests, options: CallOptions(codec: .proto, responseSizeMax: 64 << 20))
    var responses: [Response] = []
    for try await response in stream {
      if case .errorResponse(let error)? = response.messageResponse {
        throw RPCError(
          Status.Code(rawValue: Int(error.errorCode)).flatMap { $0 == .ok ? nil : $0 } ?? .unknown,
          error.errorMessage)
      }
      responses.append(response)
    }
    return responses
  }
}
