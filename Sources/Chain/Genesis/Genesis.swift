public import EVM
public import Primitives

/// A chain's first block, and the state after it.
public struct Genesis: Sendable {
  /// Seconds since 1970.
  public var timestamp: UInt64
  public var gasLimit: UInt64
  /// Wei a gas; nil before London.
  public var baseFee: U256?
  public var extraData: [UInt8] = []
  public var beneficiary = Address.zero
  public var difficulty = U256.zero
  public var mixHash = Digest(.zero)
  public var nonce: UInt64 = 0
  public var alloc: [Address: GenesisAccount]

  /// A genesis with the contracts that Prague's rules call, and the accounts of `alloc`.
  public init(
    timestamp: UInt64 = 0, gasLimit: UInt64 = 30_000_000,
    baseFee: U256? = FeeMarket.initialBaseFee, alloc: [Address: GenesisAccount],
    withSystemContracts: Bool = true
  ) {
    self.timestamp = timestamp
    self.gasLimit = gasLimit
    self.baseFee = baseFee
    self.alloc =
      withSystemContracts
      ? alloc.merging(Self.systemContracts) { given, _ in given } : alloc
  }

  /// The header over the state's root.
  func header(stateRoot: Digest, rules: ChainRules) -> Header {
    var header = Header()
    header.stateRoot = stateRoot
    header.timestamp = timestamp
    header.gasLimit = gasLimit
    header.extraData = extraData
    header.beneficiary = beneficiary
    header.difficulty = difficulty
    header.mixHash = mixHash
    header.nonce = nonce
    let fork = rules.fork(number: 0, timestamp: timestamp)
    if fork >= .london { header.baseFee = baseFee ?? FeeMarket.initialBaseFee }
    if fork >= .shanghai { header.withdrawalsRoot = Trie.emptyRoot }
    if fork >= .cancun {
      header.blobGasUsed = 0
      header.excessBlobGas = 0
      header.parentBeaconBlockRoot = Digest(.zero)
    }
    if fork >= .prague { header.requestsHash = BlockExecution.noRequestsHash }
    return header
  }

  /// The alloc as changes of an empty state.
  var changes: StateChanges {
    var changes = StateChanges()
    for (address, account) in alloc.sorted(by: { $0.key < $1.key }) {
      let hash = Keccak256.hash(account.code)
      if !account.code.isEmpty { changes.codes.append((hash, account.code)) }
      changes.accounts.append(
        StateChanges.Change(
          address: address,
          account: Account(nonce: account.nonce, balance: account.balance, codeHash: hash),
          wipesStorage: false,
          slots: account.storage.filter { !$0.value.isZero }.map { ($0.key, $0.value) }))
    }
    return changes
  }
}

/// An account as a chain begins with it.
public struct GenesisAccount: Hashable, Sendable {
  public var nonce: UInt64
  /// Wei.
  public var balance: U256
  public var code: [UInt8]
  public var storage: [U256: U256]

  public init(
    nonce: UInt64 = 0, balance: U256 = .zero, code: [UInt8] = [], storage: [U256: U256] = [:]
  ) {
    self.nonce = nonce
    self.balance = balance
    self.code = code
    self.storage = storage
  }
}
