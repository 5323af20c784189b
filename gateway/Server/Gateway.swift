internal import ArgumentParser
internal import Foundation
internal import Logging
internal import Observability

/// `gensyn-gateway`: one process, one node.
@main
struct Gateway: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gensyn-gateway",
    abstract: "Serves a node of the network over gRPC, gRPC-Web and Connect, all on one port.",
    discussion: """
      Every flag is also an environment variable (--data-dir: GENSYN_DATA_DIR; several values are
      separated by commas) and a key of the configuration file ("data-dir"). The command line wins
      over the environment, and that over the file.

      Once it serves, it prints one line of JSON on standard output. Logs go to standard error.
      SIGTERM and SIGINT let running calls finish, a second one ends the process at once; SIGHUP
      reads the certificates again.

      Exit codes: 0 stopped when asked to, 1 could not start, 64 a bad flag, 78 a bad setting.
      """,
    version: "gensyn-gateway \(version)")

  static let version = "0.1.0"

  @OptionGroup var options: Options

  func run() async throws {
    let signals = Signal.all()
    let configuration = try orExit(78) {
      try Configuration(options, environment: ProcessInfo.processInfo.environment)
    }
    let writer = LineWriter()
    let logger = Logger(label: "gateway") { label in
      LineLogHandler(
        label, level: configuration.logLevel, format: configuration.logFormat, writer: writer)
    }
    let node = try orExit(1) {
      do {
        return try Node(configuration, logger: logger)
      } catch {
        Node.removeTemporaryState(configuration)
        throw error
      }
    }
    print(node.readyLine(version: Self.version))
    fflush(nil)

    let upkeep = Task { await node.keepUp() }
    defer { upkeep.cancel() }
    var stopping: Task<Void, Never>?
    for await signal in signals {
      switch signal {
      case .reload: node.reloadCertificates()
      case .stop where stopping == nil:
        stopping = Task {
          await node.stop()
          writer.flush()
          Foundation.exit(0)
        }
      case .stop:
        logger.warning("stopped at once, as asked to twice")
        writer.flush()
        Foundation.exit(1)
      }
    }
  }

  /// Runs a step of the start; its failure is one sentence for the operator.
  private func orExit<Result>(_ code: Int32, _ step: () throws -> Result) throws -> Result {
    do {
      return try step()
    } catch {
      FileHandle.standardError.write(Data("gensyn-gateway: \(error)\n".utf8))
      throw ExitCode(code)
    }
  }
}
