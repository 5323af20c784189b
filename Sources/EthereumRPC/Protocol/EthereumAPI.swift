public import Chain
internal import JSONTree
internal import Primitives

/// Ethereum's JSON-RPC over one node: requests in, answers out, as text.
///
/// Every method may block its thread as long as a call's gas lasts: callers keep it off their event
/// loops.
public final class EthereumAPI: Sendable {
  public struct Configuration: Sendable {
    public var limits = RPCLimits()
    public var clientVersion: String
    /// The accounts whose keys the node holds: of a development chain alone.
    public var accounts = DevelopmentAccounts()
    /// Whether `testing_` methods exist, which build blocks that are not the chain's.
    public var servesTesting = false

    public init(clientVersion: String) {
      self.clientVersion = clientVersion
    }
  }

  public let node: Node
  public let configuration: Configuration
  let filters: Filters

  public init(_ node: Node, _ configuration: Configuration) {
    self.node = node
    self.configuration = configuration
    filters = Filters(limits: configuration.limits)
  }

  var limits: RPCLimits { configuration.limits }

  /// The answer to a request or a batch of them; nil where none of them wants one.
  ///
  /// - Parameter session: The connection, where it can carry notifications.
  public func answer(_ body: [UInt8], session: RPCSession? = nil) -> [UInt8]? {
    guard body.count <= limits.bodyBytesMax else {
      return Self.error(
        .null,
        RPCFailure(
          RPCFailure.invalidRequest,
          "content length too large (\(body.count)>\(limits.bodyBytesMax))")
      ).bytes
    }
    let request: JSON
    do throws(JSON.Malformed) {
      request = try JSON(
        parsing: body, depthMax: limits.depthMax, valueCountMax: limits.valueCountMax)
    } catch {
      return Self.error(.null, RPCFailure(error)).bytes
    }
    guard case .array(let batch) = request else { return answer(request, session)?.bytes }
    return answerBatch(batch, session)
  }

  private func answerBatch(_ batch: [JSON], _ session: RPCSession?) -> [UInt8]? {
    guard !batch.isEmpty else {
      return Self.error(.null, RPCFailure(RPCFailure.invalidRequest, "empty batch")).bytes
    }
    guard batch.count <= limits.batchMax else {
      let failure = RPCFailure(RPCFailure.invalidRequest, "batch too large")
      return JSON.array([Self.error(.null, failure)]).bytes
    }
    var output: [UInt8] = []
    for request in batch {
      let answer: JSON?
      if output.count > limits.batchBytesMax {
        let failure = RPCFailure(-32003, "response too large")
        answer = request["id"].map { Self.error($0, failure) }
      } else {
        answer = self.answer(request, session)
      }
      guard let answer else { continue }
      output.append(output.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
      answer.write(to: &output)
    }
    guard !output.isEmpty else { return nil }
    output.append(UInt8(ascii: "]"))
    return output
  }

  /// The answer to one request; nil for a notification.
  private func answer(_ request: JSON, _ session: RPCSession?) -> JSON? {
    guard case .object(let members) = request else {
      return Self.error(.null, RPCFailure(RPCFailure.invalidRequest, "invalid request"))
    }
    let id = members.last { $0.key == "id" }?.value
    switch id {
    case nil, .null?, .number?, .string?: break
    default: return Self.error(.null, RPCFailure(RPCFailure.invalidRequest, "invalid request"))
    }
    guard let name = request["method"]?.string, request["jsonrpc"]?.string == "2.0" else {
      return Self.error(
        id ?? .null, RPCFailure(RPCFailure.invalidRequest, "invalid request"))
    }
    do throws(RPCFailure) {
      let result = try call(name, try Parameters(request["params"]), session)
      guard let id else { return nil }
      return ["jsonrpc": "2.0", "id": id, "result": result]
    } catch {
      guard let id else { return nil }
      return Self.error(id, error)
    }
  }

  private func call(
    _ name: String, _ parameters: Parameters, _ session: RPCSession?
  ) throws(RPCFailure) -> JSON {
    if let session, let method = SubscriptionMethods.all[name] {
      return try method(self, parameters, session)
    }
    if let method = Self.methods[name] { return try method(self, parameters) }
    if let method = DevelopmentMethods.all[name], let development = node.development {
      return try method(self, development, parameters)
    }
    if configuration.servesTesting, let method = TestingMethods.all[name] {
      return try method(self, parameters)
    }
    guard SubscriptionMethods.all[name] == nil else {
      throw RPCFailure(RPCFailure.methodNotFound, "notifications not supported")
    }
    throw RPCFailure(
      RPCFailure.methodNotFound,
      "the method \(name.prefix(100)) does not exist/is not available")
  }

  static func error(_ id: JSON, _ failure: RPCFailure) -> JSON {
    ["jsonrpc": "2.0", "id": id, "error": failure.json]
  }

  // MARK: Methods

  typealias Method = @Sendable (EthereumAPI, Parameters) throws(RPCFailure) -> JSON

  /// Every method that needs no more than the node, by name.
  static let methods: [String: Method] = [
    BlockMethods.all, StateMethods.all, TransactionMethods.all, CallMethods.all, FeeMethods.all,
    LogMethods.all, NetworkMethods.all, PoolMethods.all, TraceMethods.all, RawMethods.all,
    SimulationMethods.all,
  ].reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
}

extension EthereumAPI {
  /// Every method's name, those of development chains among them.
  public static var methodNames: [String] {
    (Array(methods.keys) + Array(DevelopmentMethods.all.keys) + Array(SubscriptionMethods.all.keys))
      .sorted()
  }
}

extension RPCFailure {
  init(_ reason: JSON.Malformed) {
    switch reason {
    case .syntax: self.init(Self.parseError, "parse error")
    case .tooDeep(let most):
      self.init(Self.invalidRequest, "the request nests deeper than \(most)")
    case .tooManyValues(let most):
      self.init(Self.invalidRequest, "the request has more than \(most) values")
    }
  }
}

extension EthereumAPI {
  /// Runs a node's method, and says what went wrong in this protocol's words.
  func ask<Value>(
    _ call: CallRequest? = nil, _ body: (Node) throws(NodeFailure) -> Value
  ) throws(RPCFailure) -> Value {
    do throws(NodeFailure) {
      return try body(node)
    } catch {
      throw RPCFailure(error, call)
    }
  }

  /// A block that must be there.
  func block(_ reference: BlockReference) throws(RPCFailure) -> SealedBlock {
    let block = try ask { (node) throws(NodeFailure) in try node.block(reference) }
    guard let block else {
      throw .server("header not found")
    }
    return block
  }

  func state(_ reference: BlockReference) throws(RPCFailure) -> StateView {
    try ask { (node) throws(NodeFailure) in try node.state(at: reference) }
  }
}
