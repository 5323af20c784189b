internal import Files
public import Primitives

/// The commands of an exchange in a file that only grows, so that the exchange can be had again.
///
/// Commands gather in memory; ``flush()`` makes one frame of them, and once it returns they survive
/// a crash. What a crash cuts off in the middle of a frame was never acknowledged and is removed
/// when the journal is opened.
public struct Journal: ~Copyable {
  /// Signs a frame's digest: 64 bytes, or none for a journal without signatures.
  public typealias Sign = @Sendable (Digest) -> [UInt8]
  /// Says whether a frame's signature is good.
  public typealias Verify = @Sendable (Digest, [UInt8]) -> Bool

  private let file: File
  private let sign: Sign?
  private let isSynchronous: Bool
  /// Where the next frame goes.
  public private(set) var sizeBytes: UInt64
  /// Stands for the whole history up to the last frame.
  public private(set) var digest: Digest
  /// The number of the first command that is not in a frame yet.
  private var firstCommand: UInt64
  private var pending: [UInt64] = []
  private var pendingCount = 0

  /// Opens a journal, or begins one, and hands all its commands in their order to `replay`.
  ///
  /// - Parameters:
  ///   - isSynchronous: whether ``flush()`` waits for the disk.
  ///   - verify: checks each frame's signature; nil takes any.
  public static func open(
    path: String, for configuration: Exchange.Configuration, isSynchronous: Bool = true,
    sign: Sign? = nil, verify: Verify? = nil, replay: (Command) -> Void
  ) throws(JournalError) -> Journal {
    do {
      let file = try File(path, .readWrite)
      guard try file.lock() else { throw JournalError.inUse }
      let header = JournalFormat.header(configuration)
      var read = try JournalReader.read(file, header: header, verify: verify, replay: replay)
      if read.sizeBytes == 0 {
        try file.truncate(to: 0)
        try file.write(littleEndian: header, at: 0)
        read.sizeBytes = UInt64(header.count * 8)
      } else if try file.sizeBytes() > read.sizeBytes {
        try file.truncate(to: read.sizeBytes)
      }
      try file.synchronize()
      return Journal(file, read, isSynchronous: isSynchronous, sign: sign)
    } catch let error as JournalError {
      throw error
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .unknownFormat
    }
  }

  private init(
    _ file: consuming File, _ read: JournalReader.Result, isSynchronous: Bool, sign: Sign?
  ) {
    self.file = file
    self.sign = sign
    self.isSynchronous = isSynchronous
    sizeBytes = read.sizeBytes
    digest = read.digest
    firstCommand = read.commandCount
    reserve()
  }

  /// Notes a command; a full frame is flushed.
  @inline(__always)
  public mutating func append(_ command: Command) throws(JournalError) {
    command.encode(into: &pending)
    pendingCount &+= 1
    if pendingCount == JournalFormat.frameCommandsMax { try flush() }
  }

  /// Writes what is pending as one frame.
  public mutating func flush() throws(JournalError) {
    guard pendingCount > 0 else { return }
    pending[0] = JournalFormat.countWord(pendingCount)
    pending[1] = firstCommand
    let digest = JournalFormat.digest(after: digest, pending.span)
    let end = pending.count
    pending += digest.words
    pending += JournalFormat.words(
      sign?(digest) ?? [], count: JournalFormat.signatureWordCount)
    do throws(FileError) {
      try file.write(littleEndian: pending, at: sizeBytes)
      if isSynchronous { try file.synchronizeData() }
    } catch {
      // The frame stays pending: a later flush writes it again, in the same place.
      pending.removeLast(pending.count - end)
      throw .file(error)
    }
    self.digest = digest
    sizeBytes += UInt64(pending.count * 8)
    firstCommand += UInt64(pendingCount)
    reserve()
  }

  private mutating func reserve() {
    pending.removeAll(keepingCapacity: true)
    pending.reserveCapacity(
      JournalFormat.wordCount(ofFrameWith: JournalFormat.frameCommandsMax))
    for _ in 0..<JournalFormat.frameHeaderWordCount { pending.append(0) }
    pendingCount = 0
  }
}
