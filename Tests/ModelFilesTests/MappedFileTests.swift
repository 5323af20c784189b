import Files
import Foundation
import Testing

@Suite
struct MappedFileTests {
  @Test
  func `lends a file's bytes, none of an empty one`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    for bytes in [[], [1, 2, 3]] as [[UInt8]] {
      try File.replace(path, with: bytes)
      let file = try MappedFile(path)
      let read = file.withBytes { span in span.indices.map { span[$0] } }
      #expect(read == bytes)
    }
    #expect(throws: FileError.self) { try MappedFile(path + ".missing") }
  }
}
