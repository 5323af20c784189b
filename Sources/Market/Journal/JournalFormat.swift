internal import Primitives

/// How a journal lies in its file: in words of eight bytes, the lowest first.
///
///     file   = header frame*
///     header = magic, mode, order capacity, account count
///     frame  = command count, number of the first command, command (3)*, digest (4), signature (8)
///
/// The count stands in the lower half of its word, and every bit of it turned over in the upper one:
/// where frames begin can be told from what lies within them.
///
/// A frame's digest is BLAKE3 over the digest before it (of the first frame: of the header) and the
/// frame up to the digest, so that the last digest stands for the whole history; a signature is over
/// the digest, or zero.
enum JournalFormat {
  /// "GENSYNB" and the version.
  static let magic: UInt64 = 0x01_42_4E_59_53_4E_45_47
  static let headerWordCount = 4
  static let frameHeaderWordCount = 2
  static let digestWordCount = 4
  static let signatureWordCount = 8
  /// What one write takes at most.
  static let frameCommandsMax = 4_096

  static func wordCount(ofFrameWith commands: Int) -> Int {
    frameHeaderWordCount + commands * Command.wordCount + digestWordCount + signatureWordCount
  }

  static func countWord(_ count: Int) -> UInt64 {
    UInt64(count) | UInt64(~UInt32(truncatingIfNeeded: count)) << 32
  }

  /// Nil where the word begins no frame.
  static func count(_ word: UInt64) -> Int? {
    let count = UInt32(truncatingIfNeeded: word)
    guard count == ~UInt32(truncatingIfNeeded: word >> 32), count > 0,
      count <= frameCommandsMax
    else { return nil }
    return Int(count)
  }

  static func header(_ configuration: Exchange.Configuration) -> [UInt64] {
    [
      magic, UInt64(configuration.mode.rawValue), UInt64(configuration.orderCapacity),
      UInt64(configuration.accountCount),
    ]
  }

  /// Nil where the words are no header of this version.
  static func configuration(_ header: Span<UInt64>) -> Exchange.Configuration? {
    guard header.count == headerWordCount, header[0] == magic,
      let modeNumber = UInt8(exactly: header[1]), let mode = Exchange.Mode(rawValue: modeNumber),
      header[2] >= 1, header[2] <= OrderBook.capacityMax, header[3] >= 1,
      header[3] <= Exchange.accountCountMax
    else { return nil }
    return .init(mode: mode, orderCapacity: Int(header[2]), accountCount: Int(header[3]))
  }

  static func digest(ofHeader words: [UInt64]) -> Digest {
    var hasher = BLAKE3()
    hasher.update(littleEndian: words.span)
    return hasher.finalize()
  }

  static func digest(after previous: Digest, _ words: Span<UInt64>) -> Digest {
    var hasher = BLAKE3()
    hasher.update(previous.bytes.span)
    hasher.update(littleEndian: words)
    return hasher.finalize()
  }

  /// Bytes as words; what is missing in the last one is zero.
  static func words(_ bytes: [UInt8], count: Int) -> [UInt64] {
    (0..<count).map { word in
      (0..<8).reduce(0) { value, index in
        let at = word * 8 + index
        return value | UInt64(at < bytes.count ? bytes[at] : 0) << UInt64(index * 8)
      }
    }
  }

  static func bytes(_ words: Span<UInt64>) -> [UInt8] {
    (0..<words.count * 8).map {
      UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64($0 % 8 * 8))
    }
  }
}

extension Digest {
  var words: [UInt64] { JournalFormat.words((0..<32).map { bytes[$0] }, count: 4) }
}
