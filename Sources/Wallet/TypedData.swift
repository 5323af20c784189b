public import JSONTree
public import Primitives

/// Structured data to sign (EIP-712), read from the JSON that `eth_signTypedData_v4` takes.
public struct TypedData: Sendable {
  /// How deep structs and arrays may nest.
  public static let depthMax = 32
  /// Types, and values in the whole message.
  public static let typeCountMax = 256
  public static let valueCountMax = 100_000

  public enum Invalid: Error, Hashable, Sendable {
    case malformedJSON(JSON.Malformed)
    /// The document lacks a part, or it is of the wrong form.
    case missing(String)
    /// A type that the document does not define.
    case unknownType(String)
    /// A value is not of its type.
    case mismatch(path: String, type: String)
    case tooDeep
    case tooLarge
  }

  struct Member: Hashable, Sendable {
    let name: String
    let type: String
  }

  let types: [String: [Member]]
  public let primaryType: String
  let domain: JSON
  let message: JSON

  public init(json text: [UInt8]) throws(Invalid) {
    let document: JSON
    do throws(JSON.Malformed) {
      document = try JSON(parsing: text, depthMax: 64, valueCountMax: Self.valueCountMax)
    } catch {
      throw .malformedJSON(error)
    }
    try self.init(document)
  }

  public init(_ document: JSON) throws(Invalid) {
    guard let definitions = document["types"]?.members else { throw .missing("types") }
    guard definitions.count <= Self.typeCountMax else { throw .tooLarge }
    guard let primaryType = document["primaryType"]?.string else { throw .missing("primaryType") }
    guard let domain = document["domain"] else { throw .missing("domain") }
    var types: [String: [Member]] = [:]
    for definition in definitions {
      guard let elements = definition.value.elements, elements.count <= Self.typeCountMax else {
        throw .missing("types.\(definition.key)")
      }
      var members: [Member] = []
      for element in elements {
        guard let name = element["name"]?.string, let type = element["type"]?.string else {
          throw .missing("types.\(definition.key)")
        }
        members.append(Member(name: name, type: type))
      }
      types[definition.key] = members
    }
    guard types[primaryType] != nil else { throw .unknownType(primaryType) }
    self.types = types
    self.primaryType = primaryType
    self.domain = domain
    message = document["message"] ?? .object([])
  }

  /// keccak(0x19 0x01 ‖ domain separator ‖ hash of the message).
  public func signingHash() throws(Invalid) -> Digest {
    var bytes: [UInt8] = [0x19, 0x01]
    bytes += try domainSeparator().array
    // A document may be about its domain alone.
    if primaryType != Self.domainType { bytes += try messageHash().array }
    return Keccak256.hash(bytes)
  }

  static let domainType = "EIP712Domain"

  public func domainSeparator() throws(Invalid) -> Digest {
    try hash(Self.domainType, domain, path: "domain", depth: 0)
  }

  public func messageHash() throws(Invalid) -> Digest {
    try hash(primaryType, message, path: "message", depth: 0)
  }

  /// `Mail(Person from,Person to,string contents)Person(string name,address wallet)`.
  public func encodedType(_ name: String) throws(Invalid) -> String {
    var found: Set<String> = []
    try collect(name, into: &found)
    found.remove(name)
    return ([name] + found.sorted()).map { name in
      let members = (types[name] ?? []).map { "\($0.type) \($0.name)" }
      return "\(name)(\(members.joined(separator: ",")))"
    }.joined()
  }

  private func collect(_ name: String, into found: inout Set<String>) throws(Invalid) {
    guard !found.contains(name) else { return }
    guard let members = types[name] else { throw .unknownType(name) }
    found.insert(name)
    for member in members {
      let element = String(member.type.prefix { $0 != "[" })
      if types[element] != nil { try collect(element, into: &found) }
    }
  }
}
