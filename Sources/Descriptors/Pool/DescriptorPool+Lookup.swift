public import SwiftProtobuf

// MARK: - Files

extension DescriptorPool {
  /// All files, in the order in which they came.
  public var allFiles: [Google_Protobuf_FileDescriptorProto] {
    fileNames.compactMap { files[$0] }
  }

  public func file(named name: String) -> Google_Protobuf_FileDescriptorProto? {
    files[name]
  }

  /// The file that declares `symbol`: a type, field, enum value, extension, service or method.
  public func file(containing symbol: String) -> Google_Protobuf_FileDescriptorProto? {
    fileBySymbol[symbol].flatMap { files[$0] }
  }

  /// The file that declares the extension of `type` with this number.
  public func file(
    containingExtension number: Int, of type: String
  ) -> Google_Protobuf_FileDescriptorProto? {
    extensionField(number: number, of: type).flatMap { file(containing: $0.fullName) }
  }

  /// A file with everything it imports, directly or not: imports first, the file itself last.
  ///
  /// Files that the pool does not hold are left out; ``missingFiles`` names them.
  public func dependencies(ofFile name: String) -> [Google_Protobuf_FileDescriptorProto] {
    var result: [Google_Protobuf_FileDescriptorProto] = []
    var seen: Set<String> = [name]
    // An explicit stack, since a chain of imports may be as long as the pool.
    var stack: [(file: Google_Protobuf_FileDescriptorProto, next: Int)] = []
    if let file = files[name] { stack.append((file, 0)) }
    while let (file, next) = stack.popLast() {
      guard next < file.dependency.count else {
        result.append(file)
        continue
      }
      stack.append((file, next + 1))
      let dependency = file.dependency[next]
      if seen.insert(dependency).inserted, let imported = files[dependency] {
        stack.append((imported, 0))
      }
    }
    return result
  }

  /// What the pool's files import and the pool does not hold.
  public var missingFiles: [String] {
    var missing: Set<String> = []
    for file in files.values {
      missing.formUnion(file.dependency.lazy.filter { files[$0] == nil })
    }
    return missing.sorted()
  }
}

// MARK: - Symbols

extension DescriptorPool {
  /// All services, by name.
  public var services: [ServiceDescriptor] {
    servicesByName.values.sorted { $0.fullName < $1.fullName }
  }

  public func service(named name: String) -> ServiceDescriptor? { servicesByName[name] }

  /// The method that `name` means: `package.Service.Method`, or with a `/` before the method.
  public func method(named name: String) -> MethodDescriptor? {
    let path = name.first == "/" ? name.dropFirst() : name[...]
    guard let separator = path.lastIndex(where: { $0 == "/" || $0 == "." }) else { return nil }
    return servicesByName[String(path[..<separator])]?
      .method(named: String(path[path.index(after: separator)...]))
  }

  public func message(named name: String) -> MessageDescriptor? {
    guard case .message(let message) = slotByName[name].map({ slots[$0] }) else { return nil }
    return message
  }

  public func enumeration(named name: String) -> EnumDescriptor? {
    guard case .enumeration(let type) = slotByName[name].map({ slots[$0] }) else { return nil }
    return type
  }

  public func extensionField(named name: String) -> FieldDescriptor? { extensionsByName[name] }

  public func extensionField(number: Int, of type: String) -> FieldDescriptor? {
    slotByName[type].flatMap { extensionsBySlot[$0]?[number] }
  }

  /// The numbers of all known extensions of a message.
  public func extensionNumbers(of type: String) -> [Int] {
    slotByName[type].flatMap { extensionsBySlot[$0]?.keys.sorted() } ?? []
  }
}
