import Foundation
import RPC
import Synchronization
import Testing

@testable import GensynClient

@Suite
struct TransferTests {
  private let store = MemoryStore()
  private let bytes = Data((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })

  private var gensyn: Gensyn {
    Gensyn(transport: InProcessTransport(Router(services: [store.service])))
  }

  private func withFile<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    try await withTemporaryFolder { folder in
      try bytes.write(to: URL(filePath: "\(folder)/in"))
      return try await body(folder)
    }
  }

  @Test
  func `a file goes up and comes down`() async throws {
    try await withFile { folder in
      let stored = try await gensyn.artifacts.upload(
        file: "\(folder)/in", mediaType: "text/x", kind: .dataset)
      #expect(!stored.alreadyStored)
      #expect(stored.artifact.name == "in")
      let digest = try #require(stored.artifact.digest)

      try await gensyn.artifacts.download(digest, to: "\(folder)/out")

      #expect(try Data(contentsOf: URL(filePath: "\(folder)/out")) == bytes)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["in", "out"])
    }
  }

  @Test
  func `broken streams go on where they were`() async throws {
    try await withFile { folder in
      store.state.withLock { $0.breaks = [300_000, 300_000] }
      let stored = try await gensyn.artifacts.upload(file: "\(folder)/in")
      #expect(store.state.withLock { $0.offsets } == [0, 524_288, 1_000_000])

      let digest = try #require(stored.artifact.digest)
      store.state.withLock { state in
        state.offsets = []
        state.breaks = [250_000, 100_000]
      }
      try await gensyn.artifacts.download(digest, to: "\(folder)/out")

      #expect(store.state.withLock { $0.offsets } == [0, 300_000, 400_000])
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/out")) == bytes)
    }
  }

  @Test
  func `attempts that bring nothing forward come to an end`() {
    let lost = RPCError(.unavailable, "the connection was lost")
    var policy = TransferPolicy()
    for _ in 1..<policy.fruitlessAttemptsMax {
      #expect(policy.delay(after: lost, madeProgress: false) != nil)
    }
    #expect(policy.delay(after: lost, madeProgress: false) == nil)
    #expect(policy.delay(after: lost, madeProgress: true) != nil)
    #expect(policy.delay(after: RPCError(.notFound, ""), madeProgress: true) == nil)
  }

  @Test
  func `what was there of a download is not fetched again`() async throws {
    try await withFile { folder in
      let stored = try await gensyn.artifacts.upload(file: "\(folder)/in")
      let digest = try #require(stored.artifact.digest)
      let part = "\(folder)/out.\("\(digest)".prefix(16)).part"
      try bytes.prefix(123_456).write(to: URL(filePath: part))
      store.state.withLock { $0.offsets = [] }

      try await gensyn.artifacts.download(digest, to: "\(folder)/out")

      #expect(store.state.withLock { $0.offsets } == [123_456])
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/out")) == bytes)
    }
  }

  @Test
  func `bytes with another hash are thrown away`() async throws {
    try await withFile { folder in
      let stored = try await gensyn.artifacts.upload(file: "\(folder)/in")
      let digest = try #require(stored.artifact.digest)
      store.state.withLock { $0.corrupts = true }

      let error = await #expect(throws: RPCError.self) {
        try await gensyn.artifacts.download(digest, to: "\(folder)/out")
      }

      #expect(error?.code == .dataLoss)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["in"])
    }
  }

  @Test(arguments: [(0, 10), (999_990, 10), (999_990, 100), (1_000_000, 5), (10, 0), (99_999, 2)])
  func `a part is read`(offset: Int, length: Int) async throws {
    try await withFile { folder in
      let stored = try await gensyn.artifacts.upload(file: "\(folder)/in")
      let digest = try #require(stored.artifact.digest)
      var read = Data()
      try await gensyn.artifacts.read(
        digest, offset: UInt64(offset), length: UInt64(length)
      ) { data in
        read += data
      }
      #expect(read == bytes.dropFirst(offset).prefix(length))
    }
  }

  @Test
  func `progress ends at the end`() async throws {
    try await withFile { folder in
      let last = Mutex<TransferProgress?>(nil)
      try await gensyn.artifacts.upload(file: "\(folder)/in") { progress in
        last.withLock { $0 = progress }
      }
      #expect(
        last.withLock { $0 }
          == TransferProgress(.transferring, doneBytes: 1_000_000, totalBytes: 1_000_000))
    }
  }

  @Test
  func `an empty file is an artifact too`() async throws {
    try await withTemporaryFolder { folder in
      try write("", to: "\(folder)/empty")
      let stored = try await gensyn.artifacts.upload(file: "\(folder)/empty")
      let digest = try #require(stored.artifact.digest)
      try await gensyn.artifacts.download(digest, to: "\(folder)/out")
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/out")).isEmpty)
    }
  }
}
