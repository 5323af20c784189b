internal import Primitives

/// What the store knows without asking the disk: pure state, no locks and no I/O.
struct Catalogue: Sendable {
  let limits: ArtifactStore.Limits
  private(set) var records: [Digest: ArtifactRecord] = [:]
  private(set) var damages: [Digest: ArtifactStore.Damage] = [:]
  private var order: [ArtifactStore.Cursor] = []
  private var usage: [[UInt8]: UInt64] = [:]
  private var claimCounts: [[UInt8]: Int] = [:]
  var uploads: [UploadID: Ticket] = [:]
  var transientCount: UInt64 = 0

  init(limits: ArtifactStore.Limits) {
    self.limits = limits
  }

  /// Fills an empty catalogue with what was found on the disk.
  mutating func load(
    _ found: [ArtifactRecord], damages: [Digest: ArtifactStore.Damage],
    uploads: [UploadID: Ticket]
  ) {
    self.damages = damages
    for record in found {
      records[record.digest] = record
      reserve(record)
    }
    order = found.map(\.cursor).sorted()
    self.uploads = uploads
    for ticket in uploads.values { reserve(ticket.reservedBytes, for: ticket.owner) }
  }

  /// The record of an artifact that may be read.
  func record(_ digest: Digest) throws(ArtifactStore.ReadError) -> ArtifactRecord {
    if let damage = damages[digest] { throw .damaged(damage) }
    guard let record = records[digest] else { throw .notFound(digest) }
    return record
  }

  mutating func put(_ record: ArtifactRecord) {
    let previous = records.updateValue(record, forKey: record.digest)
    if let previous { release(previous) }
    if previous?.cursor != record.cursor {
      if let previous { removeFromOrder(previous) }
      order.insert(record.cursor, at: position(of: record.cursor))
    }
    reserve(record)
  }

  mutating func remove(_ digest: Digest) {
    damages[digest] = nil
    guard let previous = records.removeValue(forKey: digest) else { return }
    release(previous)
    removeFromOrder(previous)
  }

  mutating func mark(_ damage: ArtifactStore.Damage) {
    damages[damage.digest] = damage
  }

  mutating func clearDamage(_ digest: Digest) {
    damages[digest] = nil
  }
}

// MARK: - Use of space

extension Catalogue {
  func usedBytes(by owner: [UInt8]) -> UInt64 {
    usage[owner, default: 0]
  }

  // Sums saturate: a damaged or hostile size must not bring the process down.
  mutating func reserve(_ sizeBytes: UInt64, for owner: [UInt8]) {
    guard sizeBytes > 0 else { return }
    let (sum, overflow) = usedBytes(by: owner).addingReportingOverflow(sizeBytes)
    usage[owner] = overflow ? .max : sum
  }

  mutating func release(_ sizeBytes: UInt64, for owner: [UInt8]) {
    let used = usedBytes(by: owner)
    usage[owner] = used > sizeBytes ? used - sizeBytes : nil
  }

  func claimCount(of owner: [UInt8]) -> Int {
    claimCounts[owner, default: 0]
  }

  private mutating func reserve(_ record: ArtifactRecord) {
    for claim in record.claims {
      reserve(record.sizeBytes, for: claim.owner)
      claimCounts[claim.owner, default: 0] += 1
    }
  }

  private mutating func release(_ record: ArtifactRecord) {
    for claim in record.claims {
      release(record.sizeBytes, for: claim.owner)
      let left = claimCount(of: claim.owner) - 1
      claimCounts[claim.owner] = left > 0 ? left : nil
    }
  }
}

// MARK: - Order

extension Catalogue {
  func page(
    after cursor: ArtifactStore.Cursor?, limit: Int, matching filter: ArtifactStore.Filter
  ) -> ArtifactStore.Page {
    let limit = max(1, min(limit, limits.pageSizeMax))
    var artifacts: [Artifact] = []
    var index = cursor.map { firstPosition(after: $0) } ?? 0
    while index < order.count {
      let digest = order[index].digest
      if let record = records[digest], let claim = record.claims.first(where: filter.accepts) {
        // One more than fits shows that there is a next page.
        guard artifacts.count < limit else {
          return ArtifactStore.Page(artifacts: artifacts, next: artifacts.last?.cursor)
        }
        artifacts.append(record.artifact(as: claim))
      }
      index += 1
    }
    return ArtifactStore.Page(artifacts: artifacts, next: nil)
  }

  private func position(of cursor: ArtifactStore.Cursor) -> Int {
    var low = 0
    var high = order.count
    while low < high {
      let middle = (low + high) / 2
      if order[middle] < cursor { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func firstPosition(after cursor: ArtifactStore.Cursor) -> Int {
    let position = position(of: cursor)
    return position < order.count && order[position] == cursor ? position + 1 : position
  }

  private mutating func removeFromOrder(_ record: ArtifactRecord) {
    let position = position(of: record.cursor)
    guard position < order.count, order[position] == record.cursor else { return }
    order.remove(at: position)
  }
}
