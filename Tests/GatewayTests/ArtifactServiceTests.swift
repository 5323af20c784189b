import Foundation
import GatewayServices
import REE
import RPC
import Schema
import SwiftProtobuf
import Testing

@Suite
struct ArtifactServiceTests {
  private let bytes = ArtifactFixture.bytes(10_000)

  private func download(
    _ client: Gensyn_Ree_V1.ArtifactClient, _ hash: Data, offset: UInt64 = 0, length: UInt64 = 0
  ) async throws -> (artifact: Gensyn_Ree_V1.Artifact?, bytes: [UInt8], chunks: Int) {
    var artifact: Gensyn_Ree_V1.Artifact?
    var received: [UInt8] = []
    var chunks = 0
    for try await response in client.getArtifact(hash: hash, offset: offset, length: length) {
      switch response.message {
      case .artifact(let described)?:
        #expect(artifact == nil && chunks == 0)
        artifact = described
      case .chunk(let chunk)?:
        #expect(chunk.offset == offset + UInt64(received.count))
        received += chunk.data
        chunks += 1
      case nil: Issue.record("an empty response")
      }
    }
    return (artifact, received, chunks)
  }

  @Test
  func `what was stored comes back`() async throws {
    let fixture = try ArtifactFixture()

    let stored = try await fixture.client().putArtifact(
      ArtifactFixture.upload(bytes, name: "a name", kind: .trace))
    let loaded = try await download(fixture.client(), stored.artifact.hash)

    #expect(stored.artifact.hash == ArtifactFixture.hash(bytes))
    #expect(!stored.alreadyStored)
    #expect(loaded.bytes == bytes)
    #expect(loaded.chunks == 10)
    #expect(loaded.artifact == stored.artifact)
    #expect(stored.artifact.name == "a name")
    #expect(stored.artifact.kind == .trace)
    #expect(stored.artifact.mediaType == "application/octet-stream")
    #expect(stored.artifact.createTime.seconds > 1_700_000_000)
  }

  @Test
  func `an empty artifact is one like any other`() async throws {
    let fixture = try ArtifactFixture()

    let hash = try await fixture.put([])
    let loaded = try await download(fixture.client(), hash)

    #expect(loaded.bytes.isEmpty)
    #expect(loaded.artifact?.sizeBytes == 0)
  }

  @Test(
    arguments: [
      (0, 1), (999, 2), (5000, 0), (9_999, 1), (10_000, 0), (0, 20_000), (1, 1000),
    ] as [(UInt64, UInt64)])
  func `a range is a part of the bytes`(offset: UInt64, length: UInt64) async throws {
    let fixture = try ArtifactFixture()
    let hash = try await fixture.put(bytes)

    let loaded = try await download(fixture.client(), hash, offset: offset, length: length)

    let rest = bytes.dropFirst(Int(offset))
    #expect(loaded.bytes == Array(length == 0 ? rest : rest.prefix(Int(length))))
  }

  @Test
  func `a range behind the end is refused`() async throws {
    let fixture = try ArtifactFixture()
    let hash = try await fixture.put(bytes)

    let error = await failure {
      _ = try await download(fixture.client(), hash, offset: .max, length: .max)
    }

    #expect(error?.code == .outOfRange)
    #expect(error?.fields == ["offset"])
  }

  @Test
  func `bytes that are here need not be sent again`() async throws {
    let fixture = try ArtifactFixture()
    let hash = try await fixture.put(bytes, owner: 1)

    let header = [ArtifactFixture.upload(bytes, hash: hash, name: "mine")[0]]
    let response = try await fixture.client(2).putArtifact(header)
    let first = try await fixture.client(1).statArtifact(hash: hash)
    let second = try await fixture.client(2).statArtifact(hash: hash)

    #expect(response.alreadyStored)
    #expect(response.artifact.name == "mine")
    #expect(first.artifact.name == "")
    #expect(second.artifact.name == "mine")
  }

  @Test
  func `a broken upload goes on where it broke off`() async throws {
    let fixture = try ArtifactFixture()
    let hash = ArtifactFixture.hash(bytes)
    let client = fixture.client(1)
    let messages = ArtifactFixture.upload(bytes, hash: hash)
    let (stream, continuation) = AsyncThrowingStream.makeStream(
      of: Gensyn_Ree_V1.PutArtifactRequest.self)
    for message in messages.prefix(8) { continuation.yield(message) }
    let broken = Task { await failure { _ = try await client.putArtifact(stream) } }
    var state = Gensyn_Ree_V1.GetUploadResponse()
    while state.receivedSizeBytes == 0 {
      try await Task.sleep(for: .milliseconds(5))
      // Until the first bytes are durable there is nothing to go on from.
      if let known = try? await client.getUpload(hash: hash) { state = known }
    }
    continuation.finish(throwing: CancellationError())
    _ = await broken.value

    #expect(state.sizeBytes == 10_000)
    #expect(!state.complete)
    #expect(state.expireTime.seconds > 1_700_000_000)
    #expect(
      await failure { _ = try await fixture.client(2).getUpload(hash: hash) }?.code == .notFound)

    let response = try await resume(client, hash)
    #expect(response.artifact.hash == hash)
    #expect(!response.alreadyStored)
    #expect(try await client.getUpload(hash: hash).complete)
    #expect(try await download(client, hash).bytes == bytes)
  }

  /// Goes on with an upload, which the broken stream may still be letting go of.
  private func resume(
    _ client: Gensyn_Ree_V1.ArtifactClient, _ hash: Data
  ) async throws -> Gensyn_Ree_V1.PutArtifactResponse {
    var response: Gensyn_Ree_V1.PutArtifactResponse?
    var last: RPCError?
    for _ in 0..<1000 where response == nil {
      let offset = Int(try await client.getUpload(hash: hash).receivedSizeBytes)
      let rest = ArtifactFixture.upload(bytes, hash: hash, from: offset)
      last = await failure { response = try await client.putArtifact(rest) }
      // More may have become durable when the stream broke.
      guard last?.code == .aborted || last?.code == .outOfRange else { break }
      try await Task.sleep(for: .milliseconds(5))
    }
    return try #require(response, "\(String(describing: last))")
  }

  @Test
  func `a wrong offset is refused, and the right one named`() async throws {
    let fixture = try ArtifactFixture()

    let messages = ArtifactFixture.upload(bytes, from: 700)
    let error = await failure { _ = try await fixture.client().putArtifact(messages) }

    #expect(error?.code == .outOfRange)
    #expect(error?.message.contains("offset 0") == true)
  }

  @Test
  func `bytes with another hash than stated are thrown away`() async throws {
    let fixture = try ArtifactFixture()
    let hash = Data(repeating: 7, count: 32)

    let messages = ArtifactFixture.upload(bytes, hash: hash)
    let error = await failure { _ = try await fixture.client().putArtifact(messages) }

    #expect(error?.code == .dataLoss)
    #expect(error?.reason == "HASH_MISMATCH")
    #expect(
      await failure { _ = try await fixture.client().getUpload(hash: hash) }?.code == .notFound)
  }

  @Test
  func `what is no upload is refused with the field that is wrong`() async throws {
    let fixture = try ArtifactFixture { $0.uploadChunkSizeMax = 800 }
    let good = ArtifactFixture.upload(bytes)
    func edited(
      _ index: Int, _ change: (inout Gensyn_Ree_V1.PutArtifactRequest) -> Void
    ) -> [Gensyn_Ree_V1.PutArtifactRequest] {
      var messages = good
      change(&messages[index])
      return messages
    }
    func expectRefusal(
      _ messages: [Gensyn_Ree_V1.PutArtifactRequest], _ field: String
    ) async {
      let error = await failure { _ = try await fixture.client().putArtifact(messages) }
      #expect(error?.code == .invalidArgument, "\(field)")
      #expect(error?.fields == [field])
    }

    await expectRefusal([], "header")
    await expectRefusal(Array(good.dropFirst()), "header")
    await expectRefusal(edited(0) { $0.header.hash = Data([1]) }, "header.hash")
    await expectRefusal(edited(0) { $0.header.kind = .UNRECOGNIZED(99) }, "header.kind")
    await expectRefusal(
      edited(0) { $0.header.name = String(repeating: "x", count: 2000) }, "header.name")
    await expectRefusal(edited(0) { $0.header.mediaType = "a\nb" }, "header.media_type")
    await expectRefusal(edited(1) { $0 = good[0] }, "chunk")
    await expectRefusal(edited(1) { $0.chunk.data = Data() }, "chunk.data")
    await expectRefusal(edited(1) { $0.chunk.data = Data(count: 801) }, "chunk.data")
    await expectRefusal(Array(good.dropLast()), "header.size_bytes")
    await expectRefusal(edited(0) { $0.header.sizeBytes = 9_999 }, "chunk.data")
    #expect(fixture.store.usedBytes(by: []) == 0)
  }

  @Test
  func `a quota is kept, and says what is left`() async throws {
    var limits = ArtifactStore.Limits()
    limits.quotaBytesPerOwner = 15_000
    let fixture = try ArtifactFixture(limits: limits)
    try await fixture.put(bytes, owner: 1)

    let more = ArtifactFixture.upload(ArtifactFixture.bytes(6000, seed: 2))
    let error = await failure { _ = try await fixture.client(1).putArtifact(more) }
    let quota = try await fixture.client(1).getArtifactQuota()

    #expect(error?.code == .resourceExhausted)
    #expect(error?.reason == "QUOTA_EXCEEDED")
    #expect(quota.usedSizeBytes == 10_000)
    #expect(quota.limitSizeBytes == 15_000)
    #expect(quota.artifactCount == 1)
    #expect(try await fixture.client(2).getArtifactQuota().usedSizeBytes == 0)
    #expect(try await fixture.client(2).putArtifact(more).artifact.sizeBytes == 6000)
  }

  @Test
  func `only an owner deletes, and deleting again changes nothing`() async throws {
    let fixture = try ArtifactFixture()
    let hash = try await fixture.put(bytes, owner: 1)

    let error = await failure { _ = try await fixture.client(2).deleteArtifact(hash: hash) }
    #expect(error?.code == .permissionDenied)
    #expect(await failure { _ = try await fixture.client().deleteArtifact(hash: hash) } != nil)
    _ = try await fixture.client(1).deleteArtifact(hash: hash)
    _ = try await fixture.client(1).deleteArtifact(hash: hash)

    #expect(
      await failure { _ = try await fixture.client(1).statArtifact(hash: hash) }?.code == .notFound)
    #expect(try await fixture.client(1).getArtifactQuota().artifactCount == 0)
  }

  @Test
  func `an owner's delete leaves the other owner's artifact`() async throws {
    let fixture = try ArtifactFixture()
    let hash = try await fixture.put(bytes, owner: 1)
    try await fixture.put(bytes, owner: 2)

    _ = try await fixture.client(1).deleteArtifact(hash: hash)

    #expect(try await download(fixture.client(2), hash).bytes == bytes)
    #expect(try await fixture.client(1).listArtifacts().artifacts.isEmpty)
  }

  @Test
  func `damage is found, told, and not served`() async throws {
    let fixture = try ArtifactFixture()
    let hash = try await fixture.put(bytes)
    #expect(try await fixture.client().verifyArtifact(hash: hash).intact)
    let files = FileManager.default.enumerator(atPath: fixture.store.directory + "/objects")
    let file = try #require(
      files?.compactMap { $0 as? String }.first { $0.utf8.count > 40 })
    let path = fixture.store.directory + "/objects/" + file
    var changed = bytes
    changed[5] ^= 1
    try FileManager.default.removeItem(atPath: path)
    try Data(changed).write(to: URL(filePath: path))

    let verdict = try await fixture.client().verifyArtifact(hash: hash)
    let error = await failure { _ = try await download(fixture.client(), hash) }

    #expect(!verdict.intact)
    #expect(verdict.actualHash == ArtifactFixture.hash(changed))
    #expect(verdict.damagedFile == "objects/" + file)
    #expect(!verdict.damage.isEmpty)
    #expect(error?.code == .dataLoss)
    #expect(error?.message.contains(fixture.directory.path) == false)
  }
}

@Suite
struct ArtifactListTests {
  @Test
  func `pages follow one another without gap or repetition`() async throws {
    let fixture = try ArtifactFixture()
    var hashes: Set<Data> = []
    for seed in 0..<7 {
      hashes.insert(try await fixture.put(ArtifactFixture.bytes(10, seed: seed), owner: 1))
    }
    try await fixture.put(ArtifactFixture.bytes(11), owner: 2)

    var listed: [Data] = []
    var token = ""
    repeat {
      let page = try await fixture.client(1).listArtifacts(pageSize: 3, pageToken: token)
      #expect(page.artifacts.count <= 3)
      listed += page.artifacts.map(\.hash)
      token = page.nextPageToken
    } while !token.isEmpty

    #expect(listed.count == 7)
    #expect(Set(listed) == hashes)
  }

  @Test
  func `filters by kind and name`() async throws {
    let fixture = try ArtifactFixture()
    let model = try await fixture.put([1], name: "a/model", kind: .model)
    try await fixture.put([2], name: "a/data", kind: .dataset)
    try await fixture.put([3], name: "b", kind: .model)

    let models = try await fixture.client().listArtifacts(kind: .model, namePrefix: "a/")

    #expect(models.artifacts.map(\.hash) == [model])
  }

  @Test
  func `a token belongs to its filter`() async throws {
    let fixture = try ArtifactFixture()
    for byte in 0..<3 { try await fixture.put([UInt8(byte)], owner: 1) }
    let token = try await fixture.client(1).listArtifacts(pageSize: 1).nextPageToken

    func expectRefusal(
      _ client: Gensyn_Ree_V1.ArtifactClient, _ token: String,
      kind: Gensyn_Ree_V1.ArtifactKind = .unspecified
    ) async {
      let error = await failure {
        _ = try await client.listArtifacts(pageToken: token, kind: kind)
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.fields == ["page_token"])
    }

    await expectRefusal(fixture.client(1), token, kind: .model)
    await expectRefusal(fixture.client(2), token)
    await expectRefusal(fixture.client(1), "nonsense")
    await expectRefusal(fixture.client(1), "AAAA")
    #expect(
      await failure { _ = try await fixture.client(1).listArtifacts(pageSize: -1) }?.fields
        == ["page_size"])
  }
}
