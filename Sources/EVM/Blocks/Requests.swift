internal import Precompiles
internal import Primitives

/// What the execution layer asks of the beacon chain (EIP-7685).
enum Requests {
  enum Kind: UInt8 {
    case deposit = 0
    case withdrawal = 1
    case consolidation = 2
  }

  /// sha256 over the hashes of what is not empty.
  static func hash(_ requests: [(kind: Kind, data: [UInt8])]) -> Digest {
    var hashes: [UInt8] = []
    for request in requests.sorted(by: { $0.kind.rawValue < $1.kind.rawValue })
    where !request.data.isEmpty {
      hashes += sha256([request.kind.rawValue] + request.data)
    }
    return Digest(U256(bigEndian: sha256(hashes)) ?? .zero)
  }

  /// The contract at 2 computes it.
  private static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    let outcome = Precompiles.run(address: 2, input: bytes.span, gas: .max, fork: .prague)
    guard case .success(_, let output) = outcome else { return [] }
    return output
  }

  /// keccak("DepositEvent(bytes,bytes,bytes,bytes,bytes)").
  private static let depositTopic = Keccak256.hash(
    Array("DepositEvent(bytes,bytes,bytes,bytes,bytes)".utf8))

  /// The fields of a deposit: key, credentials, amount, signature, index. Where each one's length
  /// stands in the event's data, and how many bytes it has.
  private static let depositFields = [(160, 48), (256, 32), (320, 8), (384, 96), (512, 8)]
  private static let depositSize = 576

  /// The deposits that a block's logs tell of; nil when one has another form (EIP-6110).
  static func deposits(in logs: [Log], of contract: Address) -> [UInt8]? {
    var requests: [UInt8] = []
    for log in logs where log.address == contract && log.topics.first == depositTopic {
      guard let request = deposit(log.data) else { return nil }
      requests += request
    }
    return requests
  }

  private static func deposit(_ data: [UInt8]) -> [UInt8]? {
    guard data.count == depositSize else { return nil }
    var request: [UInt8] = []
    for (index, field) in depositFields.enumerated() {
      guard word(data, at: index * 32) == U256(UInt64(field.0)),
        word(data, at: field.0) == U256(UInt64(field.1))
      else { return nil }
      request += data[(field.0 + 32)..<(field.0 + 32 + field.1)]
    }
    return request
  }

  private static func word(_ data: [UInt8], at offset: Int) -> U256? {
    U256(bigEndian: Array(data[offset..<offset + 32]))
  }
}
