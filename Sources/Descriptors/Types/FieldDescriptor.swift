/// One field of a message, or one extension.
public final class FieldDescriptor: Sendable {
  public let name: String
  public let fullName: String
  /// The key of the field in JSON; `[full.name]` for an extension.
  public let jsonName: String
  public let number: Int
  public let kind: FieldKind
  public let isRepeated: Bool
  public let isRequired: Bool
  /// Whether a repeated field is written packed; both forms are read.
  public let isPacked: Bool
  /// Whether "unset" and "set to the default" are two things.
  public let hasPresence: Bool
  /// The index of the field's oneof in ``MessageDescriptor/oneofs``; the one-member oneofs that
  /// stand for `optional` in proto3 do not count.
  public let oneof: Int?
  public let isExtension: Bool
  /// The full name of the message or enum that the field holds.
  public let typeName: String?

  /// Where the pool keeps that type, once it is known.
  let typeSlot: Int

  init(
    name: String, fullName: String, jsonName: String, number: Int, kind: FieldKind,
    isRepeated: Bool, isRequired: Bool, isPacked: Bool, hasPresence: Bool, oneof: Int?,
    isExtension: Bool, typeName: String?, typeSlot: Int
  ) {
    self.name = name
    self.fullName = fullName
    self.jsonName = jsonName
    self.number = number
    self.kind = kind
    self.isRepeated = isRepeated
    self.isRequired = isRequired
    self.isPacked = isPacked
    self.hasPresence = hasPresence
    self.oneof = oneof
    self.isExtension = isExtension
    self.typeName = typeName
    self.typeSlot = typeSlot
  }
}
