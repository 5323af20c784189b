internal import ArgumentParser
internal import Primitives
internal import Wallet

/// The account that a command signs for.
struct SigningAccount: ParsableArguments {
  /// The phrase that development tools share: its accounts are nobody's.
  private static let developmentPhrase =
    "test test test test test test test test test test test junk"

  @Option(
    name: .customLong("wallet"),
    help: ArgumentHelp("Sign with this wallet, of gensyn wallet list.", valueName: "name"))
  var wallet: String?

  @Option(
    help: ArgumentHelp(
      "Sign with a development chain's account of this number, whose key everybody knows.",
      valueName: "index"))
  var devAccount: UInt32?

  @OptionGroup var password: WalletPassword

  func validate() throws {
    guard wallet == nil || devAccount == nil else {
      throw ValidationError("give --wallet or --dev-account, not both")
    }
  }

  func key() throws -> AccountKey {
    if let devAccount {
      let phrase = Array(Self.developmentPhrase.utf8)
      return try DerivedKey(phrase: phrase.span).account(devAccount)
    }
    guard let wallet else { throw UserError("give --wallet NAME or --dev-account INDEX") }
    return try WalletFolder().open(wallet, password)
  }
}
