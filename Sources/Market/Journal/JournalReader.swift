internal import Files
internal import Primitives

/// Reads a journal frame by frame, up to where a crash cut it off.
enum JournalReader {
  struct Result {
    /// Up to the end of the last whole frame; 0 where not even the header is whole.
    var sizeBytes: UInt64
    var digest: Digest
    var commandCount: UInt64 = 0
  }

  static func read(
    _ file: borrowing File, header: [UInt64], verify: Journal.Verify?, replay: (Command) -> Void
  ) throws -> Result {
    let fileSize = try file.sizeBytes()
    var result = Result(sizeBytes: 0, digest: JournalFormat.digest(ofHeader: header))
    guard fileSize >= UInt64(header.count * 8) else { return result }
    var found = [UInt64](repeating: 0, count: header.count)
    _ = try file.read(at: 0, intoLittleEndian: &found)
    guard JournalFormat.configuration(found.span) != nil else {
      throw JournalError.unknownFormat
    }
    guard found == header else { throw JournalError.otherConfiguration }

    result.sizeBytes = UInt64(header.count * 8)
    while result.sizeBytes < fileSize {
      guard let frame = try frame(file, at: result, fileSize: fileSize) else { break }
      if let verify, !verify(frame.digest, frame.signature) {
        throw JournalError.wrongSignature(offset: result.sizeBytes)
      }
      for command in frame.commands { replay(command) }
      result.digest = frame.digest
      result.commandCount += UInt64(frame.commands.count)
      result.sizeBytes += UInt64(8 * JournalFormat.wordCount(ofFrameWith: frame.commands.count))
    }
    return result
  }

  private struct Frame {
    let commands: [Command]
    let digest: Digest
    let signature: [UInt8]
  }

  /// The frame at the result's end, or nil where nothing whole lies there.
  private static func frame(
    _ file: borrowing File, at result: Result, fileSize: UInt64
  ) throws -> Frame? {
    let offset = result.sizeBytes
    var head = [UInt64](repeating: 0, count: JournalFormat.frameHeaderWordCount)
    _ = try file.read(at: offset, intoLittleEndian: &head)
    guard let count = JournalFormat.count(head[0]), head[1] == result.commandCount,
      case let wordCount = JournalFormat.wordCount(ofFrameWith: count),
      fileSize - offset >= UInt64(wordCount * 8)
    else { return try torn(file, at: result) }
    var words = [UInt64](repeating: 0, count: wordCount)
    _ = try file.read(at: offset, intoLittleEndian: &words)
    let end = JournalFormat.frameHeaderWordCount + count * Command.wordCount
    let digest = JournalFormat.digest(after: result.digest, words.span.extracting(0..<end))
    guard Array(words[end..<end + JournalFormat.digestWordCount]) == digest.words else {
      return try torn(file, at: result)
    }
    var commands: [Command] = []
    commands.reserveCapacity(count)
    for index in 0..<count {
      let at = JournalFormat.frameHeaderWordCount + index * Command.wordCount
      guard let command = Command(words.span, at: at) else {
        throw JournalError.corrupt(offset: offset)
      }
      commands.append(command)
    }
    let signature = words.span.extracting((end + JournalFormat.digestWordCount)...)
    return Frame(commands: commands, digest: digest, signature: JournalFormat.bytes(signature))
  }

  /// What is no frame was cut off by a crash, and was never acknowledged, if it is the last thing in
  /// the file. With another frame behind it, it was whole once.
  private static func torn(_ file: borrowing File, at result: Result) throws -> Frame? {
    let longest = JournalFormat.wordCount(ofFrameWith: JournalFormat.frameCommandsMax)
    var words = [UInt64](repeating: 0, count: longest + JournalFormat.frameHeaderWordCount)
    _ = try file.read(at: result.sizeBytes, intoLittleEndian: &words)
    let later =
      result.commandCount + 1...result.commandCount + UInt64(JournalFormat.frameCommandsMax)
    for index in 1..<longest
    where JournalFormat.count(words[index]) != nil && later.contains(words[index + 1]) {
      throw JournalError.corrupt(offset: result.sizeBytes)
    }
    return nil
  }
}
