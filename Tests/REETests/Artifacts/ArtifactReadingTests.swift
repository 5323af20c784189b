import Foundation
import Primitives
import REE
import Testing

@Suite
struct ArtifactReadingTests {
  let fixture: StoreFixture

  init() throws {
    fixture = try StoreFixture()
  }

  @Test
  func `reads ranges in bounded chunks`() throws {
    var limits = ArtifactStore.Limits()
    limits.chunkSizeMax = 100
    let store = try fixture.open(limits)
    let bytes = content(250)
    let upload = try store.begin(UploadRequest(sizeBytes: 250))
    try upload.send(bytes, piece: 100)
    let reader = try store.open(try upload.finish().digest)

    var output: [UInt8] = []
    #expect(try reader.read(offset: 10, length: 5, into: &output) == 5)
    #expect(output == Array(bytes[10..<15]))
    #expect(try reader.read(offset: 0, length: .max, into: &output) == 100)
    #expect(try reader.read(offset: 240, length: 100, into: &output) == 10)
    #expect(output.count == 115)
    #expect(try reader.read(offset: 250, length: 100, into: &output) == 0)
    #expect(try reader.read(offset: 0, length: -1, into: &output) == 0)
    #expect(throws: ArtifactStore.ReadError.outOfRange(offset: 251, sizeBytes: 250)) {
      var output: [UInt8] = []
      try reader.read(offset: 251, length: 1, into: &output)
    }

    var target = [UInt8](repeating: 0xEE, count: 20)
    var elements = target.mutableSpan
    var span = unsafe elements.mutableBytes
    #expect(try reader.read(offset: 245, into: &span) == 5)
    #expect(target == Array(bytes[245...]) + [UInt8](repeating: 0xEE, count: 15))
  }

  @Test
  func `a reader goes on after its artifact is deleted`() throws {
    let store = try fixture.open()
    let bytes = content(5000)
    let digest = try store.put(bytes, owner: [1]).digest
    let reader = try store.open(digest)
    try store.delete(digest, by: [1])

    var output: [UInt8] = []
    #expect(try reader.read(offset: 0, length: 5000, into: &output) == 5000)
    #expect(output == bytes)
    #expect(throws: ArtifactStore.ReadError.notFound(digest)) { _ = try store.open(digest) }
    #expect(!FileManager.default.fileExists(atPath: fixture.object(digest)))
    #expect(!FileManager.default.fileExists(atPath: fixture.record(digest)))
  }

  @Test
  func `an artifact goes with its last owner`() throws {
    let store = try fixture.open()
    let digest = try store.put(content(10), name: "first", owner: [1]).digest
    try store.put(content(10), name: "second", owner: [2])

    #expect(throws: ArtifactStore.DeleteError.notOwner(digest)) {
      try store.delete(digest, by: [3])
    }
    try store.delete(digest, by: [1])
    #expect(try store.stat(digest).name == "second")
    #expect(store.usedBytes(by: [1]) == 0)
    try store.delete(digest, by: [2])
    #expect(throws: ArtifactStore.DeleteError.notFound(digest)) {
      try store.delete(digest, by: [2])
    }
  }

  @Test
  func `lists in the order of storing, page by page`() throws {
    let store = try fixture.open()
    var stored: [Artifact] = []
    for index in 0..<25 {
      stored.append(
        try store.put(
          content(10, seed: UInt8(index)), kind: index % 5 == 0 ? .model : .dataset,
          name: index < 10 ? "run/\(index)" : "test/\(index)", owner: [UInt8(index % 2)]))
      if index % 3 == 0 { fixture.advance(milliseconds: 1) }
    }

    var listed: [Artifact] = []
    var cursor: ArtifactStore.Cursor?
    var pages = 0
    repeat {
      let page = store.list(after: cursor, limit: 10)
      listed += page.artifacts
      cursor = page.next
      pages += 1
      // What is deleted or added meanwhile does not move the rest.
      if pages == 1 { try store.delete(stored[0].digest, by: stored[0].owner) }
    } while cursor != nil
    #expect(pages == 3)
    #expect(Set(listed) == Set(stored))
    #expect(listed.map(\.createdAt) == listed.map(\.createdAt).sorted())

    let models = store.list(matching: ArtifactStore.Filter(kind: .model))
    #expect(models.artifacts.count == 4)
    #expect(models.next == nil)
    let filter = ArtifactStore.Filter(kind: .dataset, namePrefix: "run/", owner: [1])
    #expect(
      store.list(matching: filter).artifacts.map(\.name).sorted() == [
        "run/1", "run/3", "run/7", "run/9",
      ])
    #expect(store.list(limit: 0).artifacts.count == 1)
    #expect(store.list(matching: filter) == store.list(limit: 4, matching: filter))
  }

  @Test
  func `the list is the same after reopening`() throws {
    let before = try {
      let store = try fixture.open()
      for index in 0..<10 {
        try store.put(content(10, seed: UInt8(index)), owner: [1])
        fixture.advance(milliseconds: Int64(index % 2))
      }
      return store.list()
    }()

    #expect(try fixture.open().list() == before)
  }
}
