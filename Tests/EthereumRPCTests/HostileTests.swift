import Chain
import EthereumRPC
import JSONTree
import Primitives
import Testing
import Wallet

/// What strangers send.
@Suite
struct HostileTests {
  @Test(arguments: [
    ("eth_getBalance", #"["0x12","latest"]"#), ("eth_getBalance", #"["0xzz","latest"]"#),
    ("eth_getBalance", "[]"), ("eth_getBalance", "[7]"), ("eth_getBalance", "[null]"),
    ("eth_getBlockByNumber", #"["0x",true]"#), ("eth_getBlockByNumber", #"["0x01",true]"#),
    ("eth_getBlockByNumber", #"["0x10000000000000000",true]"#),
    ("eth_getBlockByNumber", #"["soon",true]"#), ("eth_getBlockByHash", #"["0x12",true]"#),
    ("eth_getTransactionByHash", #"["12"]"#), ("eth_sendRawTransaction", #"["0x1"]"#),
    ("eth_sendRawTransaction", #"["zz"]"#), ("eth_call", "[7]"), ("eth_call", #"[{"to":"0x"}]"#),
    ("eth_call", #"[{"data":"0x1"}]"#), ("eth_call", #"[{"data":"0x","input":"0x00"}]"#),
    ("eth_call", #"[{"gasPrice":"0x1","maxFeePerGas":"0x1"}]"#),
    ("eth_call", #"[{},"latest",{"0x12":{}}]"#), ("eth_feeHistory", #"["0x1","latest",["a"]]"#),
    ("eth_getLogs", #"[{"topics":[[],[],[],[],[]]}]"#), ("eth_getLogs", #"[{"address":[1]}]"#),
    ("eth_getLogs", #"[{"fromBlock":"0x2","toBlock":"0x1"}]"#),
    ("eth_getStorageAt", #"["0x0000000000000000000000000000000000000001","0xg","latest"]"#),
    (
      "debug_traceTransaction",
      #"["0x0000000000000000000000000000000000000000000000000000000000000001",{"tracer":"js"}]"#
    ),
    ("eth_simulateV1", #"[{"blockStateCalls":[]}]"#), ("eth_simulateV1", "[{}]"),
  ])
  func `values that are none are refused as invalid parameters`(
    method: String, parameters: String
  ) throws {
    let chain = try TestChain()

    #expect(try chain.error(method, parameters).code == -32602)
  }

  @Test(arguments: [
    "0x", "0x00", "0x02", "0x02c0", "0xc0", "0x7f", "0xf800", "0x05c0", "0x03c0",
    "0xffffffffffffffffff",
    "0x04f8", "0x01f8018080808080808080808080", "0xbf7fffffffffffffff",
  ])
  func `bytes that are no transaction are refused`(bytes: String) throws {
    let chain = try TestChain()

    #expect(try chain.error("eth_sendRawTransaction", "[\"\(bytes)\"]").code == -32000)
    #expect(chain.node.poolStatus.pending == 0)
  }

  @Test
  func `every changed byte of a transaction is refused or pays from another account`() throws {
    let chain = try TestChain(sealing: .manual)
    let signed = try chain.transfer(nonce: 0)
    let sender = try TestChain.key(0).address

    for index in signed.bytes.indices {
      var bytes = signed.bytes
      bytes[index] ^= 0x40
      _ = try chain.call("eth_sendRawTransaction", "[\"\(Hex.encode(bytes, prefix: true))\"]")
    }

    #expect(chain.node.poolContent(from: sender).pending[sender] == nil)
  }

  @Test
  func `what is wrong with a transaction is said in the words that wallets look for`() throws {
    let chain = try TestChain(sealing: .manual)
    try send(chain, try chain.transfer(nonce: 0))
    try chain.node.seal()
    try send(chain, try chain.transfer(nonce: 1))

    func refusal(_ signed: UnsignedTransaction.Signed) throws -> String {
      try chain.error("eth_sendRawTransaction", chain.send(signed)).message
    }

    #expect(
      try refusal(chain.transfer(nonce: 0, value: 2)) == "nonce too low: next nonce 1, tx nonce 0")
    #expect(
      try refusal(chain.transfer(nonce: 1, value: 2)) == "replacement transaction underpriced")
    #expect(try refusal(chain.transfer(nonce: 1)) == "already known")
    #expect(
      try refusal(chain.transfer(nonce: 2, value: .max.shiftedRight(by: 1)))
        .hasPrefix("insufficient funds for gas * price + value"))
    #expect(
      try refusal(chain.transfer(nonce: 2, gasLimit: 20_000))
        == "intrinsic gas too low: gas 20000, minimum needed 21000")
    #expect(try refusal(chain.transfer(nonce: 2, chainID: 1)).hasPrefix("invalid chain id"))
    #expect(
      try refusal(chain.transfer(nonce: 2, tip: 0)).hasPrefix("transaction underpriced"))
    #expect(
      try refusal(chain.transfer(nonce: 2, gasLimit: 1 << 40)).contains("gas limit"))
  }

  private func send(_ chain: TestChain, _ signed: UnsignedTransaction.Signed) throws {
    #expect(
      try chain.result("eth_sendRawTransaction", chain.send(signed))
        == .string("0x\(signed.hash)"))
  }

  @Test
  func `a nonce gap waits, and is bounded`() throws {
    let chain = try TestChain()

    try send(chain, try chain.transfer(nonce: 5))
    var last: (code: Int, message: String)?
    for nonce in 6...200 as ClosedRange<UInt64> {
      let answer = try chain.call(
        "eth_sendRawTransaction", chain.send(try chain.transfer(nonce: nonce)))
      if answer["error"] != nil {
        last = (0, answer["error"]?["message"]?.string ?? "")
        break
      }
    }

    #expect(chain.node.poolStatus.pending == 0)
    #expect(chain.node.poolStatus.queued == PoolLimits().accountQueue)
    #expect(last?.message.contains("nonce too high") == true)
  }

  @Test
  func `ranges and counts have limits`() throws {
    var queries = QueryLimits()
    queries.logBlocksMax = 3
    queries.feeHistoryMax = 2
    let chain = try TestChain(queries: queries)
    try chain.node.development?.mine(10)

    #expect(
      try chain.error("eth_getLogs", #"[{"fromBlock":"0x0","toBlock":"0x9"}]"#).code == -32005)
    #expect(
      try chain.error("eth_getLogs", #"[{"fromBlock":"0x0","toBlock":"0xffffffff"}]"#).code
        == -32602)
    let history = try chain.result("eth_feeHistory", #"["0xffffffff","latest",[]]"#)
    #expect(history["baseFeePerGas"]?.elements?.count == 3)
    #expect(try chain.error("anvil_mine", #"["0xffffffff"]"#).code == -32005)
    let keys = String(repeating: "\"0x0\",", count: 1025).dropLast()
    #expect(
      try chain.error("eth_getProof", "[\"0x\(String(repeating: "0", count: 40))\",[\(keys)]]").code
        == -32602)
  }

  @Test
  func `a call that never ends stops at the limit of its gas`() throws {
    var queries = QueryLimits()
    queries.callGasMax = 1_000_000
    let chain = try TestChain(queries: queries)
    // JUMPDEST, PUSH1 0, JUMP.
    let override = #"{"0x00000000000000000000000000000000000000ff":{"code":"0x5b600056"}}"#

    let failure = try chain.error(
      "eth_call",
      #"[{"to":"0x00000000000000000000000000000000000000ff","gas":"0xffffffffffffffff"},"latest",\#(override)]"#
    )

    #expect(failure.message == "out of gas")
  }

  @Test
  func `a trace that grows too large is refused`() throws {
    var limits = RPCLimits()
    limits.traceBytesMax = 10_000
    let chain = try TestChain(limits: limits)

    let failure = try chain.error(
      "debug_traceCall",
      #"""
      [{"to":"0x00000000000000000000000000000000000000ff","gas":"0xfffff"},"latest",
      {"stateOverrides":{"0x00000000000000000000000000000000000000ff":{"code":"0x5b600056"}}}]
      """#)

    #expect(failure.code == -32005)
  }

  @Test
  func `filters are bounded, and nobody guesses their names`() throws {
    var limits = RPCLimits()
    limits.filtersMax = 2
    let chain = try TestChain(limits: limits)

    let first = try chain.result("eth_newBlockFilter")
    _ = try chain.result("eth_newPendingTransactionFilter")

    #expect(try chain.error("eth_newFilter", "[{}]").code == -32005)
    #expect(try chain.error("eth_getFilterChanges", #"["0x1"]"#).message == "filter not found")
    #expect((first.string?.count ?? 0) > 20)
  }

  @Test(arguments: 0..<200)
  func `random parameters never trap`(seed: UInt64) throws {
    let chain = try TestChain()
    var random = Random(seed)
    let methods = EthereumAPI.methodNames
    let values = [
      "null", "true", "7", "-1", "\"\"", "\"0x\"", "\"0x0\"", "\"0xffffffffffffffff\"",
      "\"latest\"", "\"pending\"", "[]", "{}", "[null]", "{\"to\":null}", "\"earliest\"",
      "\"0x00000000000000000000000000000000000000ff\"", "[[[]]]", "1e308", "{\"gas\":\"0x0\"}",
      "\"0x\(String(repeating: "f", count: 64))\"", "{\"blockHash\":\"0x\"}",
    ]

    for _ in 0..<20 {
      let method = methods[random.below(methods.count)]
      let count = random.below(5)
      let parameters = (0..<count).map { _ in values[random.below(values.count)] }
      let answer = try chain.call(method, "[\(parameters.joined(separator: ","))]")
      #expect(answer["id"] == 1)
    }
  }
}

private struct Random {
  private var state: UInt64

  init(_ seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
  }

  mutating func below(_ count: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % count
  }
}
