public import SwiftProtobuf

/// The types and services of a set of `.proto` files, by full name.
///
/// Files may come one at a time and in any order, as server reflection delivers them: a type that
/// is mentioned before its file has come is an error only when it is used. A file enters whole or
/// not at all.
public struct DescriptorPool: Sendable {
  /// How much a pool takes in.
  public struct Limits: Hashable, Sendable {
    public var filesMax = 10_000
    public var fileSizeMax = 16 << 20
    public var symbolsMax = 1_000_000
    public var nestingMax = 32

    public init() {}
  }

  /// A type that was mentioned, and what is known about it.
  enum Slot: Sendable {
    case missing
    case message(MessageDescriptor)
    case enumeration(EnumDescriptor)
  }

  public let limits: Limits

  var files: [String: Google_Protobuf_FileDescriptorProto] = [:]
  var fileNames: [String] = []
  /// The file that declares each symbol: types, fields, values, services, methods.
  var fileBySymbol: [String: String] = [:]
  var slots: [Slot] = []
  var slotByName: [String: Int] = [:]
  var servicesByName: [String: ServiceDescriptor] = [:]
  var extensionsByName: [String: FieldDescriptor] = [:]
  var extensionsBySlot: [Int: [Int: FieldDescriptor]] = [:]

  public init(limits: Limits = Limits()) {
    self.limits = limits
  }

  public init(
    _ set: Google_Protobuf_FileDescriptorSet, limits: Limits = Limits()
  ) throws(DescriptorError) {
    self.init(limits: limits)
    for file in set.file { try add(file) }
  }

  /// Makes a pool from a serialized `FileDescriptorSet`, as `protoc --descriptor_set_out` writes.
  public init(
    serializedSet bytes: [UInt8], limits: Limits = Limits()
  ) throws(DescriptorError) {
    guard let set = try? Google_Protobuf_FileDescriptorSet(serializedBytes: bytes) else {
      throw .malformed("google.protobuf.FileDescriptorSet")
    }
    try self.init(set, limits: limits)
  }

  /// Adds one file; returns `false` when the pool already held the very same one.
  @discardableResult
  public mutating func add(
    _ file: Google_Protobuf_FileDescriptorProto
  ) throws(DescriptorError) -> Bool {
    if let present = files[file.name] {
      guard present == file else { throw .conflictingFile(file.name) }
      return false
    }
    guard files.count < limits.filesMax else {
      throw .limitExceeded(limit: "files in a pool", max: limits.filesMax)
    }
    // All that can fail happens before the pool changes.
    commit(file, try FileIndex.contents(of: file, for: self))
    return true
  }

  /// Adds one serialized `FileDescriptorProto`, as server reflection returns it.
  @discardableResult
  public mutating func add(serializedFile bytes: [UInt8]) throws(DescriptorError) -> Bool {
    guard bytes.count <= limits.fileSizeMax else {
      throw .limitExceeded(limit: "the size of a file descriptor", max: limits.fileSizeMax)
    }
    guard let file = try? Google_Protobuf_FileDescriptorProto(serializedBytes: bytes) else {
      throw .malformed("google.protobuf.FileDescriptorProto")
    }
    return try add(file)
  }

  private mutating func commit(
    _ file: Google_Protobuf_FileDescriptorProto, _ contents: FileIndex.Contents
  ) {
    let name = file.name
    files[name] = file
    fileNames.append(name)
    for symbol in contents.symbols { fileBySymbol[symbol] = name }
    for (type, slot) in contents.newSlots { slotByName[type] = slot }
    slots += Array(repeating: .missing, count: contents.newSlots.count)
    for message in contents.messages { slots[message.slot] = .message(message) }
    for (slot, enumeration) in contents.enumerations { slots[slot] = .enumeration(enumeration) }
    for service in contents.services { servicesByName[service.fullName] = service }
    for (extendee, field) in contents.extensions {
      extensionsByName[field.fullName] = field
      extensionsBySlot[extendee, default: [:]][field.number] = field
    }
  }
}
