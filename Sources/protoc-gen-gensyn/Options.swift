internal import SwiftProtobufPluginLibrary

/// What the caller of protoc chose with `--gensyn_opt=Name=Value`; names and values are those of
/// protoc-gen-swift where it has the same option.
struct Options {
  enum Visibility: String {
    case `public`, package, `internal`

    /// What stands in front of a declaration.
    var modifier: String { self == .internal ? "" : "\(rawValue) " }
  }

  enum FileNaming: String {
    case fullPath = "fullpath"
    case pathToUnderscores = "pathtounderscores"
    case dropPath = "droppath"
  }

  private(set) var visibility = Visibility.internal
  private(set) var fileNaming = FileNaming.fullPath
  private(set) var server = true
  private(set) var client = true
  private(set) var fakes = true
  private(set) var accessLevelOnImports = false
  /// The module that holds the RPC types.
  private(set) var module = "RPC"
  private(set) var mappings = ProtoFileToModuleMappings()

  init(_ pairs: [(key: String, value: String)]) throws {
    for (key, value) in pairs {
      switch key {
      case "Visibility": visibility = try Self.choice(key, value)
      case "FileNaming": fileNaming = try Self.choice(key, value)
      case "Server": server = try Self.flag(key, value)
      case "Client": client = try Self.flag(key, value)
      case "Fakes": fakes = try Self.flag(key, value)
      case "UseAccessLevelOnImports": accessLevelOnImports = try Self.flag(key, value)
      case "Module": module = value
      case "ProtoPathModuleMappings": mappings = try ProtoFileToModuleMappings(path: value)
      default: throw Refusal("unknown option \(key)")
      }
    }
    if fakes, !server { fakes = false }
  }

  /// The import of a module whose types appear in declarations of the chosen visibility.
  func importLine(_ module: String) -> String {
    accessLevelOnImports ? "\(visibility.rawValue) import \(module)" : "import \(module)"
  }

  /// Where the code for a proto file goes; `base` replaces the file's own name.
  func fileName(for path: String, base: String? = nil) -> String {
    var directories = path.split(separator: "/").map(String.init)
    let own = directories.removeLast().removingSuffix(".proto")
    let name = "\(base ?? own).gensyn.swift"
    return switch fileNaming {
    case .dropPath: name
    case .fullPath: (directories + [name]).joined(separator: "/")
    // The namespace's name holds the path already.
    case .pathToUnderscores: base == nil ? (directories + [name]).joined(separator: "_") : name
    }
  }

  private static func flag(_ key: String, _ value: String) throws -> Bool {
    switch value.lowercased() {
    case "", "true", "1": true
    case "false", "0": false
    default: throw Refusal("\(key) is true or false, not \(value)")
    }
  }

  private static func choice<Choice: RawRepresentable<String>>(
    _ key: String, _ value: String
  ) throws -> Choice {
    let normalized = value.lowercased().replacing("_", with: "")
    guard let choice = Choice(rawValue: normalized) else {
      throw Refusal("\(key) cannot be \(value)")
    }
    return choice
  }
}
