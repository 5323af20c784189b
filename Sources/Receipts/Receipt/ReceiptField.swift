/// The fields of a receipt, by their numbers in the message `gensyn.ree.v1.Receipt`, which are also
/// their keys in CBOR.
public enum ReceiptField: UInt64, Sendable, CaseIterable {
  case formatVersion = 3
  case kind = 4
  case semanticsRoot = 5
  case engineName = 6
  case engineVersion = 7
  case modelFormat = 8
  case modelHash = 9
  case modelRoot = 10
  case tokenizerHash = 11
  case inputRoot = 12
  case parametersHash = 13
  case outputRoot = 14
  case finishReason = 15
  case stepCount = 16
  case traceLevel = 17
  case traceRoot = 18
  case datasetRoot = 19
  case startCheckpointHash = 20
  case endCheckpointHash = 21
  case firstStep = 22
  case requesterNonce = 23
  case proverKey = 24
  case time = 25
  case deviceInstructionSet = 26
  case deviceThreadCount = 27
  case signature = 28
  case workMultiplyAdds = 29
  /// The whole: bytes that are no receipt.
  case form = 0

  /// The field's name in the schema.
  public var name: String {
    String(describing: self).reduce(into: "") { name, letter in
      name += letter.isUppercase ? "_\(letter.lowercased())" : String(letter)
    }
  }
}

/// Something about a receipt that is wrong.
public struct ReceiptFault: Error, Hashable, Sendable {
  public let field: ReceiptField
  /// What is wrong, in words that follow the field's name.
  public let message: String
  /// What the receipt says, where that helps.
  public let claimed: [UInt8]
  /// What the check found.
  public let found: [UInt8]

  public init(
    _ field: ReceiptField, _ message: String, claimed: [UInt8] = [], found: [UInt8] = []
  ) {
    self.field = field
    self.message = message
    self.claimed = claimed
    self.found = found
  }
}

extension ReceiptFault: CustomStringConvertible {
  public var description: String { "\(field.name): \(message)" }
}
