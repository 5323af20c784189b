internal import Files
public import Primitives
internal import Synchronization

/// Models, datasets, checkpoints and results, each named by the BLAKE3 digest of its bytes.
///
/// What the store has acknowledged survives a killed process. One process at a time has a store's
/// directory open. Calls block while the disk works; they may come from any thread.
public final class ArtifactStore: Sendable {
  public let limits: Limits
  /// What opening the directory put right.
  public let repairs: [Repair]

  /// The directory that holds the store.
  public var directory: String { layout.root }

  let layout: Layout
  let clock: @Sendable () -> UnixTime
  let catalogue: Mutex<Catalogue>
  /// Held while objects and records come and go on disk; always taken before `catalogue`.
  let commits = Mutex(())
  private let lock: File

  /// Opens the store in `directory`, which is made if it does not exist (its parent must).
  public init(
    directory: String, limits: Limits = Limits(),
    clock: @escaping @Sendable () -> UnixTime = UnixTime.now
  ) throws(OpenError) {
    let layout = Layout(root: directory)
    let lock = try Self.prepare(layout)
    let survey: Survey
    do {
      survey = try Survey(layout)
    } catch {
      throw .storage(error)
    }
    var catalogue = Catalogue(limits: limits)
    catalogue.load(survey.records, damages: survey.damages, uploads: survey.uploads)

    self.limits = limits
    self.layout = layout
    self.clock = clock
    self.lock = lock
    self.catalogue = Mutex(catalogue)
    repairs = survey.repairs
  }

  public func stat(_ digest: Digest) throws(ReadError) -> Artifact {
    let record = try catalogue.withLock { (catalogue) throws(ReadError) in
      try catalogue.record(digest)
    }
    return record.artifact(as: record.claims[0])
  }

  /// A page of artifacts in the order in which they were stored.
  ///
  /// An artifact with several owners appears once, with the first claim that the filter accepts.
  public func list(
    after cursor: Cursor? = nil, limit: Int = .max, matching filter: Filter = Filter()
  ) -> Page {
    catalogue.withLock { $0.page(after: cursor, limit: limit, matching: filter) }
  }

  /// What an owner's artifacts and uploads add up to.
  public func usedBytes(by owner: [UInt8]) -> UInt64 {
    catalogue.withLock { $0.usedBytes(by: owner) }
  }

  /// Files that were found damaged when the store was opened or verified.
  public var damages: [Damage] {
    catalogue.withLock { $0.damages.values.sorted { $0.digest < $1.digest } }
  }
}
