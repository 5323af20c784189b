import Chain
import EVM
import EthereumRPC
import JSONTree
import Primitives
import Testing
import Wallet

/// A development chain with its API, asked as a client asks it.
struct TestChain {
  static let phrase = Array(DevelopmentAccounts.phrase.utf8)

  let node: Node
  let api: EthereumAPI

  init(
    isDevelopment: Bool = true, sealing: Configuration.Sealing = .instant,
    limits: RPCLimits = RPCLimits(), queries: QueryLimits = QueryLimits()
  ) throws {
    let accounts = try DevelopmentAccounts(count: 3)
    let balance = try #require(U256(1_000_000).multiplied(by: 1_000_000_000_000_000_000))
    var configuration = Configuration.development(
      alloc: Dictionary(
        uniqueKeysWithValues: accounts.addresses.map { ($0, GenesisAccount(balance: balance)) }))
    configuration.isDevelopment = isDevelopment
    configuration.sealing = sealing
    configuration.queries = queries
    node = try Node(configuration)
    var settings = EthereumAPI.Configuration(clientVersion: "test")
    if isDevelopment { settings.accounts = accounts }
    settings.limits = limits
    api = EthereumAPI(node, settings)
  }

  static func key(_ index: UInt32) throws -> AccountKey {
    let root = try DerivedKey(phrase: phrase.span)
    return try root.account(index)
  }

  /// What a request is answered with; null where there is no answer.
  func ask(_ body: String) throws -> JSON {
    guard let answer = api.answer(Array(body.utf8)) else { return .null }
    return try JSON(parsing: answer, depthMax: 64)
  }

  func call(_ method: String, _ parameters: String = "[]") throws -> JSON {
    try ask(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(parameters)}"#)
  }

  func result(_ method: String, _ parameters: String = "[]") throws -> JSON {
    let answer = try call(method, parameters)
    return try #require(answer.members?.first { $0.key == "result" }?.value, "\(answer.text)")
  }

  func error(_ method: String, _ parameters: String = "[]") throws -> (code: Int, message: String) {
    let answer = try call(method, parameters)
    let error = try #require(answer["error"], "\(answer.text)")
    guard case .number(let code)? = error["code"] else { return (0, "") }
    return (Int(code) ?? 0, error["message"]?.string ?? "")
  }

  func transfer(
    from index: UInt32 = 0, nonce: UInt64, value: U256 = 1, maxFee: U256 = 10_000_000_000,
    tip: U256 = 1_000_000_000, gasLimit: UInt64 = 21_000, chainID: UInt64 = 31337
  ) throws -> UnsignedTransaction.Signed {
    let key = try Self.key(index)
    return UnsignedTransaction(
      chainID: chainID, nonce: nonce, fees: .dynamic(maxFee: maxFee, maxPriorityFee: tip),
      gasLimit: gasLimit, to: Address(number: 0xBEEF), value: value
    ).signed(by: key)
  }

  func send(_ signed: UnsignedTransaction.Signed) -> String {
    "[\"\(Hex.encode(signed.bytes, prefix: true))\"]"
  }
}
