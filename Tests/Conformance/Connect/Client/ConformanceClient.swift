internal import ConnectConformance
internal import ConnectConformanceSchema

/// The client under test of the Connect project's conformance suite: it makes the calls that it is
/// told to make and says how they went.
@main
enum ConformanceClient {
  /// More calls at a time would measure the machine: some have deadlines of a few milliseconds.
  private static let callsMax = 16

  static func main() async throws {
    Connectrpc_Conformance_V1.registerMessages()
    try await withThrowingTaskGroup(of: Void.self) { group in
      var running = 0
      while let request = try Frames.read(Connectrpc_Conformance_V1.ClientCompatRequest.self) {
        if running == callsMax {
          try await group.next()
          running -= 1
        }
        running += 1
        group.addTask { try Frames.write(await ScriptedCall(request).response()) }
      }
      try await group.waitForAll()
    }
  }
}
