internal import ConnectConformance
internal import ConnectConformanceSchema

/// The client under test of the Connect project's conformance suite: it makes the calls that it is
/// told to make and says how they went.
@main
enum ConformanceClient {
  static func main() async throws {
    Connectrpc_Conformance_V1.registerMessages()
    try await withThrowingTaskGroup(of: Void.self) { group in
      while let request = try Frames.read(Connectrpc_Conformance_V1.ClientCompatRequest.self) {
        group.addTask { try Frames.write(await ScriptedCall(request).response()) }
      }
      try await group.waitForAll()
    }
  }
}
