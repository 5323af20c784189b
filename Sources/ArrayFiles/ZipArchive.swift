internal import CZlib

/// Several named files in one, as ZIP keeps them and `.npz` uses it.
///
/// Source: PKWARE's APPNOTE.TXT. Entries may be stored or deflated; an archive in several parts,
/// with encryption or of more than 4 GiB is refused.
public enum ZipArchive {
  public enum Malformed: Error, Hashable, Sendable {
    case notAnArchive
    case tooManyEntries(limit: Int)
    case tooLarge(name: String, limit: Int)
    case duplicateName(String)
    case unsupportedCompression(name: String, method: Int)
    case damaged(name: String)
  }

  public struct Limits: Sendable {
    public var entriesMax = 1 << 16
    /// What all files together may take.
    public var sizeBytesMax = 1 << 34

    public init() {}
  }

  public static func read(
    _ file: [UInt8], limits: Limits = Limits()
  ) throws(Malformed) -> [(name: String, content: [UInt8])] {
    let bytes = LittleEndian(file)
    // The end of the directory is the last 22 bytes and a comment.
    let earliest = max(file.count - 22 - 0xffff, 0)
    guard file.count >= 22,
      let end = stride(from: file.count - 22, through: earliest, by: -1).first(where: {
        bytes.number($0, 4) == 0x0605_4b50
      }), let count = bytes.number(end + 10, 2), var place = bytes.number(end + 16, 4)
    else { throw .notAnArchive }
    guard count <= limits.entriesMax else { throw .tooManyEntries(limit: limits.entriesMax) }
    var files: [(name: String, content: [UInt8])] = []
    var names: Set<String> = []
    var total = 0
    for _ in 0..<count {
      guard let entry = Entry(bytes, at: place) else { throw .notAnArchive }
      place = entry.next
      total += entry.size
      guard total <= limits.sizeBytesMax else {
        throw .tooLarge(name: entry.name, limit: limits.sizeBytesMax)
      }
      guard names.insert(entry.name).inserted else { throw .duplicateName(entry.name) }
      files.append((entry.name, try entry.content(of: bytes)))
    }
    return files
  }

  /// The files as an archive that stores them as they are.
  public static func write(
    _ files: [(name: String, content: [UInt8])]
  ) throws(Malformed) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, content) in files {
      let fileName = Array(name.utf8)
      guard content.count < 0xffff_ffff, file.count < 0xffff_ffff, fileName.count < 0xffff else {
        throw .tooLarge(name: name, limit: 0xffff_ffff)
      }
      // Version 2.0, UTF-8 names, stored, 1 January 1980.
      var fields: [UInt8] = []
      for (value, width) in [
        (20, 2), (0x800, 2), (0, 2), (0, 2), (0x21, 2), (Int(checksum(content)), 4),
        (content.count, 4), (content.count, 4), (fileName.count, 2), (0, 2),
      ] { LittleEndian.append(value, width, to: &fields) }
      LittleEndian.append(0x0201_4b50, 4, to: &directory)
      LittleEndian.append(20, 2, to: &directory)
      directory += fields + [UInt8](repeating: 0, count: 10)
      LittleEndian.append(file.count, 4, to: &directory)
      directory += fileName
      LittleEndian.append(0x0403_4b50, 4, to: &file)
      file += fields + fileName + content
    }
    guard files.count < 0xffff, file.count < 0xffff_ffff else {
      throw .tooManyEntries(limit: 0xffff)
    }
    let start = file.count
    file += directory
    for (value, width) in [
      (0x0605_4b50, 4), (0, 4), (files.count, 2), (files.count, 2), (directory.count, 4),
      (start, 4), (0, 2),
    ] { LittleEndian.append(value, width, to: &file) }
    return file
  }

  fileprivate static func checksum(_ bytes: [UInt8]) -> UInt {
    unsafe bytes.withUnsafeBufferPointer {
      unsafe crc32_z(0, $0.baseAddress, $0.count)
    }
  }

  /// One file of the archive, as the directory describes it.
  private struct Entry {
    let name: String
    let method: Int
    let checksum: Int
    let compressedSize: Int
    let size: Int
    let header: Int
    let next: Int

    init?(_ bytes: LittleEndian, at place: Int) {
      guard bytes.number(place, 4) == 0x0201_4b50, let flags = bytes.number(place + 8, 2),
        flags & 1 == 0, let method = bytes.number(place + 10, 2),
        let checksum = bytes.number(place + 16, 4),
        let compressedSize = bytes.number(place + 20, 4), let size = bytes.number(place + 24, 4),
        let nameSize = bytes.number(place + 28, 2), let extraSize = bytes.number(place + 30, 2),
        let commentSize = bytes.number(place + 32, 2), let header = bytes.number(place + 42, 4),
        let name = bytes.slice(place + 46, nameSize)
      else { return nil }
      guard let text = String(validating: name, as: UTF8.self) else { return nil }
      self.name = text
      self.method = method
      self.checksum = checksum
      self.compressedSize = compressedSize
      self.size = size
      self.header = header
      next = place + 46 + nameSize + extraSize + commentSize
    }

    func content(of bytes: LittleEndian) throws(Malformed) -> [UInt8] {
      guard bytes.number(header, 4) == 0x0403_4b50, let nameSize = bytes.number(header + 26, 2),
        let extraSize = bytes.number(header + 28, 2),
        let stored = bytes.slice(header + 30 + nameSize + extraSize, compressedSize)
      else { throw .damaged(name: name) }
      let content: [UInt8]
      switch method {
      case 0: content = Array(stored)
      case 8: content = try inflated(Array(stored))
      default: throw .unsupportedCompression(name: name, method: method)
      }
      guard content.count == size, ZipArchive.checksum(content) == UInt(checksum) else {
        throw .damaged(name: name)
      }
      return content
    }

    // Into exactly the size that the directory names, so that a bomb has no room.
    private func inflated(_ source: [UInt8]) throws(Malformed) -> [UInt8] {
      guard size / 1100 <= source.count else { throw .damaged(name: name) }
      var input = source
      var output = [UInt8](repeating: 0, count: size)
      let isWhole = unsafe input.withUnsafeMutableBufferPointer { input in
        unsafe output.withUnsafeMutableBufferPointer { output in
          var stream = unsafe z_stream()
          guard
            unsafe inflateInit2_(
              &stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
          else { return false }
          defer { unsafe inflateEnd(&stream) }
          unsafe stream.next_in = input.baseAddress
          unsafe stream.avail_in = UInt32(input.count)
          unsafe stream.next_out = output.baseAddress
          unsafe stream.avail_out = UInt32(output.count)
          return unsafe inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0
        }
      }
      guard isWhole else { throw .damaged(name: name) }
      return output
    }
  }
}

/// Numbers in a file, checked against its end.
private struct LittleEndian {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  func slice(_ start: Int, _ count: Int) -> ArraySlice<UInt8>? {
    guard start >= 0, count >= 0, start <= bytes.count, count <= bytes.count - start else {
      return nil
    }
    return bytes[start..<(start + count)]
  }

  func number(_ start: Int, _ width: Int) -> Int? {
    slice(start, width)?.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  static func append(_ value: Int, _ width: Int, to bytes: inout [UInt8]) {
    for shift in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * shift))) }
  }
}

extension ZipArchive.Malformed: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notAnArchive: "the file is no ZIP archive, or a damaged one"
    case .tooManyEntries(let limit): "the archive has more than \(limit) files"
    case .tooLarge(let name, let limit):
      "\(name) and what is before it take more than \(limit) bytes"
    case .duplicateName(let name): "the archive has \(name) twice"
    case .unsupportedCompression(let name, let method):
      "\(name) is compressed by method \(method), which is not known"
    case .damaged(let name): "\(name) is damaged"
    }
  }
}
