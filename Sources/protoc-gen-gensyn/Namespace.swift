internal import SwiftProtobufPluginLibrary

/// The Swift enum that stands for a proto package, and who is called what in it.
struct Namespace {
  /// Such as `Gensyn_Ree_V1`.
  let name: String
  /// The files that are generated, sorted by name.
  let files: [FileDescriptor]
  let services: [Service]
  /// Each top-level message and enum: its name here, and protoc-gen-swift's name.
  let aliases: [(short: String, full: String)]
  /// The enum with the package's files.
  let filesName: String
  private let fileNames: [String: String]
  private let shortNames: [String: String]
  private let mappings: ProtoFileToModuleMappings

  /// The namespaces of the files, sorted by name.
  static func all(
    of files: [FileDescriptor], mappings: ProtoFileToModuleMappings
  ) throws -> [Namespace] {
    let byName = try Dictionary(grouping: files) { file in
      let prefix = SwiftProtobufNamer().typePrefix(forFile: file)
      let name = String(prefix.reversed().drop { $0 == "_" }.reversed())
      guard !name.isEmpty else { throw Refusal("\(file.name) has no package") }
      return name
    }
    return byName.keys.sorted().map { name in
      Namespace(name, byName[name, default: []].sorted { $0.name < $1.name }, mappings)
    }
  }

  private init(_ name: String, _ files: [FileDescriptor], _ mappings: ProtoFileToModuleMappings) {
    self.name = name
    self.files = files
    self.mappings = mappings

    let namer = SwiftProtobufNamer(
      currentFile: files[0], protoFileToModuleMappings: mappings)
    var aliases: [(short: String, full: String)] = []
    for file in files {
      let prefix = namer.typePrefix(forFile: file)
      func add(_ full: String, kind: String) {
        aliases.append((Identifiers.type(String(full.dropFirst(prefix.count)), kind: kind), full))
      }
      for type in file.messages { add(namer.fullName(message: type), kind: "Message") }
      for type in file.enums { add(namer.fullName(enum: type), kind: "Enum") }
    }
    self.aliases = aliases.sorted { $0.short < $1.short }
    shortNames = Dictionary(aliases.map { ($0.full, $0.short) }) { first, _ in first }

    var taken = Set(aliases.map(\.short))
    filesName = Self.take("Files", from: &taken)
    let names = files.flatMap(\.services).map(\.name)
    taken.formUnion(names)
    services = files.flatMap(\.services).map { Service($0, siblings: names, taken: &taken) }
    fileNames = Self.names(of: files)
  }

  private static func take(_ name: String, from taken: inout Set<String>) -> String {
    let name = Identifiers.member(name, avoiding: taken)
    taken.insert(name)
    return name
  }

  /// A property for each file: its base name, or its path where two files share that.
  private static func names(of files: [FileDescriptor]) -> [String: String] {
    func property(_ text: Substring) -> String {
      let words = String(text).removingSuffix(".proto").map {
        $0.isLetter || $0.isNumber ? $0 : "_"
      }
      return Identifiers.member(NamingUtils.toLowerCamelCase(String(words)), avoiding: [])
    }
    let bases = files.map { property($0.name.split(separator: "/").last ?? "") }
    return Dictionary(
      uniqueKeysWithValues: zip(files, bases).map { file, base in
        let isUnique = bases.count { $0 == base } == 1
        return (file.name, isUnique ? base : property(file.name[...]))
      })
  }
}

// MARK: - Names of types

extension Namespace {
  /// The property that holds a file of this namespace.
  func property(of file: FileDescriptor) -> String? {
    fileNames[file.name]
  }

  func name(of message: Descriptor) -> String {
    shortened(namer(for: message.file).fullName(message: message))
  }

  func name(of type: EnumDescriptor) -> String {
    shortened(namer(for: type.file).fullName(enum: type))
  }

  /// A name from another module, qualified where a type of the package hides it.
  func external(_ type: String, from module: String) -> String {
    aliases.contains { $0.short == type } ? "\(module).\(type)" : type
  }

  /// The module that declares the file's types, nil for the one that is generated.
  func module(of file: FileDescriptor) -> String? {
    if SwiftProtobufInfo.isBundledProto(file: file) { return mappings.swiftProtobufModuleName }
    let module = mappings.moduleName(forFile: file)
    return module == mappings.moduleName(forFile: files[0]) ? nil : module
  }

  private func namer(for file: FileDescriptor) -> SwiftProtobufNamer {
    let isBundled = SwiftProtobufInfo.isBundledProto(file: file)
    // The prefix `SwiftProtobuf.` says nothing that the name does not say.
    return SwiftProtobufNamer(
      currentFile: isBundled ? file : files[0], protoFileToModuleMappings: mappings)
  }

  private func shortened(_ full: String) -> String {
    let parts = full.split(separator: ".", maxSplits: 1)
    guard let short = shortNames[String(parts[0])] else { return full }
    return parts.count == 1 ? short : "\(short).\(parts[1])"
  }
}
