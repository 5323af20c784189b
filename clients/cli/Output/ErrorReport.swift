internal import FoundationEssentials
internal import ArgumentParser
internal import Console
internal import Descriptors
internal import RPC
internal import SwiftProtobuf

/// What is said about an error that ends the program.
struct ErrorReport {
  let outcome: Outcome
  let text: String
  let json: JSON

  init(_ error: any Error) {
    switch error {
    case let error as RPCError where error.cause is UserError:
      self.init(error.cause ?? error)
    case let error as RPCError:
      self.init(.status(error.code), Self.text(error), Self.json(error))
    case is UserError, is DescriptorError, is TranscodingError, is ValidationError:
      self.init(.usage, "\(error)")
    case is CancellationError:
      self.init(.status(.cancelled), "cancelled")
    default:
      self.init(.failure, "\(error)")
    }
  }

  private init(_ outcome: Outcome, _ text: String, _ json: JSON? = nil) {
    self.outcome = outcome
    self.text = text
    self.json = json ?? ["message": .string(text)]
  }

  /// Writes what is to be said about `error`, and ends the process with its code.
  ///
  /// - Parameter format: nil while the command line is not understood.
  static func leave(_ error: any Error, _ format: OutputFormat?) -> Never {
    guard let format else { leave(parsing: error) }
    if error as? ConsoleError == .readerGone { Process.leave(0) }
    if let code = error as? ExitCode { Process.leave(code.rawValue) }
    if GensynCommand.exitCode(for: error) == .success { leave(parsing: error) }
    let report = ErrorReport(error)
    Note.write(format == .json ? report.json.text : "gensyn: \(report.text)")
    Process.leave(report.outcome.exitCode)
  }

  /// The same for an error of the command line's parser, which is also how it asks to show help.
  static func leave(parsing error: any Error) -> Never {
    let message = GensynCommand.fullMessage(for: error)
    guard GensynCommand.exitCode(for: error) == .success else {
      Note.write(message)
      Process.leave(Outcome.usage.exitCode)
    }
    // Where help cannot be written, there is nothing else to do.
    try? OutputStream.standardOutput.write(message + "\n")
    Process.leave(0)
  }
}

// MARK: - Calls

extension ErrorReport {
  private static func text(_ error: RPCError) -> String {
    var lines = [error.message.isEmpty ? "\(error.code)" : "\(error.code): \(error.message)"]
    for detail in error.details { lines.append("  \(line(detail))") }
    // Attempts that all failed alike are told once.
    let before = error.attempts.filter { $0.message != error.message }
    if !error.attempts.isEmpty { lines.append("  after \(error.attempts.count + 1) attempts") }
    for attempt in before { lines.append("  before: \(attempt.code): \(attempt.message)") }
    return lines.joined(separator: "\n")
  }

  private static func line(_ detail: ErrorDetail) -> String {
    switch detail {
    case .errorInfo(let info):
      let facts = info.metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
      return "reason: \(info.reason) (\(info.domain))\(facts.joined())"
    case .retryInfo(let info):
      return "retry after: \(Duration(info.retryDelay))"
    case .badRequest(let request):
      return request.fieldViolations.map { "field \($0.field): \($0.description_p)" }
        .joined(separator: "\n  ")
    case .quotaFailure(let failure):
      return failure.violations.map { "quota \($0.subject): \($0.description_p)" }
        .joined(separator: "\n  ")
    case .preconditionFailure(let failure):
      return failure.violations
        .map { "precondition \($0.type) \($0.subject): \($0.description_p)" }
        .joined(separator: "\n  ")
    case .help(let help):
      return help.links.map { "help: \($0.description_p) \($0.url)" }.joined(separator: "\n  ")
    case .localizedMessage(let message):
      return message.message
    case .debugInfo, .requestInfo, .resourceInfo, .other:
      return json(detail).text
    }
  }

  private static func json(_ error: RPCError) -> JSON {
    var members: [(key: String, value: JSON)] = [
      ("code", .string("\(error.code)")), ("message", .string(error.message)),
    ]
    if !error.details.isEmpty {
      members.append(("details", .array(error.details.map(json))))
    }
    if !error.attempts.isEmpty {
      members.append(
        (
          "attempts",
          .array(
            error.attempts.map {
              ["code": .string("\($0.code)"), "message": .string($0.message)]
            })
        ))
    }
    return .object(members)
  }

  /// A detail with its type, as the JSON form of an `Any` would show it.
  private static func json(_ detail: ErrorDetail) -> JSON {
    func show(_ message: some Message) -> JSON {
      // Details are strings and numbers, all of which JSON has a form for.
      let value = (try? message.jsonString()) ?? "{}"
      return [
        "@type": .string("type.googleapis.com/\(type(of: message).protoMessageName)"),
        "value": .raw(value),
      ]
    }
    return switch detail {
    case .errorInfo(let detail): show(detail)
    case .retryInfo(let detail): show(detail)
    case .debugInfo(let detail): show(detail)
    case .quotaFailure(let detail): show(detail)
    case .preconditionFailure(let detail): show(detail)
    case .badRequest(let detail): show(detail)
    case .requestInfo(let detail): show(detail)
    case .resourceInfo(let detail): show(detail)
    case .help(let detail): show(detail)
    case .localizedMessage(let detail): show(detail)
    case .other(let any):
      ["@type": .string(any.typeURL), "value": .string(any.value.base64EncodedString())]
    }
  }
}

extension Duration {
  fileprivate init(_ duration: Google_Protobuf_Duration) {
    self = .seconds(duration.seconds) + .nanoseconds(Int64(duration.nanos))
  }
}
