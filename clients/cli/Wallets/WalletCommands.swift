internal import ArgumentParser
internal import Files
internal import FoundationEssentials
internal import KeyDerivation
internal import Primitives
internal import Secp256k1
internal import Sodium
internal import Wallet

struct WalletCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wallet", abstract: "Keeps the keys of Ethereum accounts, and signs with them.",
    discussion: """
      A wallet is a keystore file of version 3, encrypted with a password, in the folder that \
      GENSYN_WALLETS names or wallets beside the configuration; other tools read it too.
      """,
    subcommands: [
      NewWallet.self, ImportWallet.self, ListWallets.self, ShowWalletAddress.self,
      SignMessage.self, SignTypedData.self, ExportWallet.self,
    ])
}

extension WalletFolder {
  func save(
    _ name: String, _ key: borrowing AccountKey, _ password: [UInt8], isLight: Bool
  ) throws {
    let text = try Keystore.encrypt(
      key, password: password.span, cost: isLight ? .light : .standard, salt: randomBytes(32),
      counter: randomBytes(16), identifier: randomBytes(16))
    try write(name, text)
    Note.write("wrote \(try file(name))")
  }

  func open(_ name: String, _ password: WalletPassword) throws -> AccountKey {
    let text = try read(name)
    let secret = try password.read("Password of \(name): ")
    do {
      return try Keystore.decrypt(text, password: secret.span)
    } catch {
      throw UserError("\(name): \(error)")
    }
  }
}

struct NewWallet: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Makes a key and shows its address.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var password: WalletPassword

  @Flag(help: "Make guessing the password cheap: for tests and small machines.")
  var light = false

  @Argument(help: "The wallet's name.") var name: String

  func run() async throws {
    let folder = try WalletFolder()
    let key = try AccountKey()
    try folder.save(name, key, try password.readNew(), isLight: light)
    let address = "\(key.address)"
    try Printer(options).show(
      json: ["name": .string(name), "address": .string(address)], text: address)
  }
}

struct ImportWallet: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Takes over a key: of hexadecimal digits, of another keystore or of a phrase.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var password: WalletPassword

  @Option(
    help: ArgumentHelp("A file with 64 hexadecimal digits, or a keystore.", valueName: "file"),
    completion: .file())
  var secretFile: String?

  @Option(
    help: ArgumentHelp("A file with a phrase of words (BIP-39).", valueName: "file"),
    completion: .file())
  var phraseFile: String?

  @Option(help: "Which of the phrase's accounts: m/44'/60'/0'/0/INDEX.")
  var index: UInt32 = 0

  @Flag(help: "Make guessing the password cheap: for tests and small machines.")
  var light = false

  @Argument(help: "The wallet's name.") var name: String

  func validate() throws {
    guard (secretFile == nil) != (phraseFile == nil) else {
      throw ValidationError("give --secret-file or --phrase-file")
    }
  }

  func run() async throws {
    let folder = try WalletFolder()
    let key = try readKey()
    try folder.save(name, key, try password.readNew(), isLight: light)
    let address = "\(key.address)"
    try Printer(options).show(
      json: ["name": .string(name), "address": .string(address)], text: address)
  }

  private func readKey() throws -> AccountKey {
    let path = secretFile ?? phraseFile ?? ""
    guard let text = try File.userContents(of: path, sizeMax: 64 << 10) else {
      throw UserError("there is no file \(path)")
    }
    let line = text.trimmingSpace
    if phraseFile != nil { return try DerivedKey(phrase: line.span).account(index) }
    if line.first == UInt8(ascii: "{") {
      let secret = try password.read("Password of \(path): ")
      return try Keystore.decrypt(text, password: secret.span)
    }
    guard let bytes = SecretBytes(hex: line.span), bytes.count == AccountKey.byteCount else {
      throw UserError("\(path) holds neither 64 hexadecimal digits nor a keystore")
    }
    return try AccountKey(bytes)
  }
}

extension [UInt8] {
  /// Without blanks and line ends around.
  fileprivate var trimmingSpace: [UInt8] {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let start = drop(while: isSpace)
    return Array(start.reversed().drop(while: isSpace).reversed())
  }
}

struct ListWallets: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the wallets and their addresses.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let folder = try WalletFolder()
    var table = Table("NAME", "ADDRESS")
    for name in try folder.names() {
      let address = Keystore.address(of: try folder.read(name)).map { "\($0)" } ?? "unknown"
      table.add(
        name, address, json: ["name": .string(name), "address": .string(address)])
    }
    try Printer(options).table(table)
  }
}

struct ShowWalletAddress: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "address", abstract: "Shows a wallet's address.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The wallet's name.") var name: String

  func run() async throws {
    let text = try WalletFolder().read(name)
    guard let address = Keystore.address(of: text) else {
      throw UserError("the keystore does not say whose it is")
    }
    try Printer(options).show(json: ["address": .string("\(address)")], text: "\(address)")
  }
}

struct SignMessage: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Signs a message as personal_sign does (EIP-191).")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var account: SigningAccount

  @Flag(help: "The message is hexadecimal digits.") var hex = false

  @Argument(help: "The message.") var message: String

  func run() async throws {
    let bytes = hex ? try Hex.decode(message) : Array(message.utf8)
    let key = try account.key()
    let signature = Hex.encode(key.sign(message: bytes).bytes, prefix: true)
    try Printer(options).show(
      json: ["signature": .string(signature), "address": .string("\(key.address)")],
      text: signature)
  }
}

struct SignTypedData: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign-typed", abstract: "Signs structured data (EIP-712).")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var account: SigningAccount

  @Argument(help: "The JSON document, as eth_signTypedData_v4 takes it.", completion: .file())
  var file: String

  func run() async throws {
    guard let text = try File.userContents(of: file, sizeMax: 4 << 20) else {
      throw UserError("there is no file \(file)")
    }
    let key = try account.key()
    let signature: String
    do {
      signature = Hex.encode(try key.sign(try TypedData(json: text)).bytes, prefix: true)
    } catch {
      throw UserError("\(file): \(error)")
    }
    try Printer(options).show(
      json: ["signature": .string(signature), "address": .string("\(key.address)")],
      text: signature)
  }
}

struct ExportWallet: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes a wallet's keystore, for another program.",
    discussion: "What is written stays encrypted with the wallet's password.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The wallet's name.") var name: String

  func run() async throws {
    let text = String(decoding: try WalletFolder().read(name), as: UTF8.self)
    try Printer(options).show(json: .raw(text), text: text)
  }
}
