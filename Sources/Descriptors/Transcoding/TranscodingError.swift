/// Why a message cannot be brought into the other form, and where in the message.
public struct TranscodingError: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    /// No file in the pool declares the type.
    case unknownType(String)
    /// The text is not JSON.
    case syntax(String, offset: Int)
    /// The bytes are not a message.
    case malformed(String, offset: Int)
    case unknownField(String, type: String)
    case duplicateField(String)
    /// Two members of one oneof are set.
    case oneofConflict(String)
    /// A value of the wrong kind, or out of its range.
    case mismatch(found: String, expected: String)
    /// A value that JSON has no form for.
    case unrepresentable(String)
    case limitExceeded(limit: String, max: Int)
  }

  public let reason: Reason
  // From the innermost step outwards: each level adds its own while the error passes.
  private var steps: [Step] = []

  enum Step: Hashable, Sendable {
    case field(String)
    case index(Int)
    case key(String)
  }

  init(_ reason: Reason) {
    self.reason = reason
  }

  func within(_ step: Step) -> TranscodingError {
    var copy = self
    copy.steps.append(step)
    return copy
  }

  /// Where in the message, such as `chunks[3].offset`; empty for the message itself.
  public var path: String {
    var path = ""
    for step in steps.reversed() {
      switch step {
      case .field(let name): path += path.isEmpty ? name : ".\(name)"
      case .index(let index): path += "[\(index)]"
      case .key(let key): path += "[\"\(key)\"]"
      }
    }
    return path
  }
}

extension TranscodingError: CustomStringConvertible {
  public var description: String {
    steps.isEmpty ? reason.description : "at \(path): \(reason)"
  }
}

extension TranscodingError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownType(let name): "no known file declares the type \"\(name)\""
    case .syntax(let what, let offset): "not JSON at byte \(offset): \(what)"
    case .malformed(let what, let offset): "not a message at byte \(offset): \(what)"
    case .unknownField(let name, let type): "\(type) has no field \"\(name)\""
    case .duplicateField(let name): "\"\(name)\" occurs twice"
    case .oneofConflict(let name): "more than one member of the oneof \"\(name)\" is set"
    case .mismatch(let found, let expected): "\(found) is not \(expected)"
    case .unrepresentable(let what): "\(what) has no JSON form"
    case .limitExceeded(let limit, let max): "\(limit) is limited to \(max)"
    }
  }
}
