internal import ABI
internal import ContractBindings
internal import Foundation
public import GensynClient
internal import Primitives
internal import SwiftProtobuf
public import Wallet

/// An account of the chain at a gateway: it reads contracts, and signs intents and transactions. The
/// key stays here.
public final class MarketAccount: Sendable {
  public let gensyn: Gensyn
  let key: AccountKey
  public var address: Address { key.address }

  public init(_ gensyn: Gensyn, key: consuming AccountKey) {
    self.gensyn = gensyn
    self.key = key
  }

  /// Why a transaction did nothing.
  public struct Reverted: Error, CustomStringConvertible {
    public let description: String
  }

  // MARK: The chain

  func read<Output>(_ call: ContractCall<Output>) async throws -> Output {
    let response = try await gensyn.chain.call(
      .with {
        $0.call.to = Data(call.contract.bytes)
        $0.call.input = Data(call.data)
      })
    guard response.succeeded else {
      throw Reverted(
        description: response.revertReason.isEmpty ? response.failure : response.revertReason)
    }
    return try call.output([UInt8](response.output))
  }

  /// Completes and signs a call; what is needed comes from the gateway, and is what is signed.
  func sign<Output>(_ call: ContractCall<Output>) async throws -> [UInt8] {
    let filled = try await gensyn.chain.fillTransaction(
      .with {
        $0.call.from = Data(address.bytes)
        $0.call.to = Data(call.contract.bytes)
        $0.call.input = Data(call.data)
        $0.requireSuccess = true
      }
    ).transaction
    return UnsignedTransaction(
      chainID: filled.chainID.number.clamped, nonce: filled.nonce,
      fees: .dynamic(
        maxFee: filled.maxFeePerGasWei.number,
        maxPriorityFee: filled.maxPriorityFeePerGasWei.number),
      gasLimit: filled.gasLimit, to: call.contract, data: call.data
    ).signed(by: key).bytes
  }

  /// Sends a call and waits until a block has it.
  @discardableResult
  func send<Output>(_ call: ContractCall<Output>) async throws -> Digest {
    let transaction = try await sign(call)
    let response = try await gensyn.chain.submitTransaction(
      .with {
        $0.transaction = Data(transaction)
        $0.waitForInclusion = true
      }, options: CallOptions(timeout: .seconds(60)))
    guard !response.hasReceipt || response.receipt.succeeded else {
      throw Reverted(description: "the transaction \(response.hash.number) was reverted")
    }
    return Digest(response.hash.number)
  }

  // MARK: Intents

  /// An intent with a fresh nonce, void in ten minutes.
  func sign(
    _ action: Gensyn_Market_V1.Intent.OneOf_Action, chain: Data
  ) throws -> Gensyn_Market_V1.SignedIntent {
    let intent = Gensyn_Market_V1.Intent.with {
      $0.chainID = chain
      $0.nonce = Data(randomBytes(16))
      $0.expireTime = Google_Protobuf_Timestamp(date: Date().addingTimeInterval(600))
      $0.action = action
    }
    let bytes: [UInt8] = try intent.serializedBytes()
    let hash = Keccak256.hash(Array("gensyn.market.v1".utf8) + [0] + bytes)
    return .with {
      $0.intent = Data(bytes)
      $0.signer = Data(address.bytes)
      $0.signature = Data(key.sign(hash: hash).bytes)
    }
  }

  func rules() async throws -> Gensyn_Market_V1.GetMarketParametersResponse {
    try await gensyn.settlements.getMarketParameters(.init())
  }

  /// Bonds tokens in a role until at least so many are free.
  public func bond(role: BondRole, atLeast amount: U256) async throws {
    let free = try await read(Bonds.free(address, role.rawValue))
    guard let missing = amount.subtracting(free), !missing.isZero else { return }
    let allowance = try await read(AIToken.allowance(address, Bonds.address))
    if allowance < missing { try await send(AIToken.approve(spender: Bonds.address, value: .max)) }
    try await send(Bonds.deposit(role: role.rawValue, amount: missing))
  }

  public enum BondRole: UInt8, Sendable {
    case provider = 1
    case verifier = 2
  }
}

extension Data {
  /// The number of big-endian bytes; zero for none.
  var number: U256 { U256(bigEndian: [UInt8](self)) ?? .zero }
}
