/// Turns protobuf messages into JSON and back by their descriptors alone.
///
/// The mapping is the canonical one of proto3 JSON. Field names that occur twice are refused, and
/// so is whatever a reader with protobuf's usual limits would not take back.
public struct Transcoder: Sendable {
  /// What the JSON looks like, and what is let in.
  public struct Options: Hashable, Sendable {
    /// Writes fields without presence even when they hold their default.
    public var emitDefaults = false
    /// Skips fields and enum names that the type does not know.
    public var ignoreUnknown = false
    /// Writes field names as the `.proto` file spells them.
    public var originalNames = false
    public var enumsAsInts = false
    /// Writes 64-bit integers as numbers; readers with only doubles lose precision.
    public var int64AsNumbers = false
    /// Writes one member or element a line.
    public var pretty = false

    public init() {}
  }

  /// How much one message may ask for.
  public struct Limits: Hashable, Sendable {
    /// Messages in messages, and containers in containers, below the outermost one.
    public var depthMax = 100
    public var inputSizeMax = 64 << 20
    public var outputSizeMax = 256 << 20
    /// The longest number, in characters: no double needs more than 1,080.
    public var numberLengthMax = 2048

    public init() {}
  }

  public let pool: DescriptorPool
  public var options: Options
  public var limits: Limits

  public init(pool: DescriptorPool, options: Options = Options(), limits: Limits = Limits()) {
    self.pool = pool
    self.options = options
    self.limits = limits
  }

  /// The JSON form of a serialized message, in UTF-8.
  public func json(
    from wire: Span<UInt8>, type: String
  ) throws(TranscodingError) -> [UInt8] {
    let message = try self.message(type, inputSize: wire.count)
    var conversion = WireToJSON(pool: pool, options: options, limits: limits)
    try conversion.write(message, Parts(0..<wire.count), in: wire, depth: 0)
    return conversion.json.output
  }

  /// The serialized form of a message in JSON; fields come in the order of their numbers.
  public func wire(
    fromJSON json: Span<UInt8>, type: String
  ) throws(TranscodingError) -> [UInt8] {
    let message = try self.message(type, inputSize: json.count)
    let document = try JSONDocument(json, limits: limits)
    var conversion = JSONToWire(pool: pool, options: options, limits: limits, document: document)
    try conversion.write(message, at: 0, in: json, depth: 0)
    return conversion.output
  }

  private func message(
    _ type: String, inputSize: Int
  ) throws(TranscodingError) -> MessageDescriptor {
    // Offsets are kept in 32 bits.
    let sizeMax = min(limits.inputSizeMax, Int(Int32.max))
    guard inputSize <= sizeMax else {
      throw TranscodingError(.limitExceeded(limit: "the size of a message", max: sizeMax))
    }
    guard let message = pool.message(named: type) else {
      throw TranscodingError(.unknownType(type))
    }
    return message
  }
}

extension DescriptorPool {
  func message(of field: FieldDescriptor) throws(TranscodingError) -> MessageDescriptor {
    guard slots.indices.contains(field.typeSlot),
      case .message(let message) = slots[field.typeSlot]
    else { throw TranscodingError(.unknownType(field.typeName ?? "")) }
    return message
  }

  /// The type of a map's entries: a key and a value, which the pool has checked.
  func mapEntry(of field: FieldDescriptor) throws(TranscodingError) -> MessageDescriptor {
    let type = try message(of: field)
    guard type.isMapEntry else { throw TranscodingError(.unknownType(type.fullName)) }
    return type
  }

  func enumeration(of field: FieldDescriptor) throws(TranscodingError) -> EnumDescriptor {
    guard slots.indices.contains(field.typeSlot),
      case .enumeration(let type) = slots[field.typeSlot]
    else { throw TranscodingError(.unknownType(field.typeName ?? "")) }
    return type
  }

  /// The type that the URL of an `Any` names: what follows its last slash.
  func message(url: String) throws(TranscodingError) -> MessageDescriptor {
    let name = url.utf8.lastIndex(of: 0x2F).map { String(url[url.index(after: $0)...]) } ?? url
    guard let message = message(named: name) else { throw TranscodingError(.unknownType(url)) }
    return message
  }
}
