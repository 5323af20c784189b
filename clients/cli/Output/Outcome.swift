internal import RPC

/// How a run of the program ends, as its exit code says it.
enum Outcome: Hashable {
  case success
  /// Something on this side failed: a file, the terminal, a key.
  case failure
  /// The command line, the configuration file or a message given to it is wrong.
  case usage
  /// A call did not end well.
  case status(Status.Code)

  var exitCode: Int32 {
    switch self {
    case .success: 0
    case .failure: 1
    case .usage: 2
    case .status(let code): 10 + Int32(code.rawValue)
    }
  }

  /// Every code with what it means.
  static let documented: [(code: Int32, meaning: String)] =
    [
      (0, "success; also when the reader of the output went away"),
      (1, "something on this side failed, such as reading a file"),
      (2, "the command line, the configuration or a given message is wrong"),
    ]
    + Status.Code.allCases.filter { $0 != .ok }.map { code in
      (Outcome.status(code).exitCode, "the call ended with \(code)\(remark(code))")
    } + [
      (130, "interrupted (SIGINT); the call was cancelled"),
      (143, "terminated (SIGTERM); the call was cancelled"),
    ]

  private static func remark(_ code: Status.Code) -> String {
    switch code {
    case .unavailable: ": there is no connection, or a health check says NOT_SERVING"
    case .dataLoss: ": also when bytes do not have the hash that they should have"
    case .deadlineExceeded: ": --timeout is over"
    default: ""
    }
  }

  static var table: String {
    documented.map { code, meaning in
      "\(String(repeating: " ", count: 3 - "\(code)".count))\(code)  \(meaning)"
    }.joined(separator: "\n")
  }
}
