internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

/// What the owner of a development chain may do to it, under the names that anvil, Hardhat and Ganache
/// gave it. On any other chain these methods do not exist.
enum DevelopmentMethods {
  typealias Method =
    @Sendable (EthereumAPI, Development, Parameters) throws(RPCFailure) -> JSON

  static let all: [String: Method] = [
    accounts, senders, time, blocks, pool, history, information,
  ].reduce(into: [:]) { all, some in
    for (names, method) in some {
      for name in names { all[name] = method }
    }
  }

  /// A method under anvil's and Hardhat's prefix.
  private static func both(_ name: String) -> [String] { ["anvil_\(name)", "hardhat_\(name)"] }

  private static func done(
    _ result: JSON = true, _ body: () throws(NodeFailure) -> Void
  ) throws(RPCFailure) -> JSON {
    do throws(NodeFailure) {
      try body()
    } catch {
      throw RPCFailure(error)
    }
    return result
  }

  // MARK: Accounts

  private static let accounts: [([String], Method)] = [
    (
      both("setBalance") + ["tenderly_setBalance"],
      { (_, chain, parameters) throws(RPCFailure) in
        let (address, balance) = (try parameters.address(0), try parameters.bigQuantity(1))
        return try done { () throws(NodeFailure) in try chain.setBalance(address, balance) }
      }
    ),
    (
      both("setNonce") + ["evm_setAccountNonce"],
      { (_, chain, parameters) throws(RPCFailure) in
        let (address, nonce) = (try parameters.address(0), try parameters.quantity(1))
        return try done { () throws(NodeFailure) in try chain.setNonce(address, nonce) }
      }
    ),
    (
      both("setCode"),
      { (_, chain, parameters) throws(RPCFailure) in
        let (address, code) = (try parameters.address(0), try parameters.bytes(1))
        return try done { () throws(NodeFailure) in try chain.setCode(address, code) }
      }
    ),
    (
      both("setStorageAt"),
      { (_, chain, parameters) throws(RPCFailure) in
        let address = try parameters.address(0)
        let word = { (value: JSON) throws(BadValue) in try value.asWord() }
        let (slot, value) = (try parameters.value(1, word), try parameters.value(2, word))
        return try done { () throws(NodeFailure) in try chain.setStorage(address, slot, value) }
      }
    ),
  ]

  private static let senders: [([String], Method)] = [
    (
      both("impersonateAccount"),
      { (_, chain, parameters) throws(RPCFailure) in
        chain.impersonate(try parameters.address(0))
        return true
      }
    ),
    (
      both("stopImpersonatingAccount"),
      { (_, chain, parameters) throws(RPCFailure) in
        chain.stopImpersonating(try parameters.address(0))
        return true
      }
    ),
    (
      ["anvil_autoImpersonateAccount"],
      { (_, chain, parameters) throws(RPCFailure) in
        chain.setImpersonatesAll(try parameters.flag(0) ?? true)
        return .null
      }
    ),
  ]

  // MARK: Time

  private static let time: [([String], Method)] = [
    (
      ["evm_increaseTime", "anvil_increaseTime"],
      { (api, chain, parameters) throws(RPCFailure) in
        // Many blocks in one second run ahead of the clock: what is added counts from the latest.
        let now = UInt64(max(api.node.now.milliseconds, 0)) / 1000
        let ahead = api.node.head.header.timestamp
        let (seconds, overflow) = (try parameters.looseQuantity(0) ?? 0)
          .addingReportingOverflow(ahead > now ? ahead - now : 0)
        let offset = chain.increaseTime(by: overflow ? .max : seconds)
        return .number("\(offset / 1000)")
      }
    ),
    (
      ["evm_setTime", "anvil_setTime"],
      { (_, chain, parameters) throws(RPCFailure) in
        let seconds = Int64(clamping: try parameters.looseQuantity(0) ?? 0)
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { throw .invalid("invalid argument 0: the time is too large") }
        chain.setTime(UnixTime(milliseconds: milliseconds))
        return .number("\(seconds)")
      }
    ),
    (
      ["evm_setNextBlockTimestamp", "anvil_setNextBlockTimestamp"],
      { (_, chain, parameters) throws(RPCFailure) in
        let seconds = try parameters.looseQuantity(0) ?? 0
        return try done(.null) { () throws(NodeFailure) in try chain.setNextTimestamp(seconds) }
      }
    ),
    (
      ["anvil_setBlockTimestampInterval"],
      { (_, chain, parameters) throws(RPCFailure) in
        chain.setTimestampInterval(try parameters.looseQuantity(0))
        return .null
      }
    ),
    (
      ["anvil_removeBlockTimestampInterval"],
      { (_, chain, _) throws(RPCFailure) in
        chain.setTimestampInterval(nil)
        return true
      }
    ),
  ]

  // MARK: Blocks

  private static let blocks: [([String], Method)] = [
    (
      both("mine"),
      { (api, chain, parameters) throws(RPCFailure) in
        let count = try parameters.looseQuantity(0) ?? 1
        let interval = try parameters.looseQuantity(1)
        guard count <= api.limits.minedBlocksMax else {
          throw .limit("more than \(api.limits.minedBlocksMax) blocks at once")
        }
        return try done(.null) { () throws(NodeFailure) in
          try chain.mine(count, seconds: interval)
        }
      }
    ),
    (
      ["evm_mine"],
      { (_, chain, parameters) throws(RPCFailure) in
        var timestamp: UInt64?
        if case .object? = parameters[0] {
          timestamp = try parameters.value(0) { (value) throws(BadValue) in
            try value.optional("timestamp") { (value) throws(BadValue) in
              if case .number(let text) = value, let number = UInt64(text) { return number }
              return try value.asQuantity()
            }
          }
        } else {
          timestamp = try parameters.looseQuantity(0)
        }
        return try done("0x0") { () throws(NodeFailure) in
          if let timestamp { try chain.setNextTimestamp(timestamp) }
          try chain.mine()
        }
      }
    ),
    (
      ["evm_setAutomine", "anvil_setAutomine"],
      { (_, chain, parameters) throws(RPCFailure) in
        chain.setSealing(try parameters.flag(0) ?? true ? .instant : .manual)
        return true
      }
    ),
    (both("getAutomine"), { (_, chain, _) throws(RPCFailure) in .bool(chain.isSealingInstantly) }),
    (
      ["evm_setIntervalMining", "anvil_setIntervalMining"],
      { (_, chain, parameters) throws(RPCFailure) in
        let seconds = try parameters.looseQuantity(0) ?? 0
        chain.setSealing(
          seconds == 0 ? .manual : .interval(.seconds(Int64(clamping: min(seconds, 1 << 31)))))
        return true
      }
    ),
    (
      both("setNextBlockBaseFeePerGas"),
      { (_, chain, parameters) throws(RPCFailure) in
        chain.setNextBaseFee(try parameters.bigQuantity(0))
        return true
      }
    ),
    (
      both("setCoinbase"),
      { (_, chain, parameters) throws(RPCFailure) in
        chain.setBeneficiary(try parameters.address(0))
        return true
      }
    ),
    (
      both("setPrevRandao") + ["anvil_setNextBlockPrevRandao"],
      {
        (_, chain, parameters) throws(RPCFailure) in
        chain.setNextRandomness(try parameters.digest(0))
        return true
      }
    ),
    (
      ["evm_setBlockGasLimit", "anvil_setBlockGasLimit"],
      {
        (_, chain, parameters) throws(RPCFailure) in
        chain.setGasLimitTarget(try parameters.looseQuantity(0) ?? 0)
        return true
      }
    ),
  ]

  // MARK: Pool

  private static let pool: [([String], Method)] = [
    (
      both("dropTransaction"),
      { (_, chain, parameters) throws(RPCFailure) in
        let hash = try parameters.digest(0)
        return chain.drop(hash) ? .digest(hash) : .null
      }
    ),
    (
      ["anvil_dropAllTransactions"],
      { (_, chain, _) throws(RPCFailure) in
        chain.dropAll()
        return .null
      }
    ),
  ]

  // MARK: Going back

  private static let history: [([String], Method)] = [
    (
      ["evm_snapshot", "anvil_snapshot"],
      { (api, chain, _) throws(RPCFailure) in
        .quantity(try api.ask { (_) throws(NodeFailure) in try chain.snapshot() })
      }
    ),
    (
      ["evm_revert", "anvil_revert"],
      { (api, chain, parameters) throws(RPCFailure) in
        let id = try parameters.looseQuantity(0) ?? 0
        return .bool(try api.ask { (_) throws(NodeFailure) in try chain.revert(to: id) })
      }
    ),
    (
      ["anvil_rollback"],
      { (_, chain, parameters) throws(RPCFailure) in
        let count = try parameters.looseQuantity(0) ?? 1
        return try done(.null) { () throws(NodeFailure) in try chain.rollback(count) }
      }
    ),
    (
      both("reset"),
      { (api, chain, _) throws(RPCFailure) in
        try done { () throws(NodeFailure) in
          chain.dropAll()
          try chain.rollback(api.node.head.number)
        }
      }
    ),
  ]

  // MARK: Information

  private static let information: [([String], Method)] = [
    (
      both("metadata"),
      { (api, _, _) throws(RPCFailure) in
        [
          "clientVersion": .string(api.configuration.clientVersion),
          "chainId": .number("\(api.node.chainID)"),
          "latestBlockNumber": .number("\(api.node.head.number)"),
          "latestBlockHash": .digest(api.node.head.hash),
        ]
      }
    ),
    (
      ["anvil_nodeInfo"],
      { (api, _, _) throws(RPCFailure) in
        let head = api.node.head
        return [
          "currentBlockNumber": .quantity(head.number),
          "currentBlockTimestamp": .number("\(head.header.timestamp)"),
          "currentBlockHash": .digest(head.hash), "hardFork": "osaka",
          "environment": [
            "baseFee": .quantity(api.node.nextBaseFee), "chainId": .quantity(api.node.chainID),
            "gasLimit": .quantity(head.header.gasLimit),
          ],
        ]
      }
    ),
  ]
}
