internal import Primitives

/// The words in what a contract reverts with: `Error(string)` and `Panic(uint256)` of Solidity, which
/// Vyper writes as well.
public enum RevertReason {
  private static let error: [UInt8] = [0x08, 0xC3, 0x79, 0xA0]
  private static let panic: [UInt8] = [0x4E, 0x48, 0x7B, 0x71]

  /// Nil where the data is neither.
  public static func text(of data: [UInt8]) -> String? {
    let rest = Array(data.dropFirst(4))
    if data.starts(with: error) { return message(rest) }
    guard data.starts(with: panic), let code = word(rest, 0) else { return nil }
    return panics[code.clamped] ?? "unknown panic code: \(code.quantity)"
  }

  private static func message(_ data: [UInt8]) -> String? {
    guard let offset = word(data, 0), offset.fitsInOneLimb,
      let start = Int(exactly: offset.w0), let length = word(data, start), length.fitsInOneLimb,
      let count = Int(exactly: length.w0), count <= data.count - start - 32
    else { return nil }
    return String(validating: data[start + 32..<start + 32 + count], as: UTF8.self)
  }

  private static func word(_ data: [UInt8], _ offset: Int) -> U256? {
    guard offset >= 0, offset <= data.count - 32 else { return nil }
    return U256(bigEndian: Array(data[offset..<offset + 32]))
  }

  /// Solidity's panic codes, in geth's words.
  private static let panics: [UInt64: String] = [
    0x00: "generic panic", 0x01: "assert(false)", 0x11: "arithmetic underflow or overflow",
    0x12: "division or modulo by zero", 0x21: "enum overflow",
    0x22: "invalid encoded storage byte array accessed",
    0x31: "out-of-bounds array access; popping on an empty array",
    0x32: "out-of-bounds access of an array or bytesN", 0x41: "out of memory",
    0x51: "uninitialized function",
  ]
}
