import Primitives
import REE
import Testing

@Suite
struct ArtifactLimitTests {
  let fixture: StoreFixture

  init() throws {
    fixture = try StoreFixture()
  }

  @Test
  func `an owner's quota counts what is running`() throws {
    var limits = ArtifactStore.Limits()
    limits.quotaBytesPerOwner = 1000
    let store = try fixture.open(limits)
    let first = try store.put(content(400), owner: [1])
    let running = try store.begin(UploadRequest(sizeBytes: 500, owner: [1]))

    #expect(throws: ArtifactStore.UploadError.quotaExceeded(used: 900, limit: 1000)) {
      try store.begin(UploadRequest(sizeBytes: 101, owner: [1]))
    }
    _ = try store.begin(UploadRequest(sizeBytes: 1000, owner: [2]))
    try running.cancel()
    _ = try store.begin(UploadRequest(sizeBytes: 600, owner: [1]))
    try store.delete(first.digest, by: [1])
    #expect(store.usedBytes(by: [1]) == 0)
  }

  @Test
  func `what is kept under a wrong size counts until its bytes are gone`() throws {
    var limits = ArtifactStore.Limits()
    limits.quotaBytesPerOwner = 1000
    let store = try fixture.open(limits)
    let digest = BLAKE3.hash(content(400))
    do {
      let upload = try store.begin(UploadRequest(digest: digest, sizeBytes: 900, owner: [1]))
      try upload.send(content(400))
      try upload.sync()
    }

    #expect(throws: ArtifactStore.UploadError.quotaExceeded(used: 0, limit: 1000)) {
      try store.begin(UploadRequest(digest: digest, sizeBytes: 1001, owner: [1]))
    }
    #expect(store.usedBytes(by: [1]) == 900)
    #expect(store.received(for: digest, owner: [1]) == 400)
    #expect(try store.put(content(400), owner: [1]).digest == digest)
    #expect(store.usedBytes(by: [1]) == 400)
  }

  @Test
  func `sizes at the end of the number range are refused, not summed`() throws {
    var limits = ArtifactStore.Limits()
    limits.artifactSizeMax = .max
    limits.quotaBytesPerOwner = .max
    let store = try fixture.open(limits)
    let first = try store.begin(UploadRequest(sizeBytes: .max))

    #expect(throws: ArtifactStore.UploadError.quotaExceeded(used: .max, limit: .max)) {
      try store.begin(UploadRequest(sizeBytes: .max))
    }
    #expect(throws: ArtifactStore.UploadError.wrongOffset(expected: 0)) {
      try first.append(offset: .max, bytes: [1].span)
    }
  }

  @Test
  func `refuses what is too large or too much`() throws {
    var limits = ArtifactStore.Limits()
    limits.artifactSizeMax = 100
    limits.chunkSizeMax = 10
    limits.uploadsPerOwnerMax = 1
    limits.claimsPerArtifactMax = 1
    let store = try fixture.open(limits)

    #expect(throws: ArtifactStore.UploadError.artifactTooLarge(sizeBytes: 101, limit: 100)) {
      try store.begin(UploadRequest(sizeBytes: 101))
    }
    do {
      let upload = try store.begin(UploadRequest(sizeBytes: 100))
      #expect(throws: ArtifactStore.UploadError.chunkTooLarge(sizeBytes: 11, limit: 10)) {
        try upload.append(offset: 0, bytes: content(11).span)
      }
      #expect(throws: ArtifactStore.UploadError.tooManyUploads(limit: 1)) {
        try store.begin(UploadRequest(sizeBytes: 1))
      }
    }
    try store.put([1], owner: [1])
    #expect(throws: ArtifactStore.UploadError.tooManyOwners(limit: 1)) {
      try store.put([1], owner: [2])
    }
  }

  @Test(arguments: ["a\0b", "line\n", String(repeating: "x", count: 1025)])
  func `refuses names that a record could not hold`(name: String) throws {
    let store = try fixture.open()

    #expect(throws: ArtifactStore.UploadError.invalid(.name, sizeMax: 1024)) {
      try store.begin(UploadRequest(sizeBytes: 1, name: name))
    }
    #expect(throws: ArtifactStore.UploadError.invalid(.owner, sizeMax: 64)) {
      try store.begin(UploadRequest(sizeBytes: 1, owner: content(65)))
    }
  }

  @Test
  func `removes interrupted uploads when they are old enough`() throws {
    var limits = ArtifactStore.Limits()
    limits.staleUploadAge = .seconds(10)
    let store = try fixture.open(limits)
    let bytes = content(100)
    let request = UploadRequest(digest: BLAKE3.hash(bytes), sizeBytes: 100, owner: [1])
    let running = try store.begin(UploadRequest(digest: BLAKE3.hash([1]), sizeBytes: 1))
    do {
      let upload = try store.begin(request)
      try upload.send(bytes, upTo: 60)
      try upload.sync()
    }

    let early = try store.collectGarbage(now: UnixTime(milliseconds: 10_999))
    #expect(early.uploadCount == 0)
    #expect(store.received(for: BLAKE3.hash(bytes), owner: [1]) == 60)
    let late = try store.collectGarbage(now: UnixTime(milliseconds: 11_000))
    #expect(late.uploadCount == 1)
    #expect(late.durableBytes == 60)
    #expect(store.received(for: BLAKE3.hash(bytes), owner: [1]) == 0)
    #expect(store.usedBytes(by: [1]) == 0)
    #expect(try fixture.uploadFiles().count == 1)
    try running.send([1])
    _ = try running.finish()
  }
}
