internal import Glibc

/// A file's bytes as memory, read from the disk when they are first looked at.
///
/// The file must not be shortened while it is mapped: the system ends a process that reads past
/// the end. The artifact store never changes a file that it has accepted.
@safe
public final class MappedFile: Sendable {
  public let path: String
  public let byteCount: Int
  /// The first byte; `nil` for an empty file, which cannot be mapped.
  private nonisolated(unsafe) let start: UnsafeRawPointer?

  /// Maps a whole file for reading.
  public init(_ path: String, followsLinks: Bool = false) throws(FileError) {
    let file = try File(path, .read, followsLinks: followsLinks)
    guard let byteCount = Int(exactly: try file.sizeBytes()) else {
      throw FileError(.map, path, code: EFBIG)
    }
    self.path = path
    self.byteCount = byteCount
    guard byteCount > 0 else {
      unsafe start = nil
      return
    }
    let memory = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, file.descriptor, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { throw .last(.map, path) }
    unsafe start = UnsafeRawPointer(memory)
  }

  deinit {
    guard let start = unsafe start else { return }
    unsafe munmap(UnsafeMutableRawPointer(mutating: start), byteCount)
  }

  /// Lends the bytes to `body`.
  public func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let buffer = unsafe UnsafeRawBufferPointer(start: start, count: byteCount)
    return try body(unsafe buffer.assumingMemoryBound(to: UInt8.self).span)
  }
}
