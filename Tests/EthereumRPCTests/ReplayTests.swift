import Foundation
import RPCReplay
import Testing

@Suite
struct ReplayTests {
  /// The RPC tests of ethereum/execution-apis, in the archive that GENSYN_CONFORMANCE holds.
  @Test
  func `every answer of execution-apis' tests is ours`() throws {
    guard let folder = ProcessInfo.processInfo.environment["GENSYN_CONFORMANCE"] else { return }
    let target = FileManager.default.temporaryDirectory.appending(path: "eapis-\(UUID())")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: target) }
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/tar")
    tar.arguments = [
      "--zstd", "-xf", "\(folder)/ethereum/execution_apis.tar.zst", "-C", target.path,
    ]
    try tar.run()
    tar.waitUntilExit()
    let tests = target.path + "/eapis/tests"

    let suite = try ReplaySuite(folder: tests)
    let cases = try ReplayCase.all(folder: tests)

    #expect(cases.count == 232)
    for test in cases {
      let verdict = suite.run(test)
      #expect(verdict.failure == nil, "\(verdict.name)")
    }
  }
}
