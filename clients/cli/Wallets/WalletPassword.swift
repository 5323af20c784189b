internal import ArgumentParser
internal import Console
internal import Files
internal import FoundationEssentials

/// Where a keystore's password comes from.
struct WalletPassword: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read the wallet's password from the first line of this file.",
      discussion: "Otherwise GENSYN_WALLET_PASSWORD, or the terminal asks.", valueName: "file"),
    completion: .file())
  var passwordFile: String?

  private static let sizeMax = 4096

  /// The bytes of the password.
  func read(_ prompt: String) throws -> [UInt8] {
    if let passwordFile {
      guard let text = try File.userContents(of: passwordFile, sizeMax: Self.sizeMax) else {
        throw UserError("there is no file \(passwordFile)")
      }
      return Array(text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
    }
    if let text = ProcessInfo.processInfo.environment["GENSYN_WALLET_PASSWORD"] {
      return Array(text.utf8)
    }
    guard let bytes = PasswordPrompt.read(prompt) else {
      throw UserError(
        "no terminal to ask for the password: use --password-file or GENSYN_WALLET_PASSWORD")
    }
    return bytes
  }

  /// A new password, typed twice where a person types it.
  func readNew() throws -> [UInt8] {
    let first = try read("New password: ")
    guard passwordFile == nil,
      ProcessInfo.processInfo.environment["GENSYN_WALLET_PASSWORD"] == nil
    else { return first }
    guard try read("The same again: ") == first else {
      throw UserError("the two passwords differ")
    }
    return first
  }
}
