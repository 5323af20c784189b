import Foundation
import InteropSchema
import InteropService
import RPC
import RPCServer
import StandardSchema
import SwiftProtobuf
import Synchronization
import Testing

/// A server on a free port, and the built program that calls it.
struct Workbench {
  let store = MemoryStore()
  let keys = SeenKeys()
  let server: Server

  init() throws {
    let reflection = try ReflectingService([TestService.descriptor])
    let health = Grpc_Health_V1.HealthFake { [keys] fake in
      fake.onCheck = { request, call in
        keys.last.withLock { $0 = call.metadata["gensyn-key"] }
        return .with { $0.status = request.service == "down" ? .notServing : .serving }
      }
    }
    server = try Server(
      Router(services: [TestService(), store.service, health, reflection.service]),
      Server.Configuration(listen: ["127.0.0.1:0"]))
  }

  func run(
    _ arguments: String..., input: String = "", environment: [String: String] = [:],
    interruptAfterLine: Bool = false
  ) async throws -> Program {
    let address = ["GENSYN_GATEWAY": server.addresses[0]]
    return try await Program.run(
      arguments, input: input, environment: address.merging(environment) { $1 },
      interruptAfterLine: interruptAfterLine)
  }
}

/// Whom the server believes it was called by.
final class SeenKeys: Sendable {
  let last = Mutex<String?>(nil)
}

@Suite
struct ProgramTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
  }

  private static let unary = "grpc.testing.TestService/UnaryCall"

  // MARK: Calls

  @Test
  func `a unary call shows its response`() async throws {
    let pretty = try await bench.run("call", Self.unary, #"{"responseSize": 3}"#)
    #expect(pretty.code == 0)
    #expect(pretty.output == "{\n  \"payload\": {\n    \"body\": \"AAAA\"\n  }\n}\n")

    let line = try await bench.run("-o", "json", "call", Self.unary, #"{"responseSize": 3}"#)
    #expect(line.output == "{\"payload\":{\"body\":\"AAAA\"}}\n")
  }

  @Test(arguments: [
    ["--protocol", "grpc"], ["--protocol", "grpc-web"], ["--protocol", "grpc-web-text", "--http1"],
    ["--protocol", "connect"], ["--protocol", "connect", "--http1"],
  ])
  func `a call goes over every protocol, its types as well`(options: [String]) async throws {
    let run = try await Program.run(
      ["call", "TestService/StreamingOutputCall"] + options + [
        #"{"responseParameters": [{"size": 1}, {"size": 2}]}"#, "--gateway",
        bench.server.addresses[0],
      ])
    #expect(run.error == "")
    #expect(run.output == "{\"payload\":{\"body\":\"AA==\"}}\n{\"payload\":{\"body\":\"AAA=\"}}\n")
  }

  @Test
  func `a client stream comes from standard input`() async throws {
    let run = try await bench.run(
      "-o", "json", "call", "TestService/StreamingInputCall",
      input: "{\"payload\":{\"body\":\"AAAA\"}}\n{\"payload\":\n{\"body\":\"AAAA\"}}")
    #expect(run.output == "{\"aggregatedPayloadSize\":6}\n")
  }

  @Test
  func `both directions stream`() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/messages"
      try write(
        String(repeating: #"{"responseParameters":[{"size":1}]}"# + "\n", count: 1000), to: path)
      let run = try await bench.run("call", "TestService/FullDuplexCall", "@\(path)")
      #expect(run.output.split(separator: "\n").count == 1000)
    }
  }

  @Test
  func `an error shows on standard error and as the exit code`() async throws {
    let message = #"{"responseStatus": {"code": 9, "message": "not now"}}"#
    let text = try await bench.run("call", Self.unary, message)
    #expect(text.code == 19)
    #expect(text.output == "")
    #expect(text.error == "gensyn: FAILED_PRECONDITION: not now\n")

    let json = try await bench.run("call", Self.unary, message, "-o", "json")
    #expect(json.code == 19)
    #expect(json.error == #"{"code":"FAILED_PRECONDITION","message":"not now"}"# + "\n")
  }

  @Test
  func `headers and trailers show when asked for`() async throws {
    let run = try await bench.run(
      "call", "-v", "-H", "x-grpc-test-echo-initial: $WORD", "-H",
      "x-grpc-test-echo-trailing-bin: q6s", Self.unary, environment: ["WORD": "hello"])
    #expect(run.error.contains("< x-grpc-test-echo-initial: hello\n"))
    #expect(run.error.contains("< x-grpc-test-echo-trailing-bin: q6s=\n"))
    #expect(run.error.contains("* OK after "))
    #expect(run.output == "{\n  \"payload\": {}\n}\n")
  }

  @Test(arguments: [
    ["call", unary, "{"], ["call", unary, #"{"nope": 1}"#], ["call", unary, "{} {}"],
    ["call", unary, "@/nonexistent"], ["call", "grpc.testing.TestService/Nope"],
    ["call", "Nowhere/Method"], ["call", "nothing"], ["nonsense"], ["call"],
    ["call", unary, "--timeout", "soon"], ["artifact", "stat", "abc"],
    ["call", "TestService/StreamingInputCall", "{} nonsense"],
  ])
  func `what the user got wrong has code 2`(arguments: [String]) async throws {
    let run = try await Program.run(arguments + ["--gateway", bench.server.addresses[0]])
    #expect(run.code == 2)
    #expect(run.output == "")
    #expect(!run.error.isEmpty)
  }

  @Test
  func `without a server a call is unavailable`() async throws {
    let run = try await bench.run("--gateway", "127.0.0.1:1", "artifact", "list")
    #expect(run.code == 24)
  }

  @Test
  func `a timeout ends the call`() async throws {
    let run = try await bench.run(
      "call", "TestService/StreamingOutputCall", "--timeout", "200ms",
      #"{"responseParameters": [{"size": 1}, {"size": 1, "intervalUs": 60000000}]}"#)
    #expect(run.code == 14)
    #expect(run.output == "{\"payload\":{\"body\":\"AA==\"}}\n")
  }

  @Test
  func `an interrupt cancels the call`() async throws {
    let run = try await bench.run(
      "call", "TestService/StreamingOutputCall",
      #"{"responseParameters": [{"size": 1}, {"size": 1, "intervalUs": 60000000}]}"#,
      interruptAfterLine: true)
    #expect(run.code == 130)
  }

  @Test
  func `a reader that goes away is no error`() async throws {
    let command = "\"$PROGRAM\" call TestService/StreamingOutputCall \"$MESSAGE\" | head -n 1"
    let parameters = Array(repeating: #"{"size": 5000}"#, count: 200).joined(separator: ",")
    let run = try await Program.run(
      ["-c", "set -o pipefail; \(command)"], program: "/bin/bash",
      environment: [
        "PROGRAM": Program.executable.path(), "GENSYN_GATEWAY": bench.server.addresses[0],
        "MESSAGE": "{\"responseParameters\":[\(parameters)]}", "PATH": "/usr/bin:/bin",
      ])
    #expect(run.code == 0)
    #expect(run.error == "")
    #expect(run.output.count > 5000)
  }

  // MARK: Schemas

  @Test
  func `services and methods are listed`() async throws {
    let services = try await bench.run("list")
    #expect(services.output == "grpc.testing.TestService\n")
    let methods = try await bench.run("list", "TestService", "-o", "json")
    #expect(methods.output.contains(#""method":"grpc.testing.TestService/FullDuplexCall""#))
  }

  @Test
  func `types are described, and filled in`() async throws {
    let known = try await bench.run("describe", "gensyn.ree.v1.ArtifactChunk")
    #expect(known.output.contains("uint64 offset = 1;"))
    let method = try await bench.run("describe", "grpc.testing.TestService.FullDuplexCall")
    #expect(method.output.contains("rpc FullDuplexCall(stream StreamingOutputCallRequest)"))
    let json = try await bench.run("describe", "gensyn.ree.v1.ArtifactKind", "-o", "json")
    #expect(json.output.contains(#"{"name":"ARTIFACT_KIND_MODEL","number":1}"#))
    let template = try await bench.run("template", "ArtifactService/StatArtifact")
    #expect(template.output == "{\n  \"hash\": \"\"\n}\n")
  }

  // MARK: Commands

  @Test
  func `an artifact goes all the way`() async throws {
    try await withTemporaryFolder { folder in
      let text = String(repeating: "0123456789", count: 50_000)
      try write(text, to: "\(folder)/in")

      let put = try await bench.run("artifact", "put", "--kind", "model", "\(folder)/in")
      let hash = put.output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(put.code == 0)
      #expect(hash.count == 64)
      #expect(put.error == "")

      #expect(try await bench.run("artifact", "get", hash).output == text)
      let part = try await bench.run("artifact", "get", hash, "--offset", "5", "--length", "7")
      #expect(part.output == "5678901")
      let get = try await bench.run("artifact", "get", hash, "--output-file", "\(folder)/out")
      #expect(get.output == "\(folder)/out\n")
      #expect(try String(contentsOf: URL(filePath: "\(folder)/out"), encoding: .utf8) == text)

      let stat = try await bench.run("artifact", "stat", hash, "-o", "json")
      #expect(stat.output.contains(#""sizeBytes":"500000","name":"in","kind":"model""#))
      #expect(try await bench.run("artifact", "verify", hash).output == "intact\n")
      #expect(try await bench.run("artifact", "quota").output.contains("limit             5.0 MB"))
      bench.store.state.withLock { $0.corrupts = true }
      #expect(try await bench.run("artifact", "verify", hash).code == 25)
      #expect(try await bench.run("artifact", "get", hash).code == 25)

      #expect(try await bench.run("artifact", "delete", hash).code == 0)
      #expect(try await bench.run("artifact", "stat", hash).code == 15)
    }
  }

  @Test
  func `a list has all pages, or as many lines as wanted`() async throws {
    try await withTemporaryFolder { folder in
      for name in ["a1", "a2", "a3", "b1"] {
        try write(name, to: "\(folder)/\(name)")
        _ = try await bench.run("artifact", "put", "\(folder)/\(name)")
      }
      let all = try await bench.run("artifact", "list", "-o", "json")
      #expect(all.output.split(separator: "\n").count == 4)
      let some = try await bench.run(
        "artifact", "list", "-o", "json", "--prefix", "a", "--limit", "2")
      #expect(some.output.split(separator: "\n").count == 2)
      let table = try await bench.run("artifact", "list", "--limit", "1")
      #expect(table.output.hasPrefix("HASH"))
    }
  }

  @Test
  func `health is an answer and an exit code`() async throws {
    let up = try await bench.run("health")
    #expect((up.code, up.output) == (0, "SERVING\n"))
    let down = try await bench.run("health", "down", "-o", "json")
    #expect(down.code == 24)
    #expect(down.output == "{\"service\":\"down\",\"status\":\"NOT_SERVING\"}\n")
  }

  @Test
  func `a benchmark counts its calls`() async throws {
    let run = try await bench.run(
      "bench", "TestService/EmptyCall", "-n", "50", "-c", "5", "-o", "json")
    #expect(run.code == 0)
    #expect(run.output.hasPrefix("{\"calls\":50,"))
  }

  @Test
  func `a key is made once and can be shown`() async throws {
    try await withTemporaryFolder { folder in
      let environment = ["XDG_CONFIG_HOME": folder]
      let made = try await bench.run("key", "new", environment: environment)
      let shown = try await bench.run("key", "show", environment: environment)
      #expect(made.code == 0)
      #expect(made.output == shown.output)
      #expect(made.output.count == 65)
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/gensyn/key")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      #expect(try await bench.run("key", "new", environment: environment).code == 1)
    }
  }

  @Test
  func `calls are signed with a key`() async throws {
    try await withTemporaryFolder { folder in
      let key = try await bench.run("key", "new", "\(folder)/key").output.dropLast()
      #expect(try await bench.run("health").code == 0)
      #expect(bench.keys.last.withLock { $0 } == nil)
      #expect(try await bench.run("health", "--key-file", "\(folder)/key").code == 0)
      #expect(bench.keys.last.withLock { $0 } == String(key))
      #expect(try await bench.run("health", "--key-file", "/nonexistent").code == 2)
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `shells are helped`(shell: String) async throws {
    let run = try await bench.run("completion", shell)
    #expect(run.code == 0)
    #expect(run.output.contains("artifact"))
  }

  @Test
  func `help goes to standard output`() async throws {
    let help = try await bench.run("help", "exit-codes")
    #expect(help.code == 0)
    #expect(help.output.contains("24  the call ended with UNAVAILABLE"))
    #expect(try await bench.run("--version").output == "0.1.0\n")
    #expect(try await bench.run("version", "-o", "json").output == "{\"version\":\"0.1.0\"}\n")
  }
}
