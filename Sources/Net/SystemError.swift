internal import Glibc

/// A system call that failed.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  public let call: String
  /// The value of `errno`.
  public let code: Int32

  public init(call: String, code: Int32) {
    self.call = call
    self.code = code
  }

  public var description: String {
    "\(call): \(unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)")"
  }

  /// Passes a result that is not negative through.
  @discardableResult
  package static func check(_ call: String, _ result: Int32) throws(SystemError) -> Int32 {
    guard result >= 0 else { throw SystemError(call: call, code: errno) }
    return result
  }
}
