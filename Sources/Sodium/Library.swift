internal import CSodium

/// What libsodium wants done once before anything else.
enum Library {
  private static let isReady: Void = {
    guard sodium_init() >= 0 else { fatalError("libsodium finds no source of randomness") }
  }()

  static func prepare() {
    isReady
  }
}
