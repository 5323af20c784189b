extension File {
  /// Writes bytes at an offset, all of them.
  public func write(_ bytes: Span<UInt8>, at offset: UInt64) throws(FileError) {
    try unsafe write(bytes.bytes, at: offset)
  }
}
