public import JSONTree

/// Why a request has no result, as JSON-RPC 2.0 and Ethereum's tools know it.
public struct RPCFailure: Error, Hashable, Sendable {
  public var code: Int
  public var message: String
  public var data: JSON?

  public init(_ code: Int, _ message: String, data: JSON? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  /// The text is no JSON.
  static let parseError = -32700
  static let invalidRequest = -32600
  static let methodNotFound = -32601
  static let invalidParameters = -32602
  static let internalError = -32603
  /// What geth answers for everything that has no code of its own.
  static let server = -32000
  /// EIP-1474.
  static let limitExceeded = -32005
  /// A call was reverted; the data is what it reverted with.
  static let reverted = 3

  static func invalid(_ message: String) -> RPCFailure {
    RPCFailure(invalidParameters, message)
  }

  static func server(_ message: String) -> RPCFailure { RPCFailure(server, message) }

  static func limit(_ message: String) -> RPCFailure { RPCFailure(limitExceeded, message) }

  var json: JSON {
    var error: JSON = ["code": .number("\(code)"), "message": .string(message)]
    if let data { error.append("data", data) }
    return error
  }
}
