internal import Primitives

/// Code by hash, so that a contract is analysed once and not in each block.
///
/// States of one thread may share it.
public final class CodeCache {
  /// Past this many bytes of code the cache starts anew.
  static let bytesMax = 64 << 20

  private var codes: [U256: Code] = [:]
  private var byteCount = 0

  public init() {}

  func code(of hash: U256) -> Code? {
    codes[hash]
  }

  func insert(_ code: Code) {
    guard codes.updateValue(code, forKey: code.hash) == nil else { return }
    byteCount += code.count
    guard byteCount > Self.bytesMax else { return }
    codes = [code.hash: code]
    byteCount = code.count
  }
}
