internal import Primitives

/// What things cost, and which rules hold, in a fork. Gas, unless it says otherwise.
struct Schedule: Sendable {
  let fork: Fork

  let hasAccessLists: Bool
  /// Reading a slot, before EIP-2929.
  let storageRead: Int64
  let balanceRead: Int64
  /// EXTCODESIZE and EXTCODECOPY, before EIP-2929.
  let codeRead: Int64
  let codeHashRead: Int64
  let call: Int64
  let selfDestruct: Int64
  let exponentByte: Int64
  let storageRules: StorageRules
  let clearRefund: Int64
  let selfDestructRefund: Int64
  /// What part of the gas used can be given back at most.
  let refundQuotient: Int64

  enum StorageRules: Sendable {
    /// A slot costs by its value before and after.
    case plain
    /// EIP-1283.
    case net(dirty: Int64)
    /// EIP-2200, and EIP-2929 on top.
    case netWithSentry
  }

  static let coldAccount: Int64 = 2600
  static let coldSlot: Int64 = 2100
  static let warm: Int64 = 100
  static let callValue: Int64 = 9000
  static let stipend: Int64 = 2300
  static let newAccount: Int64 = 25_000
  static let create: Int64 = 32_000
  static let codeDepositByte: Int64 = 200
  static let initcodeWord: Int64 = 2
  static let keccakWord: Int64 = 6
  static let copyWord: Int64 = 3
  static let logByte: Int64 = 8
  /// EIP-2200: SSTORE needs more gas than this left.
  static let storageSentry: Int64 = 2300
  /// Bytes (EIP-170).
  static let codeSizeMax = 24_576
  /// Bytes (EIP-3860).
  static let initcodeSizeMax = 2 * codeSizeMax

  init(_ fork: Fork) {
    self.fork = fork
    hasAccessLists = fork >= .berlin
    storageRead = fork >= .istanbul ? 800 : fork >= .tangerineWhistle ? 200 : 50
    balanceRead = fork >= .istanbul ? 700 : fork >= .tangerineWhistle ? 400 : 20
    codeRead = fork >= .tangerineWhistle ? 700 : 20
    codeHashRead = fork >= .istanbul ? 700 : 400
    call = fork >= .tangerineWhistle ? 700 : 40
    selfDestruct = fork >= .tangerineWhistle ? 5000 : 0
    exponentByte = fork >= .spuriousDragon ? 50 : 10
    storageRules =
      fork >= .istanbul
      ? .netWithSentry : fork == .constantinople ? .net(dirty: 200) : .plain
    clearRefund = fork >= .london ? 4800 : 15_000
    selfDestructRefund = fork >= .london ? 0 : 24_000
    refundQuotient = fork >= .london ? 5 : 2
  }
}
