internal import Foundation
internal import RPC
internal import RPCClient
internal import TLS

/// What the command line says, by the names of grpc/grpc doc/interop-test-descriptions.md.
struct Flags {
  private var values: [String: String] = [:]

  init(_ arguments: some Sequence<String>) {
    for argument in arguments {
      let parts = argument.drop { $0 == "-" }.split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      values[String(parts[0])] = parts.count > 1 ? String(parts[1]) : "true"
    }
  }

  subscript(name: String) -> String? { values[name] }

  func number(_ name: String, _ standard: Int) -> Int {
    values[name].flatMap(Int.init) ?? standard
  }

  var target: String {
    "\(self["server_host"] ?? "127.0.0.1"):\(self["server_port"] ?? "50051")"
  }

  /// How the channels of all cases connect.
  func channelConfiguration() throws -> ChannelConfiguration {
    var configuration = ChannelConfiguration()
    switch self["wire"] ?? "grpc" {
    case "grpc": configuration.wire = .grpc
    case "grpc-web": configuration.wire = .grpcWeb
    case "grpc-web-text": configuration.wire = .grpcWebText
    case "connect": configuration.wire = .connect
    case let other: throw Failure("--wire=\(other) is not grpc, grpc-web, grpc-web-text or connect")
    }
    if self["http"] == "1" { configuration.http = .http1 }
    configuration.usesGet = self["use_get"] == "true"
    if self["use_tls"] == "true" {
      var tls = ClientConfiguration()
      tls.protocols = configuration.http == .http2 ? ["h2"] : ["http/1.1"]
      if let file = self["ca"] ?? self["cert"] { tls.trust = .roots(.file(file)) }
      configuration.tls = try TLS.Context(client: tls)
    }
    configuration.serverName = self["server_host_override"]
    return configuration
  }
}

/// Why a case failed: what was seen, beside what should have been.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

func check<Value: Equatable>(_ what: String, _ found: Value, is expected: Value) throws {
  guard found == expected else { throw Failure("\(what) is \(found), not \(expected)") }
}

/// The error that `body` ends with; success is a failure of the case.
func failing(
  _ body: () async throws(RPCError) -> Void
) async throws -> RPCError {
  do {
    try await body()
  } catch {
    return error
  }
  throw Failure("the call succeeded")
}

/// Runs `body`, and gives up on it after `limit`.
func limited(_ limit: Duration, _ body: @escaping @Sendable () async throws -> Void) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: limit)
      throw Failure("the case was not over after \(limit)")
    }
    defer { group.cancelAll() }
    try await group.next()
  }
}
