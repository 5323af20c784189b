import Foundation

/// One run of the built `gensyn`.
struct Program {
  var code: Int32
  var output: String
  var error: String

  /// Runs the program to its end.
  ///
  /// - Parameters:
  ///   - program: The one to run.
  ///   - input: What it reads on standard input.
  ///   - interruptAfterLine: Sends SIGINT once it has written a line.
  static func run(
    _ arguments: [String], program: String = executable.path(), input: String = "",
    environment: [String: String] = [:], interruptAfterLine: Bool = false
  ) async throws -> Program {
    // Waiting for a process blocks: not on a thread that tasks share.
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          with: Result {
            try blocking(arguments, program, input, environment, interruptAfterLine)
          })
      }
    }
  }

  private static func blocking(
    _ arguments: [String], _ program: String, _ input: String,
    _ environment: [String: String], _ interruptAfterLine: Bool
  ) throws -> Program {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gensyn-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["in", "out", "error"].map { folder.appending(path: $0) }
    try Data(input.utf8).write(to: files[0])
    for file in files[1...] { try Data().write(to: file) }

    let process = Foundation.Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ["HOME": folder.path()].merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    while interruptAfterLine, process.isRunning {
      guard try Data(contentsOf: files[1]).contains(UInt8(ascii: "\n")) else {
        usleep(1000)
        continue
      }
      process.interrupt()
      break
    }
    process.waitUntilExit()
    return Program(
      code: process.terminationStatus,
      output: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
      error: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
  }

  /// Lies beside the tests.
  static let executable: URL = {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    let folder =
      CommandLine.arguments[0].hasSuffix(".xctest")
      ? URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      : tests.deletingLastPathComponent()
    return folder.appending(path: "gensyn")
  }()
}
