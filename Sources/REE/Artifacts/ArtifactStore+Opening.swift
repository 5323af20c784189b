internal import Files

extension ArtifactStore {
  /// Makes or checks the directory, and takes its lock.
  static func prepare(_ layout: Layout) throws(OpenError) -> File {
    do {
      try Directory.create(layout.root)
      let names = try Directory.names(in: layout.root)
      let isNew = !names.contains("format")
      // An unfinished format file means that the very first opening was interrupted.
      let ours: Set = ["lock", "format" + File.unfinishedSuffix, "objects", "records", "uploads"]
      if isNew {
        guard ours.isSuperset(of: names), try isUntouched(layout) else {
          throw OpenError.notAStore(path: layout.root)
        }
      }

      let lock = try File(layout.lock, .readWrite)
      guard try lock.lock() else { throw OpenError.inUse(path: layout.root) }
      if isNew { try create(layout) }
      try checkFormat(layout)
      return lock
    } catch let error as OpenError {
      throw error
    } catch let error as FileError {
      throw .storage(error)
    } catch {
      preconditionFailure("files throw nothing else")
    }
  }

  /// Whether folders that a store would have are missing or empty.
  private static func isUntouched(_ layout: Layout) throws(FileError) -> Bool {
    for folder in [layout.objects, layout.records, layout.uploads]
    where try Directory.kind(of: folder) != nil {
      guard try Directory.names(in: folder).isEmpty else { return false }
    }
    return true
  }

  /// The format file comes last: a directory that has one is complete.
  private static func create(_ layout: Layout) throws(FileError) {
    for folder in [layout.objects, layout.records, layout.uploads] {
      try Directory.create(folder)
    }
    let version = Array("\(Layout.version)\n".utf8)
    try File.replace(layout.format, with: version)
    try Directory.synchronize(layout.root)
  }

  private static func checkFormat(_ layout: Layout) throws(any Error) {
    let bytes = try File.contents(of: layout.format, sizeMax: 32) ?? []
    let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    guard let version = Int(text), version >= 1 else {
      throw OpenError.notAStore(path: layout.root)
    }
    guard version <= Layout.version else {
      throw OpenError.newerFormat(
        path: layout.root, found: text, supported: Layout.version)
    }
  }
}
