import Foundation
import RPC
import RPCClient
import Schema
import Testing

/// The real program, started from the folder that this test was built into.
final class GatewayProcess {
  let process = Process()
  private let output = Pipe()
  private let errors: String
  let address: String

  struct Ready: Decodable {
    let ready: Bool
    let listen: [String]
  }

  init(_ directory: TemporaryDirectory, _ arguments: String...) throws {
    errors = directory.path + "/log-\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: errors, contents: nil)
    process.executableURL = try Self.executable()
    process.arguments =
      ["--listen", "127.0.0.1:0", "--data-dir", directory.path + "/data", "--loops", "2"]
      + arguments
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    var line = Data()
    while line.last != UInt8(ascii: "\n") {
      let bytes = output.fileHandleForReading.availableData
      if bytes.isEmpty { break }
      line += bytes
    }
    let ready = try JSONDecoder().decode(Ready.self, from: line)
    #expect(ready.ready)
    address = ready.listen[0]
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  static func executable() throws -> URL {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: tests).deletingLastPathComponent().appending(path: "gensyn-gateway")
  }

  /// Sends a signal, and waits for the process to end.
  func end(_ signal: Int32) -> Int32 {
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    return process.terminationStatus
  }

  var log: String { (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "" }

  func channel() throws -> Channel {
    try Channel(address, ChannelConfiguration())
  }

  /// Runs the program with arguments with which it does not start.
  static func failing(_ arguments: String...) throws -> (status: Int32, errors: String) {
    let process = Process()
    let errors = Pipe()
    process.executableURL = try executable()
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    let text = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }
}
