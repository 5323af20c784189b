public import Primitives

/// A call of a contract's function, with its arguments; it knows how to read what comes back.
public struct ContractCall<Output: Sendable>: Sendable {
  public let contract: Address
  /// The function's selector and the encoded arguments.
  public let data: [UInt8]
  private let kinds: [Kind]
  private let read: @Sendable ([Value]) throws(Malformed) -> Output

  /// - Parameter name: The function's; its signature follows from the arguments' types.
  public init<each Part: ABIValue>(
    _ contract: Address, _ name: String, _ arguments: [any ABIValue]
  ) where Output == (repeat each Part) {
    self.contract = contract
    let argumentKinds = arguments.map { type(of: $0).abiKind }
    data =
      Encoding.selector(name, argumentKinds) + Encoding.arguments(arguments)
    var kinds: [Kind] = []
    for part in repeat (each Part).self { kinds.append(part.abiKind) }
    self.kinds = kinds
    read = { values throws(Malformed) in
      var rest = values[...]
      func next<Next: ABIValue>(_ type: Next.Type) throws(Malformed) -> Next {
        guard let first = rest.popFirst(), let value = Next(first) else { throw .range }
        return value
      }
      return (repeat try next((each Part).self))
    }
  }

  /// Reads what the function returned.
  public func output(_ bytes: [UInt8]) throws(Malformed) -> Output {
    try read(try Decoding.decode(kinds, from: bytes))
  }
}

extension Encoding {
  /// Typed arguments side by side, as calls and constructors take them.
  public static func arguments(_ arguments: [any ABIValue]) -> [UInt8] {
    do {
      return try encode(
        arguments.map(\.abiValue), as: arguments.map { type(of: $0).abiKind })
    } catch {
      preconditionFailure("a typed value is of its own type: \(error)")
    }
  }
}
