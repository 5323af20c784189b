internal import Logging
internal import Primitives
internal import REE
internal import TLS

/// What a node does from time to time: new certificates, and uploads that nobody goes on with.
struct Upkeep: Sendable {
  let store: ArtifactStore
  let certificates: ReloadableContext?
  let logger: Logger

  private static let certificateInterval: Duration = .seconds(5)
  private static let garbageInterval: Duration = .seconds(600)

  /// Runs until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await watchCertificates() }
      group.addTask { await collectGarbage() }
    }
  }

  /// Takes the certificates from their files; where that fails, those in use stay.
  func reloadCertificates() {
    guard let certificates else { return }
    do {
      try certificates.reload()
      logger.notice("the certificates were read again")
    } catch {
      logger.error("the certificates stay as they were: \(error)")
    }
  }

  private func watchCertificates() async {
    guard let certificates else { return }
    while (try? await Task.sleep(for: Self.certificateInterval)) != nil {
      if certificates.filesChanged { reloadCertificates() }
    }
  }

  private func collectGarbage() async {
    while (try? await Task.sleep(for: Self.garbageInterval)) != nil {
      do {
        let collected = try store.collectGarbage(now: .now())
        guard collected.uploadCount > 0 else { continue }
        logger.notice("discarded \(collected.uploadCount) uploads that nobody went on with")
      } catch {
        logger.error("old uploads cannot be discarded: \(error)")
      }
    }
  }
}
