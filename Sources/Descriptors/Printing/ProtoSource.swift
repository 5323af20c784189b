internal import SwiftProtobuf

extension DescriptorPool {
  /// The declaration of a service, method, message, field or enum as `.proto` source, with its
  /// leading comments where the descriptor still has them.
  public func describe(_ symbol: String) throws(DescriptorError) -> String {
    guard let file = file(containing: symbol) else { throw .unknownSymbol(symbol) }
    let package = file.package.isEmpty ? 0 : file.package.split(separator: ".").count
    let name = symbol.split(separator: ".").map(String.init).dropFirst(package)
    guard let declaration = Declaration(name, in: file) else {
      // An enum's values are its siblings, and are shown with it.
      guard let type = enumeration(declaring: symbol, in: file) else {
        throw .unknownSymbol(symbol)
      }
      return try describe(type.fullName)
    }
    var source = ProtoSource(file: file)
    source.print(declaration)
    return source.text
  }

  private func enumeration(
    declaring value: String, in file: Google_Protobuf_FileDescriptorProto
  ) -> EnumDescriptor? {
    let (scope, name) = value.splitAtLastDot
    return slots.lazy.compactMap { slot in
      guard case .enumeration(let type) = slot, type.file == file.name,
        type.fullName.splitAtLastDot.scope == scope, type.number(of: name) != nil
      else { return nil }
      return type
    }.first
  }
}

extension String {
  fileprivate var splitAtLastDot: (scope: Substring, name: String) {
    guard let dot = lastIndex(of: ".") else { return ("", self) }
    return (self[..<dot], String(self[index(after: dot)...]))
  }
}

/// Writes declarations of one file as `.proto` source.
struct ProtoSource {
  private(set) var text = ""
  private var depth = 0
  private let file: Google_Protobuf_FileDescriptorProto
  private let comments: Comments

  init(file: Google_Protobuf_FileDescriptorProto) {
    self.file = file
    comments = Comments(file)
  }

  mutating func print(_ declaration: Declaration) {
    let path = declaration.path
    switch declaration.kind {
    case .message(let message): print(message, path)
    case .enumeration(let type): print(type, path)
    case .service(let service): print(service, path)
    case .method(let method): print(method, path)
    case .field(let field): print(field, in: nil, path)
    }
  }

  private mutating func line(_ text: String) {
    self.text += String(repeating: "  ", count: depth) + text + "\n"
  }

  private mutating func comment(at path: [Int32]) {
    for text in comments.lines(at: path) { line(text.isEmpty ? "//" : "// \(text)") }
  }

  private mutating func block(_ head: String, _ body: (inout ProtoSource) -> Void) {
    let outer = text
    text = ""
    depth += 1
    body(&self)
    depth -= 1
    let inner = text
    text = outer
    guard !inner.isEmpty else { return line(head + " {}") }
    line(head + " {")
    text += inner
    line("}")
  }

  /// A type as the file would name it: without the package that it shares.
  private func shortened(_ type: String) -> String {
    let name = type.hasPrefix(".") ? String(type.dropFirst()) : type
    let prefix = file.package + "."
    return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
  }
}

// MARK: - Services and enums

extension ProtoSource {
  private mutating func print(_ service: Google_Protobuf_ServiceDescriptorProto, _ path: [Int32]) {
    comment(at: path)
    block("service \(service.name)") { source in
      if service.options.deprecated { source.line("option deprecated = true;") }
      for (index, method) in service.method.enumerated() {
        source.print(method, path + [PathStep.methodInService, Int32(index)])
      }
    }
  }

  private mutating func print(_ method: Google_Protobuf_MethodDescriptorProto, _ path: [Int32]) {
    comment(at: path)
    let input = (method.clientStreaming ? "stream " : "") + shortened(method.inputType)
    let output = (method.serverStreaming ? "stream " : "") + shortened(method.outputType)
    let head = "rpc \(method.name)(\(input)) returns (\(output))"
    var options: [String] = []
    switch method.options.idempotencyLevel {
    case .idempotencyUnknown: break
    case .noSideEffects: options.append("option idempotency_level = NO_SIDE_EFFECTS;")
    case .idempotent: options.append("option idempotency_level = IDEMPOTENT;")
    }
    if method.options.deprecated { options.append("option deprecated = true;") }
    guard !options.isEmpty else { return line(head + ";") }
    block(head) { source in
      for option in options { source.line(option) }
    }
  }

  private mutating func print(_ type: Google_Protobuf_EnumDescriptorProto, _ path: [Int32]) {
    comment(at: path)
    block("enum \(type.name)") { source in
      if type.options.allowAlias { source.line("option allow_alias = true;") }
      if type.options.deprecated { source.line("option deprecated = true;") }
      for (index, value) in type.value.enumerated() {
        source.comment(at: path + [PathStep.valueInEnum, Int32(index)])
        let options = value.options.deprecated ? " [deprecated = true]" : ""
        source.line("\(value.name) = \(value.number)\(options);")
      }
      // Unlike a message's, these ranges include their end.
      source.reserved(
        type.reservedRange.map { ($0.start, $0.end) }, type.reservedName, max: .max)
    }
  }

  private mutating func reserved(
    _ ranges: [(start: Int32, end: Int32)], _ names: [String], max: Int32
  ) {
    if !ranges.isEmpty { line("reserved \(Self.text(of: ranges, max: max));") }
    if !names.isEmpty {
      line("reserved \(names.map { "\"\($0)\"" }.joined(separator: ", "));")
    }
  }

  private static func text(of ranges: [(start: Int32, end: Int32)], max: Int32) -> String {
    ranges.map { range in
      if range.start == range.end { return "\(range.start)" }
      return "\(range.start) to \(range.end >= max ? "max" : "\(range.end)")"
    }.joined(separator: ", ")
  }
}

// MARK: - Messages

extension ProtoSource {
  private mutating func print(_ message: Google_Protobuf_DescriptorProto, _ path: [Int32]) {
    comment(at: path)
    block("message \(message.name)") { source in source.printBody(of: message, path) }
  }

  private mutating func printBody(of message: Google_Protobuf_DescriptorProto, _ path: [Int32]) {
    if message.options.deprecated { line("option deprecated = true;") }
    var printed: Set<Int32> = []
    for (index, field) in message.field.enumerated() {
      guard field.hasOneofIndex, !field.proto3Optional else {
        print(field, in: message, path + [PathStep.fieldInMessage, Int32(index)])
        continue
      }
      guard printed.insert(field.oneofIndex).inserted else { continue }
      printOneof(field.oneofIndex, in: message, path)
    }
    for (index, field) in message.extension.enumerated() {
      print(field, in: message, path + [PathStep.extensionInMessage, Int32(index)])
    }
    for (index, type) in message.enumType.enumerated() {
      print(type, path + [PathStep.enumInMessage, Int32(index)])
    }
    for (index, nested) in message.nestedType.enumerated()
    where !nested.options.mapEntry && !isGroup(nested, of: message) {
      print(nested, path + [PathStep.messageInMessage, Int32(index)])
    }
    // The ends in descriptors are exclusive. `max` is the largest number of a field.
    let ranges = message.extensionRange.map { ($0.start, $0.end &- 1) }
    if !ranges.isEmpty { line("extensions \(Self.text(of: ranges, max: 0x1FFF_FFFF));") }
    reserved(
      message.reservedRange.map { ($0.start, $0.end &- 1) }, message.reservedName,
      max: 0x1FFF_FFFF)
  }

  private mutating func printOneof(
    _ oneof: Int32, in message: Google_Protobuf_DescriptorProto, _ path: [Int32]
  ) {
    comment(at: path + [PathStep.oneofInMessage, oneof])
    block("oneof \(message.oneofDecl[Int(oneof)].name)") { source in
      for (index, field) in message.field.enumerated()
      where field.hasOneofIndex && field.oneofIndex == oneof {
        source.print(field, in: message, path + [PathStep.fieldInMessage, Int32(index)])
      }
    }
  }

  private mutating func print(
    _ field: Google_Protobuf_FieldDescriptorProto, in message: Google_Protobuf_DescriptorProto?,
    _ path: [Int32]
  ) {
    if field.hasExtendee {
      comment(at: path)
      return block("extend \(shortened(field.extendee))") { source in
        source.line(source.head(of: field, in: message) + ";")
      }
    }
    comment(at: path)
    if field.type == .group, let message, let group = body(of: field, in: message) {
      return block(head(of: field, in: message)) { source in
        let path = path.dropLast(2) + [PathStep.messageInMessage, Int32(group.index)]
        source.printBody(of: group.message, Array(path))
      }
    }
    line(head(of: field, in: message) + ";")
  }

  private func head(
    of field: Google_Protobuf_FieldDescriptorProto, in message: Google_Protobuf_DescriptorProto?
  ) -> String {
    if let message, let entry = body(of: field, in: message)?.message, entry.options.mapEntry,
      entry.field.count == 2
    {
      let types = "\(type(of: entry.field[0])), \(type(of: entry.field[1]))"
      return "map<\(types)> \(field.name) = \(field.number)\(options(of: field))"
    }
    let name = field.type == .group ? shortenedGroup(field) : "\(type(of: field)) \(field.name)"
    return "\(label(of: field))\(name) = \(field.number)\(options(of: field))"
  }

  private func type(of field: Google_Protobuf_FieldDescriptorProto) -> String {
    field.typeName.isEmpty ? FieldKind(field.type).keyword : shortened(field.typeName)
  }

  private func label(of field: Google_Protobuf_FieldDescriptorProto) -> String {
    switch field.label {
    case .repeated: "repeated "
    case .required: "required "
    case .optional:
      field.proto3Optional || (isProto2 && !field.hasOneofIndex) ? "optional " : ""
    }
  }

  private var isProto2: Bool { file.syntax.isEmpty || file.syntax == "proto2" }

  private func options(of field: Google_Protobuf_FieldDescriptorProto) -> String {
    var options: [String] = []
    if field.hasDefaultValue { options.append("default = \(defaultText(of: field))") }
    if field.hasJsonName, !field.hasExtendee, field.jsonName != field.name.lowerCamelCase {
      options.append("json_name = \"\(field.jsonName)\"")
    }
    if field.options.hasPacked { options.append("packed = \(field.options.packed)") }
    if field.options.deprecated { options.append("deprecated = true") }
    return options.isEmpty ? "" : " [\(options.joined(separator: ", "))]"
  }

  /// Bytes come escaped in the descriptor, strings do not.
  private func defaultText(of field: Google_Protobuf_FieldDescriptorProto) -> String {
    switch field.type {
    case .bytes: return "\"\(field.defaultValue)\""
    case .string:
      var writer = JSONWriter(pretty: false)
      writer.string(field.defaultValue)
      return String(decoding: writer.output, as: UTF8.self)
    default: return field.defaultValue
    }
  }
}

// MARK: - Map entries and groups

extension ProtoSource {
  /// The nested message that a map or group field declares by itself.
  private func body(
    of field: Google_Protobuf_FieldDescriptorProto, in message: Google_Protobuf_DescriptorProto
  ) -> (message: Google_Protobuf_DescriptorProto, index: Int)? {
    guard field.type == .group || field.label == .repeated else { return nil }
    let suffix = ".\(message.name)."
    guard let dot = field.typeName.lastIndex(of: "."),
      field.typeName[...dot].hasSuffix(suffix)
    else { return nil }
    let name = field.typeName[field.typeName.index(after: dot)...]
    guard let index = message.nestedType.firstIndex(where: { $0.name == name }),
      field.type == .group || message.nestedType[index].options.mapEntry
    else { return nil }
    return (message.nestedType[index], index)
  }

  private func isGroup(
    _ nested: Google_Protobuf_DescriptorProto, of message: Google_Protobuf_DescriptorProto
  ) -> Bool {
    message.field.contains { field in
      field.type == .group && body(of: field, in: message)?.message.name == nested.name
    }
  }

  private func shortenedGroup(_ field: Google_Protobuf_FieldDescriptorProto) -> String {
    let name = field.typeName.split(separator: ".").last ?? ""
    return "group \(name)"
  }
}
