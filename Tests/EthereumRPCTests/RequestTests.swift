import EthereumRPC
import JSONTree
import Testing

@Suite
struct RequestTests {
  @Test
  func `answers carry the request's id, of whatever kind`() throws {
    let chain = try TestChain()

    for id in ["1", "\"a\"", "null", "-7", "1.5"] {
      let answer = try chain.ask(
        #"{"jsonrpc":"2.0","id":\#(id),"method":"eth_chainId"}"#)
      #expect(answer.text == #"{"jsonrpc":"2.0","id":\#(id),"result":"0x7a69"}"#)
    }
  }

  @Test
  func `a notification has no answer, even when it fails`() throws {
    let chain = try TestChain()

    #expect(chain.api.answer(Array(#"{"jsonrpc":"2.0","method":"eth_chainId"}"#.utf8)) == nil)
    #expect(chain.api.answer(Array(#"{"jsonrpc":"2.0","method":"nothing"}"#.utf8)) == nil)
  }

  @Test
  func `a batch is answered in order, its notifications left out`() throws {
    let chain = try TestChain()

    let answer = try chain.ask(
      #"""
      [{"jsonrpc":"2.0","id":2,"method":"eth_blockNumber"},
      {"jsonrpc":"2.0","method":"eth_chainId"},7,
      {"jsonrpc":"2.0","id":1,"method":"nothing"}]
      """#)

    let elements = try #require(answer.elements)
    #expect(elements.count == 3)
    #expect(elements[0]["result"] == "0x0")
    #expect(elements[1]["error"]?["code"] == -32600)
    #expect(elements[2]["error"]?["code"] == -32601)
  }

  @Test(arguments: [
    ("{", -32700), ("", -32700), ("7", -32600), ("[]", -32600), ("{}", -32600),
    (#"{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}"#, -32600),
    (#"{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}"#, -32600),
    (#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600),
    (#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}"#, -32602),
    (#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#, -32601),
  ])
  func `what is no request is refused with its code`(body: String, code: Int) throws {
    let chain = try TestChain()

    let answer = try chain.ask(body)

    #expect(answer["error"]?["code"] == .number("\(code)"))
  }

  @Test
  func `the limits of a request hold`() throws {
    var limits = RPCLimits()
    limits.bodyBytesMax = 200
    limits.depthMax = 4
    limits.valueCountMax = 20
    limits.batchMax = 2
    let chain = try TestChain(limits: limits)
    let one = #"{"jsonrpc":"2.0","id":1,"method":"a"}"#

    let long = try chain.ask(String(repeating: " ", count: 201))
    let deep = try chain.ask("[[[[[]]]]]")
    let wide = try chain.ask("[\(String(repeating: "1,", count: 20))1]")
    let batch = try chain.ask("[\(one),\(one),\(one)]")

    #expect(long["error"]?["message"]?.string?.contains("too large") == true)
    #expect(deep["error"]?["message"]?.string?.contains("deeper than 4") == true)
    #expect(wide["error"]?["message"]?.string?.contains("more than 20 values") == true)
    #expect(batch.elements?.first?["error"]?["message"] == "batch too large")
  }

  @Test
  func `a batch whose answers grow too large is cut short`() throws {
    var limits = RPCLimits()
    limits.batchBytesMax = 100
    let chain = try TestChain(limits: limits)
    let one = #"{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["0x0",false]}"#

    let answer = try chain.ask("[\(one),\(one)]")

    let elements = try #require(answer.elements)
    #expect(elements[0]["result"] != nil)
    #expect(elements[1]["error"]?["code"] == -32003)
  }

  @Test
  func `the cheats of development chains do not exist elsewhere`() throws {
    let chain = try TestChain(isDevelopment: false)

    for method in ["anvil_setBalance", "hardhat_setBalance", "evm_mine", "evm_snapshot"] {
      #expect(try chain.error(method).code == -32601)
    }
    #expect(try chain.result("eth_accounts") == [])
    #expect(try chain.error("testing_buildBlockV1").code == -32601)
  }
}
