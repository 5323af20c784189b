import Chain
import EVM
import Primitives
import Secp256k1

/// An account of tests that signs.
final class TestKey: Sendable {
  private let key: Secp256k1.SecretKey
  let address: Address

  init(_ number: UInt64) throws {
    let bytes = U256(number).bytes
    key = try Secp256k1.SecretKey(bytes.span)
    address = Address(truncating: Keccak256.hash(key.publicKey.coordinates.span).word)
  }

  func sign(_ transaction: Transaction) throws -> Transaction {
    var transaction = transaction
    let signature = try key.sign(transaction.signingHash.bytes.span)
    transaction.signature = Transaction.Signature(
      isOdd: signature.recoveryID & 1 == 1,
      r: U256(bigEndian: (0..<32).map { signature.bytes[$0] }) ?? .zero,
      s: U256(bigEndian: (32..<64).map { signature.bytes[$0] }) ?? .zero)
    return transaction
  }

  /// A signed transfer, or a call with `data`.
  func transfer(
    to: Address?, value: U256 = 1, nonce: UInt64, tip: U256 = 1_000_000_000,
    fee: U256 = 10_000_000_000, gasLimit: UInt64 = 21_000, data: [UInt8] = [],
    chainID: UInt64 = 31337
  ) throws -> [UInt8] {
    try sign(
      Transaction(
        kind: .dynamicFee, chainID: chainID, nonce: nonce, maxPriorityFeePerGas: tip,
        maxFeePerGas: fee, gasLimit: gasLimit, to: to, value: value, data: data)
    ).encoded
  }
}

extension Configuration {
  /// A development chain at a fixed time, with rich test accounts 1 to `accounts`.
  static func test(
    sealing: Sealing = .instant, accounts: UInt64 = 4,
    alloc: [Address: GenesisAccount] = [:]
  ) throws -> Configuration {
    var all = alloc
    for number in 1...accounts {
      all[try TestKey(number).address] = GenesisAccount(
        balance: U256(1_000_000_000_000_000_000) &* 1000)
    }
    var configuration = Configuration.development(
      alloc: all, clock: { UnixTime(milliseconds: 1_700_000_000_000) })
    configuration.sealing = sealing
    return configuration
  }
}

let ether = U256(1_000_000_000_000_000_000)
