public import Chain
public import EVM
internal import JSONTree
internal import Primitives
internal import Wallet

/// A chain's rules and its first block, in the form of geth's `genesis.json`.
public struct GenesisDocument: Sendable {
  public let rules: ChainRules
  public let genesis: Genesis

  /// Why a text is not such a document.
  public struct Invalid: Error, CustomStringConvertible {
    public let description: String
  }

  /// What a document may hold, at most.
  private static let valueCountMax = 4 << 20

  public init(json text: [UInt8]) throws(Invalid) {
    do throws(JSON.Malformed) {
      let document = try JSON(parsing: text, depthMax: 16, valueCountMax: Self.valueCountMax)
      try self.init(document)
    } catch {
      throw Invalid(description: "not JSON: \(error)")
    }
  }

  private init(_ document: JSON) throws(JSON.Malformed) {
    do throws(BadValue) {
      rules = try ChainRules(document["config"] ?? .object([]))
      genesis = try Genesis(document)
    } catch {
      throw .syntax(offset: 0)
    }
  }
}

extension ChainRules {
  private static let blocks: [(String, Fork)] = [
    ("homesteadBlock", .homestead), ("eip150Block", .tangerineWhistle),
    ("eip158Block", .spuriousDragon), ("byzantiumBlock", .byzantium),
    ("constantinopleBlock", .constantinople), ("petersburgBlock", .petersburg),
    ("istanbulBlock", .istanbul), ("berlinBlock", .berlin), ("londonBlock", .london),
    ("mergeNetsplitBlock", .paris),
  ]
  private static let times: [(String, Fork)] = [
    ("shanghaiTime", .shanghai), ("cancunTime", .cancun), ("pragueTime", .prague),
    ("osakaTime", .osaka), ("bpo1Time", .bpo1), ("bpo2Time", .bpo2),
  ]
  private static let others = ["muirGlacierBlock", "arrowGlacierBlock", "grayGlacierBlock"]

  fileprivate init(_ config: JSON) throws(BadValue) {
    self.init(chainID: try config["chainId"]?.asPlainNumber() ?? 1, activations: [:])
    for (name, fork) in Self.blocks {
      if let first = config[name] { activations[fork] = .block(try first.asPlainNumber()) }
    }
    for (name, fork) in Self.times {
      if let first = config[name] { activations[fork] = .time(try first.asPlainNumber()) }
    }
    for name in Self.others {
      if let first = config[name] { otherForkBlocks.append(try first.asPlainNumber()) }
    }
    // A chain that merged from the start says so by its terminal difficulty alone.
    if case .number("0")? = config["terminalTotalDifficulty"], activations[.paris] == nil {
      activations[.paris] = .block(0)
    }
    if let deposits = config["depositContractAddress"] {
      depositContract = try deposits.asAddress()
    }
    for member in config["blobSchedule"]?.members ?? [] {
      guard let fork = Self.times.first(where: { $0.0 == "\(member.key)Time" })?.1 else { continue }
      blobs[fork] = BlobParameters(
        target: try member.value["target"]?.asPlainNumber() ?? 0,
        max: try member.value["max"]?.asPlainNumber() ?? 0,
        baseFeeUpdateFraction: try member.value["baseFeeUpdateFraction"]?.asPlainNumber() ?? 1)
    }
  }
}

extension Genesis {
  fileprivate init(_ document: JSON) throws(BadValue) {
    var alloc: [Address: GenesisAccount] = [:]
    for member in document["alloc"]?.members ?? [] {
      let key = member.key.hasPrefix("0x") ? member.key : "0x" + member.key
      alloc[try JSON.string(key).asAddress()] = try GenesisAccount(member.value)
    }
    self.init(
      timestamp: try document["timestamp"]?.asPlainNumber() ?? 0,
      gasLimit: try document["gasLimit"]?.asPlainNumber() ?? 30_000_000,
      baseFee: try document["baseFeePerGas"]?.asBigQuantity(), alloc: alloc,
      withSystemContracts: false)
    extraData = try document["extraData"]?.asBytes() ?? []
    beneficiary = try document["coinbase"]?.asAddress() ?? .zero
    difficulty = try document["difficulty"]?.asBigQuantity() ?? .zero
    mixHash = try document["mixHash"]?.asDigest() ?? Digest(.zero)
    nonce = try document["nonce"]?.asPlainNumber() ?? 0
  }
}

extension GenesisAccount {
  fileprivate init(_ json: JSON) throws(BadValue) {
    self.init()
    if let nonce = json["nonce"] { self.nonce = try nonce.asPlainNumber() }
    if let balance = json["balance"] { self.balance = try balance.asPlainWord() }
    if let code = json["code"] { self.code = try code.asBytes() }
    for member in json["storage"]?.members ?? [] {
      storage[try JSON.string(member.key).asWord()] = try member.value.asWord()
    }
  }
}

extension JSON {
  /// A number in decimal digits or in hexadecimal ones, as a number or as text.
  fileprivate func asPlainNumber() throws(BadValue) -> UInt64 {
    let word = try asPlainWord()
    guard word.fitsInOneLimb else { throw BadValue("a number of more than 64 bits") }
    return word.w0
  }

  fileprivate func asPlainWord() throws(BadValue) -> U256 {
    switch self {
    case .number(let text), .string(let text):
      let word = text.hasPrefix("0x") ? U256(hex: text) : U256(decimal: text)
      guard let word else { throw BadValue("\"\(text.prefix(80))\" is no number") }
      return word
    default: throw BadValue.type(self, "number")
    }
  }
}
