internal import Primitives

/// The codes that make the contracts, as Vyper compiled them; `make contracts` writes them.
enum CreationCode {
  static func bytes(_ digits: String) -> [UInt8] {
    do {
      return try Hex.decode(digits)
    } catch {
      preconditionFailure("the embedded code is not hexadecimal: \(error)")
    }
  }
}
