internal import EVM
internal import JSONTree
public import Primitives
internal import Secp256k1
internal import Wallet

/// Accounts whose keys everybody knows, for a development chain alone.
public struct DevelopmentAccounts: Sendable {
  /// The phrase that development tools share: its accounts are nobody's.
  public static let phrase = "test test test test test test test test test test test junk"

  private final class Holder: Sendable {
    let key: AccountKey

    init(_ key: consuming AccountKey) {
      self.key = key
    }
  }

  private let holders: [Holder]
  private let byAddress: [Address: Holder]

  /// No accounts.
  public init() {
    holders = []
    byAddress = [:]
  }

  /// The first accounts of the shared phrase.
  public init(count: UInt32) throws {
    let phrase = Array(Self.phrase.utf8)
    let root = try DerivedKey(phrase: phrase.span)
    var holders: [Holder] = []
    for index in 0..<count { holders.append(Holder(try root.account(index))) }
    self.holders = holders
    byAddress = Dictionary(uniqueKeysWithValues: holders.map { ($0.key.address, $0) })
  }

  public var addresses: [Address] { holders.map { $0.key.address } }

  func contains(_ address: Address) -> Bool { byAddress[address] != nil }

  private func holder(_ address: Address) throws(RPCFailure) -> Holder {
    guard let holder = byAddress[address] else { throw .server("unknown account") }
    return holder
  }

  func sign(_ transaction: Transaction, by address: Address) throws(RPCFailure) -> Transaction {
    let holder = try holder(address)
    let signature = holder.key.sign(hash: transaction.signingHash)
    var transaction = transaction
    transaction.signature = Transaction.Signature(
      isOdd: signature.isOdd, r: signature.r, s: signature.s)
    return transaction
  }

  func sign(_ message: [UInt8], by address: Address) throws(RPCFailure) -> JSON {
    .bytes(try holder(address).key.sign(message: message).bytes)
  }

  func sign(typedData json: JSON, by address: Address) throws(RPCFailure) -> JSON {
    let holder = try holder(address)
    do throws(TypedData.Invalid) {
      // Some wallets send the document as text.
      let data =
        if let text = json.string {
          try TypedData(json: Array(text.utf8))
        } else {
          try TypedData(json)
        }
      return .bytes(try holder.key.sign(data).bytes)
    } catch {
      throw .invalid("invalid argument 1: \(error)")
    }
  }
}
