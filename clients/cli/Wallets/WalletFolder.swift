internal import Files
internal import FoundationEssentials
internal import Wallet

/// The keystores of a person: one file each, that nobody else can read.
struct WalletFolder {
  /// A keystore has a few hundred bytes.
  private static let sizeMax = 64 << 10

  let path: String

  init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    if let path = environment["GENSYN_WALLETS"] {
      self.path = path
    } else if let folder = ConfigurationFile.folder(environment) {
      path = "\(folder)/wallets"
    } else {
      throw UserError("neither GENSYN_WALLETS nor HOME says where wallets lie")
    }
  }

  func file(_ name: String) throws -> String {
    guard !name.isEmpty, name.utf8.count <= 100, name != ".", name != "..",
      name.allSatisfy({ $0.isLetter || $0.isNumber || "-_.@".contains($0) })
    else { throw UserError("a wallet's name has letters, digits and -_.@ alone: \"\(name)\"") }
    return "\(path)/\(name).json"
  }

  func names() throws -> [String] {
    guard try Directory.kind(of: path) != nil else { return [] }
    return try Directory.names(in: path).filter { $0.hasSuffix(".json") }
      .map { String($0.dropLast(5)) }
  }

  func read(_ name: String) throws -> [UInt8] {
    let file = try file(name)
    guard let text = try File.userContents(of: file, sizeMax: Self.sizeMax) else {
      throw UserError("there is no wallet \"\(name)\" in \(path)")
    }
    return text
  }

  /// Writes a new keystore, complete and on the disk or not at all, with mode 0600.
  func write(_ name: String, _ text: [UInt8]) throws {
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += "/\(part)"
      if try Directory.kind(of: folder) == nil { try Directory.create(folder) }
    }
    try Directory.create(path)
    let target = try file(name)
    guard try Directory.kind(of: target) == nil else {
      throw UserError("there is a wallet \"\(name)\" already")
    }
    let temporary = "\(target).new"
    try Directory.removeFile(temporary)
    do {
      let file = try File(temporary, .replace, permissions: 0o600)
      try file.write(text.span, at: 0)
      try file.synchronize()
    }
    try Directory.rename(temporary, to: target)
    try Directory.synchronize(path)
  }
}
