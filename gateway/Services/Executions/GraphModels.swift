internal import GraphRuns
internal import Primitives
internal import REE
internal import Receipts
internal import Synchronization
internal import Tokenizers

/// The graphs that are in memory, the last used last.
final class GraphModels: Sendable {
  /// A graph that can be run, and what receipts call it.
  struct Loaded: Sendable {
    let executor: Executor
    let identity: Receipt.Model
    let parts: ModelIdentity
    let files: [RunParameters.File]
  }

  private struct Entry: Sendable {
    let hash: Digest
    let model: Loaded

    func holds(_ hash: Digest, _ files: [RunParameters.File]) -> Bool {
      self.hash == hash && model.files == files
    }
  }

  private let store: ArtifactStore
  private let countMax: Int
  private let sizeBytesMax: Int
  private let entries = Mutex<[Entry]>([])
  /// One thread: a file takes several times its size while it is read.
  private let thread = DiskExecutor(threads: 1)

  /// What tensors may take that are not written out in a file; see `ModelLimits`.
  private static let unwrittenSizeBytesMax = 1 << 30
  /// The largest tokenizer's file that is read.
  private static let tokenizerSizeMax = 64 << 20

  init(store: ArtifactStore, countMax: Int, sizeBytesMax: Int) {
    self.store = store
    self.countMax = countMax
    self.sizeBytesMax = sizeBytesMax
  }

  /// Finds a graph or reads it from the store.
  func model(_ hash: Digest, files: [RunParameters.File]) async throws -> Loaded {
    if let found = find(hash, files) { return found }
    return try await thread.run { () throws(any Error) in try load(hash, files) }
  }

  private func load(_ hash: Digest, _ files: [RunParameters.File]) throws -> Loaded {
    // Whoever waited for the same file finds it here.
    if let found = find(hash, files) { return found }
    let executor = try Executor(try read(hash, files: files))
    let parts = ModelIdentity(executor)
    let identity = Receipt.Model(format: .onnx, hash: hash, root: parts.root)
    let model = Loaded(executor: executor, identity: identity, parts: parts, files: files)
    keep(Entry(hash: hash, model: model))
    return model
  }

  private func keep(_ entry: Entry) {
    entries.withLock { entries in
      entries.append(entry)
      if entries.count > countMax { entries.removeFirst() }
    }
  }

  /// What a file says whose graph cannot be run.
  func description(_ hash: Digest, files: [RunParameters.File]) async throws -> Model {
    try await thread.run { () throws(any Error) in try read(hash, files: files) }
  }

  private func read(_ hash: Digest, files: [RunParameters.File]) throws -> Model {
    var limits = ModelLimits()
    limits.sizeBytesMax = min(limits.sizeBytesMax, sizeBytesMax)
    let external = StoredFiles(store: store, files: files)
    limits.tensorSizeBytesMax =
      Self.unwrittenSizeBytesMax + external.sizeBytes(atMost: sizeBytesMax)
    let size = Int(clamping: try store.stat(hash).sizeBytes)
    guard size <= limits.sizeBytesMax else {
      throw ModelError.tooLarge(sizeBytes: size, limit: limits.sizeBytesMax)
    }
    let bytes = try store.contents(hash, sizeMax: size)
    return try Model(onnx: bytes, external: external, limits: limits)
  }

  func tokenizer(_ hash: Digest) async throws -> Tokenizer {
    let bytes = try await thread.run { () throws(any Error) in
      try store.contents(hash, sizeMax: Self.tokenizerSizeMax)
    }
    return try Tokenizer(json: bytes.span)
  }

  private func find(_ hash: Digest, _ files: [RunParameters.File]) -> Loaded? {
    entries.withLock { entries -> Loaded? in
      guard let index = entries.firstIndex(where: { $0.holds(hash, files) }) else { return nil }
      let entry = entries.remove(at: index)
      entries.append(entry)
      return entry.model
    }
  }
}
