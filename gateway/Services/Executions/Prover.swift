internal import Foundation
public import Sodium

/// Signs what this node computed.
public final class Prover: Sendable {
  let key: Ed25519.SecretKey

  public init(_ key: consuming Ed25519.SecretKey) {
    self.key = key
  }

  /// The key in a file that only its owner may read; it is made where there is none.
  public static func open(_ path: String) throws -> Prover {
    guard FileManager.default.fileExists(atPath: path) else {
      let key = Ed25519.SecretKey()
      try key.write(to: path)
      return Prover(key)
    }
    return Prover(try Ed25519.SecretKey(contentsOf: path))
  }
}
