internal import Primitives
internal import REE
internal import Receipts
internal import Synchronization

/// The language models that are in memory, the last used last.
final class LanguageModels: Sendable {
  /// A model and what receipts call it.
  struct Loaded: Sendable {
    let model: LanguageModel
    let identity: Receipt.Model
  }

  private let store: ArtifactStore
  private let countMax: Int
  private let loaded = Mutex<[(hash: Digest, model: Loaded)]>([])

  init(store: ArtifactStore, countMax: Int) {
    self.store = store
    self.countMax = countMax
  }

  /// Finds a model or reads it from the store. Waits for the disk.
  func model(_ hash: Digest) throws -> Loaded {
    if let found = loaded.withLock({ Self.touch(hash, &$0) }) { return found }
    let model = try LanguageModel(.mapped(try store.map(hash)))
    let found = Loaded(
      model: model,
      identity: Receipt.Model(format: .gguf, hash: hash, root: try model.root()))
    loaded.withLock { loaded in
      loaded.removeAll { $0.hash == hash }
      loaded.append((hash, found))
      if loaded.count > countMax { loaded.removeFirst() }
    }
    return found
  }

  private static func touch(
    _ hash: Digest, _ loaded: inout sending [(hash: Digest, model: Loaded)]
  ) -> Loaded? {
    guard let index = loaded.firstIndex(where: { $0.hash == hash }) else { return nil }
    let entry = loaded.remove(at: index)
    loaded.append(entry)
    return entry.model
  }
}
