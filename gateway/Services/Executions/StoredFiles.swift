internal import GraphRuns
internal import REE

/// The files beside a model, as artifacts.
struct StoredFiles: ExternalData {
  let store: ArtifactStore
  let files: [RunParameters.File]

  /// What they take together.
  func sizeBytes(atMost limit: Int) -> Int {
    files.reduce(0) { sum, file in
      let size = (try? store.stat(file.hash)).map { Int(clamping: $0.sizeBytes) } ?? 0
      return min(limit, sum + min(limit, size))
    }
  }

  func read(
    _ location: String, from offset: UInt64, count: Int?, countMax: Int
  ) throws(ExternalDataError) -> [UInt8] {
    guard let file = files.first(where: { $0.name == location }) else {
      throw files.isEmpty ? .noFiles : .notFound(location)
    }
    do {
      let reader = try store.open(file.hash)
      guard offset <= reader.artifact.sizeBytes else { throw ExternalDataError.range(location) }
      let rest = reader.artifact.sizeBytes - offset
      let wanted = count ?? Int(clamping: rest)
      guard wanted <= countMax, UInt64(wanted) <= rest else {
        throw ExternalDataError.range(location)
      }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(wanted)
      while bytes.count < wanted {
        let read = try reader.read(
          offset: offset + UInt64(bytes.count), length: wanted - bytes.count, into: &bytes)
        guard read > 0 else { throw ExternalDataError.range(location) }
      }
      return bytes
    } catch let error as ExternalDataError {
      throw error
    } catch ArtifactStore.ReadError.notFound {
      throw .notFound(location)
    } catch {
      throw .unreadable(location)
    }
  }
}
