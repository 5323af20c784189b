internal import Files

extension File {
  /// All bytes of a file that the user names, symbolic links followed; nil if there is none.
  static func userContents(of path: String, sizeMax: Int) throws -> [UInt8]? {
    do {
      let file = try File(path, .read, followsLinks: true)
      let size = try file.sizeBytes()
      guard size <= UInt64(sizeMax) else {
        throw UserError("\(path) has more than \(sizeMax) bytes")
      }
      var bytes = [UInt8](repeating: 0, count: Int(size))
      let count = try file.read(at: 0, into: &bytes)
      bytes.removeLast(bytes.count - count)
      return bytes
    } catch let error as FileError where error.isMissing {
      return nil
    }
  }
}
