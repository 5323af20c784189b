public import Primitives

/// An event that a contract logs.
public protocol ContractEvent: Sendable {
  static var name: String { get }
  /// The fields' types in order, and which of them are topics of their own.
  static var fields: [(kind: Kind, isIndexed: Bool)] { get }
  /// Nil where the values are of other types.
  init?(fields: [Value])
}

extension ContractEvent {
  /// Keccak-256 of the signature, which is the first topic of its logs.
  public static var topic: Digest {
    let types = fields.map(\.kind.description).joined(separator: ",")
    return Keccak256.hash(Array("\(name)(\(types))".utf8))
  }

  /// Nil for the log of another event.
  public init?(topics: [Digest], data: [UInt8]) {
    let fields = Self.fields
    guard topics.first == Self.topic,
      topics.count == 1 + fields.count(where: \.isIndexed),
      let plain = try? Decoding.decode(fields.filter { !$0.isIndexed }.map(\.kind), from: data)
    else { return nil }
    var indexed = topics.dropFirst()
    var rest = plain[...]
    var values: [Value] = []
    for field in fields {
      if field.isIndexed {
        guard let topic = indexed.popFirst(),
          let value = try? Decoding.decode([field.kind], from: topic.array)
        else { return nil }
        values += value
      } else if let value = rest.popFirst() {
        values.append(value)
      }
    }
    self.init(fields: values)
  }
}
