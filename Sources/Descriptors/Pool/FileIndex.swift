internal import SwiftProtobuf

/// Reads and checks one file in full, before the pool changes.
struct FileIndex {
  /// What the file would add to the pool.
  struct Contents {
    var symbols: Set<String> = []
    var newSlots: [String: Int] = [:]
    var messages: [MessageDescriptor] = []
    var enumerations: [(slot: Int, type: EnumDescriptor)] = []
    var services: [ServiceDescriptor] = []
    var extensions: [(extendee: Int, field: FieldDescriptor)] = []
  }

  private let file: Google_Protobuf_FileDescriptorProto
  private let pool: DescriptorPool
  private var contents = Contents()
  private var extensionNumbers: Set<ExtensionNumber> = []

  private struct ExtensionNumber: Hashable {
    var extendee: Int
    var number: Int
  }

  private init(file: Google_Protobuf_FileDescriptorProto, pool: DescriptorPool) {
    self.file = file
    self.pool = pool
  }

  static func contents(
    of file: Google_Protobuf_FileDescriptorProto, for pool: DescriptorPool
  ) throws(DescriptorError) -> Contents {
    var index = FileIndex(file: file, pool: pool)
    try index.read()
    return index.contents
  }

  private mutating func read() throws(DescriptorError) {
    if !file.package.isEmpty {
      for part in file.package.split(separator: ".", omittingEmptySubsequences: false) {
        try check(name: String(part))
      }
    }
    let features = Features(file: file)
    for message in file.messageType {
      try read(message, in: file.package, features: features, depth: 0)
    }
    for type in file.enumType { try read(type, in: file.package, features: features) }
    for field in file.extension { try readExtension(field, in: file.package, features: features) }
    for service in file.service { try read(service) }
  }
}

// MARK: - Types and services

extension FileIndex {
  private mutating func read(
    _ proto: Google_Protobuf_DescriptorProto, in scope: String, features: Features, depth: Int
  ) throws(DescriptorError) {
    guard depth < pool.limits.nestingMax else {
      throw .limitExceeded(limit: "the nesting of messages", max: pool.limits.nestingMax)
    }
    let fullName = try declare(proto.name, in: scope)
    let features = features.overridden(by: proto.options.features)
    for oneof in proto.oneofDecl { try declare(oneof.name, in: fullName) }
    let table = try fields(of: proto, fullName: fullName, features: features)
    let message = MessageDescriptor(
      fullName: fullName, file: file.name, fields: table.fields, indexByName: table.indexByName,
      oneofs: proto.oneofDecl.map(\.name), isMapEntry: proto.options.mapEntry,
      extensionRanges: try extensionRanges(of: proto, fullName: fullName),
      slot: try slot(of: fullName))
    if message.isMapEntry { try check(mapEntry: message) }
    contents.messages.append(message)

    for nested in proto.nestedType {
      try read(nested, in: fullName, features: features, depth: depth + 1)
    }
    for type in proto.enumType { try read(type, in: fullName, features: features) }
    for field in proto.extension { try readExtension(field, in: fullName, features: features) }
  }

  private mutating func read(
    _ proto: Google_Protobuf_EnumDescriptorProto, in scope: String, features: Features
  ) throws(DescriptorError) {
    let fullName = try declare(proto.name, in: scope)
    guard !proto.value.isEmpty else {
      throw .badDeclaration(fullName, reason: "an enum has at least one value")
    }
    // As in C++, the values are siblings of their enum, not its children.
    for value in proto.value { try declare(value.name, in: scope) }
    let type = EnumDescriptor(
      fullName: fullName, file: file.name,
      values: proto.value.map { .init(name: $0.name, number: $0.number) },
      isClosed: features.overridden(by: proto.options.features).hasClosedEnums)
    contents.enumerations.append((try slot(of: fullName), type))
  }

  private mutating func read(
    _ proto: Google_Protobuf_ServiceDescriptorProto
  ) throws(DescriptorError) {
    let fullName = try declare(proto.name, in: file.package)
    var methods: [MethodDescriptor] = []
    for method in proto.method {
      try declare(method.name, in: fullName)
      methods.append(
        MethodDescriptor(
          name: method.name, service: fullName,
          input: try resolved(method.inputType, of: method.name),
          output: try resolved(method.outputType, of: method.name),
          streamsInput: method.clientStreaming, streamsOutput: method.serverStreaming,
          idempotency: .init(method.options.idempotencyLevel)))
    }
    contents.services.append(
      ServiceDescriptor(fullName: fullName, file: file.name, methods: methods))
  }

  private func extensionRanges(
    of proto: Google_Protobuf_DescriptorProto, fullName: String
  ) throws(DescriptorError) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for range in proto.extensionRange {
      guard range.start > 0, range.start < range.end else {
        throw .badNumber(Int(range.start), in: fullName)
      }
      ranges.append(Int(range.start)..<Int(range.end))
    }
    return ranges
  }

  private func check(mapEntry message: MessageDescriptor) throws(DescriptorError) {
    guard message.fields.map(\.number) == [1, 2], message.fields.allSatisfy({ !$0.isRepeated }),
      message.fields[0].kind.mayBeMapKey, message.fields[1].kind != .group
    else {
      throw .badDeclaration(message.fullName, reason: "a map entry has a key and a value")
    }
  }
}

// MARK: - Fields

extension FileIndex {
  private mutating func fields(
    of proto: Google_Protobuf_DescriptorProto, fullName: String, features: Features
  ) throws(DescriptorError) -> (fields: [FieldDescriptor], indexByName: [String: Int]) {
    var jsonNames: Set<String> = []
    var fields: [FieldDescriptor] = []
    for field in proto.field {
      try declare(field.name, in: fullName)
      var jsonName = field.hasJsonName ? field.jsonName : field.name.lowerCamelCase
      // Names that differ only in case may collide in JSON; the later field keeps its own.
      if !jsonNames.insert(jsonName).inserted { jsonName = field.name }
      let oneof = try oneof(of: field, in: proto, fullName: fullName)
      fields.append(
        try self.field(
          field, fullName: "\(fullName).\(field.name)", jsonName: jsonName,
          features: features, oneof: oneof, numberMax: Self.fieldNumberMax))
    }
    fields.sort { $0.number < $1.number }
    for (field, next) in zip(fields, fields.dropFirst()) where field.number == next.number {
      throw .duplicateNumber(field.number, in: fullName)
    }
    var indexByName: [String: Int] = [:]
    for (index, field) in fields.enumerated() { indexByName[field.name] = index }
    for (index, field) in fields.enumerated() { indexByName[field.jsonName] = index }
    return (fields, indexByName)
  }

  private mutating func readExtension(
    _ proto: Google_Protobuf_FieldDescriptorProto, in scope: String, features: Features
  ) throws(DescriptorError) {
    let fullName = try declare(proto.name, in: scope)
    let extendee = try slot(of: resolved(proto.extendee, of: fullName))
    let field = try field(
      proto, fullName: fullName, jsonName: "[\(fullName)]", features: features, oneof: nil,
      numberMax: Int(Int32.max))
    let key = ExtensionNumber(extendee: extendee, number: field.number)
    guard extensionNumbers.insert(key).inserted,
      pool.extensionsBySlot[extendee]?[field.number] == nil
    else { throw .duplicateNumber(field.number, in: proto.extendee) }
    contents.extensions.append((extendee, field))
  }

  private mutating func field(
    _ proto: Google_Protobuf_FieldDescriptorProto, fullName: String, jsonName: String,
    features: Features, oneof: Int?, numberMax: Int
  ) throws(DescriptorError) -> FieldDescriptor {
    guard proto.number >= 1, proto.number <= numberMax else {
      throw .badNumber(Int(proto.number), in: fullName)
    }
    guard proto.hasType else {
      throw .badDeclaration(fullName, reason: "the field has no type")
    }
    let features = features.overridden(by: proto.options.features)
    var kind = FieldKind(proto.type)
    var typeName: String?
    if kind.isMessage || kind == .enumeration {
      typeName = try resolved(proto.typeName, of: fullName)
    }
    // An edition says "delimited" where proto2 said "group"; a map never is.
    if kind == .message, features.isDelimited, !isMapEntry(typeName) { kind = .group }
    let isRepeated = proto.label == .repeated
    return FieldDescriptor(
      name: proto.name, fullName: fullName, jsonName: jsonName, number: Int(proto.number),
      kind: kind, isRepeated: isRepeated,
      isRequired: proto.label == .required || (features.isRequired && !isRepeated),
      isPacked: isRepeated && kind.isPackable
        && (proto.options.hasPacked ? proto.options.packed : features.isPacked),
      hasPresence: !isRepeated
        && (kind.isMessage || proto.hasOneofIndex || proto.proto3Optional
          || proto.hasExtendee || features.hasExplicitPresence),
      oneof: oneof, isExtension: proto.hasExtendee, typeName: typeName,
      typeSlot: try typeName.map { (name) throws(DescriptorError) in try slot(of: name) } ?? -1)
  }

  private func oneof(
    of field: Google_Protobuf_FieldDescriptorProto, in proto: Google_Protobuf_DescriptorProto,
    fullName: String
  ) throws(DescriptorError) -> Int? {
    guard field.hasOneofIndex else { return nil }
    guard proto.oneofDecl.indices.contains(Int(field.oneofIndex)), field.label != .repeated else {
      throw .badDeclaration("\(fullName).\(field.name)", reason: "the field's oneof is invalid")
    }
    return field.proto3Optional ? nil : Int(field.oneofIndex)
  }

  private func isMapEntry(_ typeName: String?) -> Bool {
    // A map's entry is declared inside the message of the field, so in this very file.
    guard let typeName else { return false }
    var scope = file.package
    var types = file.messageType
    while let type = types.first(where: {
      let name = scope.isEmpty ? $0.name : "\(scope).\($0.name)"
      return typeName == name || typeName.hasPrefix(name + ".")
    }) {
      scope = scope.isEmpty ? type.name : "\(scope).\(type.name)"
      if typeName == scope { return type.options.mapEntry }
      types = type.nestedType
    }
    return false
  }

  /// The largest number that a tag can carry.
  private static let fieldNumberMax = (1 << 29) - 1
}

// MARK: - Names

extension FileIndex {
  /// Enters a declaration into the file's list of symbols and returns its full name.
  @discardableResult
  private mutating func declare(
    _ name: String, in scope: String
  ) throws(DescriptorError) -> String {
    try check(name: name)
    let fullName = scope.isEmpty ? name : "\(scope).\(name)"
    guard pool.fileBySymbol[fullName] == nil, contents.symbols.insert(fullName).inserted else {
      throw .duplicateSymbol(fullName, file: file.name)
    }
    guard pool.fileBySymbol.count + contents.symbols.count <= pool.limits.symbolsMax else {
      throw .limitExceeded(limit: "symbols in a pool", max: pool.limits.symbolsMax)
    }
    return fullName
  }

  private func check(name: String) throws(DescriptorError) {
    let isName =
      name.utf8.allSatisfy { $0.isIdentifierPart } && name.utf8.first.map { !$0.isDigit } == true
    guard isName else { throw .badName(name, file: file.name) }
  }

  /// The type that a reference means; compilers write them fully qualified, with a leading dot.
  private func resolved(
    _ reference: String, of user: String
  ) throws(DescriptorError) -> String {
    guard reference.first == ".", reference.utf8.count > 1 else {
      throw .badDeclaration(user, reason: "\"\(reference)\" is not a fully qualified type name")
    }
    return String(reference.dropFirst())
  }

  /// Where the pool keeps, or will keep, a type.
  private mutating func slot(of name: String) throws(DescriptorError) -> Int {
    if let slot = pool.slotByName[name] ?? contents.newSlots[name] { return slot }
    let slot = pool.slots.count + contents.newSlots.count
    guard slot < pool.limits.symbolsMax else {
      throw .limitExceeded(limit: "types in a pool", max: pool.limits.symbolsMax)
    }
    contents.newSlots[name] = slot
    return slot
  }
}

extension MethodDescriptor.Idempotency {
  init(_ level: Google_Protobuf_MethodOptions.IdempotencyLevel) {
    self =
      switch level {
      case .idempotencyUnknown: .unknown
      case .noSideEffects: .noSideEffects
      case .idempotent: .idempotent
      }
  }
}
