internal import ArgumentParser
internal import CSandbox
internal import Files
internal import Foundation
internal import GatewayServices
internal import Primitives
internal import Receipts
internal import Sodium

/// `gensyn-worker`: one computation for somebody else, behind walls. The request comes on standard
/// input, the result goes to standard output; a provider's program starts it for each job.
@main
struct Worker: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gensyn-worker",
    abstract: "Computes one job without network and files, with limits on memory and time.",
    discussion: """
      Reads a gensyn.ree.v1.GenerateRequest on standard input. Writes four bytes with the receipt's \
      length, the receipt, and the text. Exit codes: 0 done, 1 failed here, 3 fails everywhere, \
      64 a wrong argument; a computation that breaks its walls is killed.
      """,
    subcommands: [GenerateText.self, Probe.self])
}

/// The walls.
struct Walls: ParsableArguments {
  @Option(help: "Bytes of memory beside the model's file.") var memory: UInt64 = 4 << 30
  @Option(help: "Seconds of processor time.") var seconds: UInt64 = 600
  @Option(help: "Threads.") var threads = 2

  /// From here on there is no way back.
  func enter(beside bytes: UInt64) throws {
    // What the runtime itself has mapped, and stacks.
    let own: UInt64 = 1 << 30
    let (sum, overflow) = memory.addingReportingOverflow(bytes &+ own)
    guard csandbox_enter(overflow ? .max : sum, seconds) == 0 else {
      throw Trouble("the sandbox cannot be entered: errno \(errno)")
    }
  }
}

/// One sentence for whoever started it.
struct Trouble: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

struct GenerateText: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Continues a text.")

  @OptionGroup var walls: Walls
  @Option(help: "The model's file.") var model: String
  @Option(help: "Its BLAKE3-256.") var modelHash: String

  func run() throws {
    let request = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
    let file = try MappedFile(model)
    let hash = try Digest(hex: modelHash)
    let key = Ed25519.SecretKey()
    try walls.enter(beside: UInt64(file.byteCount))
    do throws(DetachedGeneration.Failure) {
      let model = try DetachedGeneration.Model(file, hash: hash)
      let (text, receipt) = try DetachedGeneration.run(
        request, model, memoryBytesMax: Int(clamping: walls.memory), threads: walls.threads,
        key: key, version: "worker")
      let length = receipt.bytes.count
      let head = (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
      FileHandle.standardOutput.write(Data(head + receipt.bytes) + Data(text.utf8))
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      throw ExitCode(error.isPermanent ? 3 : 1)
    }
  }
}

/// Tries from within what a hostile computation would, for tests of the walls.
struct Probe: ParsableCommand {
  enum Attempt: String, ExpressibleByArgument, CaseIterable {
    case file, socket, process, memory, forever, nothing
  }

  static let configuration = CommandConfiguration(
    commandName: "probe", abstract: "Tries to break out of the walls.", shouldDisplay: false)

  @OptionGroup var walls: Walls
  @Argument var attempt: Attempt

  func run() throws {
    try walls.enter(beside: 0)
    switch attempt {
    case .file:
      try refuse(FileHandle(forReadingAtPath: "/etc/passwd") == nil, "a file was opened")
    case .socket:
      try refuse(
        socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) < 0, "a socket was made")
    case .process:
      let process = try? Foundation.Process.run(URL(filePath: "/bin/true"), arguments: [])
      try refuse(process == nil, "a process was started")
    case .memory:
      var hoard: [[UInt8]] = []
      while true { hoard.append([UInt8](repeating: 1, count: 1 << 26)) }
    case .forever:
      var number: UInt64 = 1
      while number != 0 { number = number &* 3 | 1 }
    case .nothing: break
    }
    FileHandle.standardOutput.write(Data("the walls hold\n".utf8))
  }

  private func refuse(_ isRefused: Bool, _ complaint: String) throws {
    guard isRefused else { throw Trouble(complaint) }
  }
}
