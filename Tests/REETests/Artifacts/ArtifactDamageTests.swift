import Files
import Foundation
import Primitives
import REE
import Testing

@Suite
struct ArtifactDamageTests {
  let fixture: StoreFixture
  let bytes = content(5000)
  var digest: Digest { BLAKE3.hash(bytes) }

  init() throws {
    fixture = try StoreFixture()
  }

  private func damage(
    _ path: String, _ reason: ArtifactStore.Damage.Reason
  ) -> ArtifactStore.Damage {
    ArtifactStore.Damage(digest: digest, path: path, reason: reason)
  }

  @Test
  func `names a damaged object, and another upload heals it`() throws {
    let store = try fixture.open()
    try store.put(bytes, owner: [1])
    let other = try store.put([1, 2, 3])
    try fixture.flip(4000, in: fixture.object(digest))
    var damaged = bytes
    damaged[4000] ^= 0x40

    let damage = damage(fixture.object(digest), .content(actual: BLAKE3.hash(damaged)))
    #expect(store.verifyAll() == [damage])
    #expect(throws: ArtifactStore.ReadError.damaged(damage)) { try store.verify(digest) }
    #expect(throws: ArtifactStore.ReadError.damaged(damage)) { _ = try store.open(digest) }
    #expect(damage.description.contains(fixture.object(digest)))
    #expect(try store.verify(other.digest) == other)
    #expect(store.received(for: digest, owner: [1]) == 0)

    try store.put(bytes, owner: [1])
    #expect(try store.contents(of: digest) == bytes)
    #expect(store.verifyAll() == [])
    #expect(store.usedBytes(by: [1]) == 5000)
  }

  @Test
  func `names a damaged record, and another upload heals it`() throws {
    _ = try { try fixture.open().put(bytes, owner: [1]) }()
    try fixture.flip(-1, in: fixture.record(digest))

    let damage = damage(fixture.record(digest), .record)
    do {
      let store = try fixture.open()
      #expect(store.damages == [damage])
      #expect(throws: ArtifactStore.ReadError.damaged(damage)) { try store.stat(digest) }
      #expect(throws: ArtifactStore.DeleteError.damaged(damage)) {
        try store.delete(digest, by: [1])
      }
      #expect(store.list().artifacts == [])
      try store.put(bytes, name: "again", owner: [1])
      #expect(store.damages == [])
    }
    #expect(try fixture.open().stat(digest).name == "again")
  }

  @Test
  func `verifying a running store finds a damaged record and rewrites it on upload`() throws {
    let store = try fixture.open()
    try store.put(bytes, owner: [1])
    try fixture.flip(0, in: fixture.record(digest))

    #expect(store.verifyAll() == [damage(fixture.record(digest), .record)])
    try store.put(bytes, owner: [1])
    #expect(store.verifyAll() == [])
  }

  @Test
  func `notices a cut, a missing and a lost file`() throws {
    _ = try { try fixture.open().put(bytes) }()
    let handle = try #require(FileHandle(forWritingAtPath: fixture.object(digest)))
    try handle.truncate(atOffset: 10)
    try handle.close()
    #expect(
      try fixture.open().damages
        == [damage(fixture.object(digest), .size(expected: 5000, actual: 10))])

    try FileManager.default.removeItem(atPath: fixture.record(digest))
    #expect(try fixture.open().damages == [damage(fixture.object(digest), .recordMissing)])

    let store = try fixture.open()
    try store.put(bytes)
    try FileManager.default.removeItem(atPath: fixture.object(digest))
    #expect(store.verifyAll() == [damage(fixture.object(digest), .objectMissing)])
  }

  @Test
  func `clears what a crash left behind`() throws {
    _ = try { try fixture.open().put(bytes) }()
    try FileManager.default.removeItem(atPath: fixture.object(digest))
    let leftovers = ["\(fixture.record(digest)).new", "\(fixture.path)/uploads/transient-1.part"]
    for path in leftovers { try Data([1]).write(to: URL(fileURLWithPath: path)) }

    let store = try fixture.open()
    #expect(
      Set(store.repairs.map(\.path)) == Set(leftovers + [fixture.record(digest)]))
    #expect(store.damages == [])
    #expect(store.list().artifacts == [])
    for path in leftovers { #expect(!FileManager.default.fileExists(atPath: path)) }
  }

  @Test
  func `follows no symbolic link`() throws {
    let store = try fixture.open()
    try store.put(bytes)
    let object = fixture.object(digest)
    try FileManager.default.moveItem(atPath: object, toPath: object + ".moved")
    try FileManager.default.createSymbolicLink(
      atPath: object, withDestinationPath: object + ".moved")

    #expect(throws: ArtifactStore.ReadError.self) { _ = try store.open(digest) }
    #expect(throws: ArtifactStore.ReadError.self) { try store.verify(digest) }
  }
}

@Suite
struct ArtifactOpeningTests {
  let fixture: StoreFixture

  init() throws {
    fixture = try StoreFixture()
  }

  @Test
  func `refuses a newer format`() throws {
    _ = try fixture.open()
    try Data("2\n".utf8).write(to: URL(fileURLWithPath: "\(fixture.path)/format"))

    let error = ArtifactStore.OpenError.newerFormat(path: fixture.path, found: "2", supported: 1)
    #expect(throws: error) { try fixture.open() }
    #expect(error.description.contains("format 2"))
  }

  @Test
  func `one process at a time`() throws {
    let store = try fixture.open()

    #expect(throws: ArtifactStore.OpenError.inUse(path: fixture.path)) { try fixture.open() }
    withExtendedLifetime(store) {}
  }

  @Test
  func `refuses a directory that holds other things`() throws {
    try FileManager.default.createDirectory(
      atPath: "\(fixture.path)/objects/pictures", withIntermediateDirectories: true)
    #expect(throws: ArtifactStore.OpenError.notAStore(path: fixture.path)) { try fixture.open() }

    try FileManager.default.removeItem(atPath: "\(fixture.path)/objects/pictures")
    _ = try fixture.open()
    try Data("x".utf8).write(to: URL(fileURLWithPath: "\(fixture.path)/format"))
    #expect(throws: ArtifactStore.OpenError.notAStore(path: fixture.path)) { try fixture.open() }
  }
}
