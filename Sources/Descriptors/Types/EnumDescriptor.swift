/// An enum type: numbers by name and the first name of every number.
public final class EnumDescriptor: Sendable {
  public struct Value: Hashable, Sendable {
    public let name: String
    public let number: Int32
  }

  public let fullName: String
  public let file: String
  /// The values as declared, aliases included.
  public let values: [Value]
  /// A closed enum (proto2's kind) has no other values than the declared ones.
  public let isClosed: Bool

  private let numberByName: [String: Int32]
  private let nameByNumber: [Int32: String]

  init(fullName: String, file: String, values: [Value], isClosed: Bool) {
    self.fullName = fullName
    self.file = file
    self.values = values
    self.isClosed = isClosed
    numberByName = Dictionary(values.map { ($0.name, $0.number) }) { first, _ in first }
    nameByNumber = Dictionary(values.map { ($0.number, $0.name) }) { first, _ in first }
  }

  public func number(of name: String) -> Int32? { numberByName[name] }

  /// The first declared name of `number`.
  public func name(of number: Int32) -> String? { nameByNumber[number] }

  var isNullValue: Bool { fullName == "google.protobuf.NullValue" }
}
