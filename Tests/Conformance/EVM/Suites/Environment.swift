internal import EVM
internal import Primitives

extension Fork {
  /// The names that Ethereum's tests have for forks.
  init?(testName: String) {
    switch testName {
    case "Frontier": self = .frontier
    case "Homestead": self = .homestead
    case "EIP150": self = .tangerineWhistle
    case "EIP158": self = .spuriousDragon
    case "Byzantium": self = .byzantium
    case "Constantinople": self = .constantinople
    case "ConstantinopleFix": self = .petersburg
    case "Istanbul": self = .istanbul
    case "Berlin": self = .berlin
    case "London": self = .london
    case "Paris": self = .paris
    case "Shanghai": self = .shanghai
    case "Cancun": self = .cancun
    case "Prague": self = .prague
    case "Osaka": self = .osaka
    default: return nil
    }
  }
}

extension BlockContext {
  init(environment env: JSON, fork: Fork, config: JSON, forkName: String) throws {
    self.init(
      fork: fork, chainID: try config["chainid"]?.uint64() ?? 1,
      number: try env.required("currentNumber").uint64(),
      timestamp: try env.required("currentTimestamp").uint64(),
      coinbase: try env.required("currentCoinbase").address(),
      gasLimit: try env.required("currentGasLimit").uint64(),
      baseFee: try env["currentBaseFee"]?.number() ?? .zero,
      randomness: try (fork >= .paris ? env["currentRandom"] : env["currentDifficulty"])?.number()
        ?? .zero,
      excessBlobGas: try env["currentExcessBlobGas"]?.uint64() ?? 0)
    if let parameters = try BlobParameters(config, forkName: forkName) { blobs = parameters }
  }
}

extension BlobParameters {
  init?(_ config: JSON, forkName: String) throws {
    guard let schedule = config["blobSchedule"]?[forkName] else { return nil }
    self.init(
      target: try schedule.required("target").uint64(),
      max: try schedule.required("max").uint64(),
      baseFeeUpdateFraction: try schedule.required("baseFeeUpdateFraction").uint64())
  }
}

extension InMemoryState {
  convenience init(alloc: JSON) throws {
    self.init()
    for (text, account) in alloc.members {
      guard let address = Address(hex: text) else { throw UnreadableData("no address: \(text)") }
      var slots: [U256: U256] = [:]
      for (slot, value) in account["storage"]?.members ?? [:] {
        guard let key = U256(hex: slot) else { throw UnreadableData("no slot: \(slot)") }
        slots[key] = try value.number()
      }
      set(
        address, nonce: try account["nonce"]?.uint64() ?? 0,
        balance: try account.required("balance").number(),
        code: try account["code"]?.bytes() ?? [], storage: slots)
    }
  }
}
