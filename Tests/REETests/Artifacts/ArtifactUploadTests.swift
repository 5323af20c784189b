import Primitives
import REE
import Testing

@Suite
struct ArtifactUploadTests {
  let fixture: StoreFixture
  let bytes = content(100_000)

  init() throws {
    fixture = try StoreFixture()
  }

  private func request(owner: [UInt8] = [7]) -> UploadRequest {
    UploadRequest(
      digest: BLAKE3.hash(bytes), sizeBytes: UInt64(bytes.count), kind: .model,
      mediaType: "application/onnx", name: "../mini/LM.onnx", owner: owner)
  }

  @Test
  func `stores bytes under their digest and survives reopening`() throws {
    let artifact = try {
      let upload = try fixture.open().begin(request())
      try upload.send(bytes, piece: 999)
      return try upload.finish()
    }()
    #expect(artifact.digest == BLAKE3.hash(bytes))
    #expect(artifact.name == "../mini/LM.onnx")
    #expect(artifact.createdAt == UnixTime(milliseconds: 1_000))

    let store = try fixture.open()
    #expect(store.repairs == [])
    #expect(try store.stat(artifact.digest) == artifact)
    #expect(try store.contents(of: artifact.digest) == bytes)
    #expect(try fixture.uploadFiles() == [])
    #expect(store.usedBytes(by: [7]) == UInt64(bytes.count))
  }

  @Test
  func `a large artifact goes through in chunks`() throws {
    let store = try fixture.open()
    let block = content(1 << 20)
    var large: [UInt8] = []
    for number in UInt8(0)..<24 { large += block + [number] }
    let artifact = try store.put(large)

    #expect(artifact.sizeBytes == (24 << 20) + 24)
    #expect(try store.verify(artifact.digest) == artifact)
    #expect(try store.contents(of: artifact.digest) == large)
  }

  @Test
  func `an empty artifact is an artifact`() throws {
    let store = try fixture.open()
    let artifact = try store.put([])

    #expect(artifact.digest == BLAKE3.hash([]))
    #expect(try store.contents(of: artifact.digest) == [])
  }

  @Test
  func `goes on after reopening from what was synced`() throws {
    do {
      let upload = try fixture.open().begin(request())
      try upload.send(bytes, upTo: 40_000)
      #expect(try upload.sync() == 40_000)
      try upload.send(bytes, upTo: 60_000)
    }

    let store = try fixture.open()
    let digest = BLAKE3.hash(bytes)
    #expect(store.received(for: digest, owner: [7]) == 40_000)
    #expect(store.received(for: digest, owner: [8]) == 0)
    let upload = try store.begin(request())
    #expect(upload.receivedBytes == 40_000)
    try upload.send(bytes)
    #expect(try upload.finish().digest == digest)
    #expect(store.received(for: digest, owner: [8]) == UInt64(bytes.count))
  }

  @Test
  func `goes on in the same process from what was synced`() throws {
    let store = try fixture.open()
    for end in [10_000, 30_000, 70_000] {
      let upload = try store.begin(request())
      try upload.send(bytes, upTo: end)
      try upload.sync()
      try upload.send(bytes, upTo: end + 5_000)
    }
    let upload = try store.begin(request())

    #expect(upload.receivedBytes == 70_000)
    try upload.send(bytes)
    #expect(try upload.finish().digest == BLAKE3.hash(bytes))
  }

  @Test
  func `a directory copied in the middle of an upload opens and goes on`() throws {
    let store = try fixture.open()
    let upload = try store.begin(request())
    let transient = try store.begin(UploadRequest(sizeBytes: 10))
    try transient.append(offset: 0, bytes: [1, 2, 3].span)
    try transient.sync()
    try upload.send(bytes, upTo: 50_000)
    try upload.sync()
    try upload.send(bytes, upTo: 80_000)

    let crashed = try StoreFixture(copying: fixture)
    let reopened = try crashed.open()
    #expect(reopened.repairs.map(\.action) == [.removedUploadWithoutRecord])
    #expect(reopened.usedBytes(by: [7]) == UInt64(bytes.count))
    let resumed = try reopened.begin(request())
    #expect(resumed.receivedBytes == 50_000)
    try resumed.send(bytes)
    #expect(try resumed.finish().digest == BLAKE3.hash(bytes))
    #expect(try reopened.contents(of: BLAKE3.hash(bytes)) == bytes)
    withExtendedLifetime((upload, transient)) {}
  }

  @Test
  func `a lost state of the hash is made anew from the bytes`() throws {
    let store = try fixture.open()
    do {
      let upload = try store.begin(request())
      try upload.send(bytes, upTo: 50_000)
      try upload.sync()
    }
    let record = try #require(try fixture.uploadFiles().first { $0.hasSuffix(".record") })
    try fixture.flip(-1, in: "\(fixture.path)/uploads/\(record)")

    let upload = try store.begin(request())
    #expect(upload.receivedBytes == 50_000)
    try upload.send(bytes)
    #expect(try upload.finish().digest == BLAKE3.hash(bytes))
  }

  @Test
  func `refuses bytes that do not follow`() throws {
    let upload = try fixture.open().begin(request())
    try upload.send(bytes, upTo: 100)

    #expect(throws: ArtifactStore.UploadError.wrongOffset(expected: 100)) {
      try upload.append(offset: 99, bytes: bytes.span)
    }
    #expect(throws: ArtifactStore.UploadError.tooManyBytes(declared: 100_000)) {
      try upload.append(offset: 100, bytes: bytes.span)
    }
    #expect(throws: ArtifactStore.UploadError.incomplete(received: 100, declared: 100_000)) {
      try upload.finish()
    }
    try upload.send(bytes)
    _ = try upload.finish()
    #expect(throws: ArtifactStore.UploadError.ended) { try upload.finish() }
    #expect(throws: ArtifactStore.UploadError.ended) {
      try upload.append(offset: 100_000, bytes: [UInt8]().span)
    }
  }

  @Test
  func `throws away bytes with another digest`() throws {
    let store = try fixture.open()
    let upload = try store.begin(request())
    var wrong = bytes
    wrong[5] ^= 1
    try upload.send(wrong)

    let mismatch = ArtifactStore.UploadError.digestMismatch(
      expected: BLAKE3.hash(bytes), actual: BLAKE3.hash(wrong))
    #expect(throws: mismatch) { try upload.finish() }
    #expect(try fixture.uploadFiles() == [])
    #expect(store.usedBytes(by: [7]) == 0)
    #expect(throws: ArtifactStore.ReadError.notFound(BLAKE3.hash(bytes))) {
      try store.stat(BLAKE3.hash(bytes))
    }
  }

  @Test
  func `one writer at a time`() throws {
    let store = try fixture.open()
    let upload = try store.begin(request())

    #expect(throws: ArtifactStore.UploadError.busy) { try store.begin(request()) }
    _ = try store.begin(request(owner: [8]))
    try upload.cancel()
    _ = try store.begin(request())
  }

  @Test
  func `an upload without digest learns it at the end and cannot be resumed`() throws {
    let store = try fixture.open()
    var request = request()
    request.digest = nil
    do {
      let forgotten = try store.begin(request)
      try forgotten.send(bytes, upTo: 10)
      try forgotten.sync()
    }
    #expect(try fixture.uploadFiles() == [])

    let upload = try store.begin(request)
    #expect(upload.receivedBytes == 0)
    try upload.send(bytes)
    #expect(try upload.finish().digest == BLAKE3.hash(bytes))
    #expect(store.usedBytes(by: [7]) == UInt64(bytes.count))
  }

  @Test
  func `what is stored already needs no bytes`() throws {
    let store = try fixture.open()
    try store.put(bytes, owner: [7])

    let upload = try store.begin(request(owner: [8]))
    #expect(upload.receivedBytes == UInt64(bytes.count))
    #expect(try upload.finish().owner == [8])
    #expect(store.usedBytes(by: [8]) == UInt64(bytes.count))
    #expect(try store.begin(request(owner: [7])).finish().owner == [7])
    #expect(store.usedBytes(by: [7]) == UInt64(bytes.count))

    var wrongSize = request()
    wrongSize.sizeBytes = 1
    #expect(throws: ArtifactStore.UploadError.sizeMismatch(declared: 1, stored: 100_000)) {
      try store.begin(wrongSize)
    }
    let late = try store.begin(request(owner: [9]))
    for owner: [UInt8] in [[7], [8]] { try store.delete(BLAKE3.hash(bytes), by: owner) }
    #expect(throws: ArtifactStore.UploadError.vanished) { try late.finish() }
  }

  @Test
  func `many owners upload the same bytes at once`() async throws {
    let store = try fixture.open()
    let bytes = bytes
    let digest = BLAKE3.hash(bytes)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for owner in UInt8(0)..<8 {
        group.addTask {
          let artifact = try store.put(bytes, owner: [owner])
          #expect(artifact.digest == digest)
        }
      }
      try await group.waitForAll()
    }

    #expect(store.list().artifacts.count == 1)
    #expect(try store.contents(of: digest) == bytes)
    #expect(try fixture.uploadFiles() == [])
    for owner in UInt8(0)..<8 { #expect(store.usedBytes(by: [owner]) == 100_000) }
  }
}
