internal import Glibc
internal import Synchronization

/// A server's context that follows its files: certificates are renewed without a restart.
///
/// Connections take ``current`` when they begin and keep it. Sessions of an earlier context are not
/// resumed by a later one, so that an authority that is no longer trusted ends with its connections.
public final class ReloadableContext: Sendable {
  private let configuration: ServerConfiguration
  private let state: Mutex<State>

  private struct State {
    var context: Context
    var stamps: [FileStamp?]
  }

  public init(_ configuration: ServerConfiguration) throws(ContextError) {
    self.configuration = configuration
    state = Mutex(try Self.load(configuration))
  }

  /// The context for a new connection.
  public var current: Context { state.withLock { $0.context } }

  /// Makes a new context from the files. If that fails, the old one stays.
  public func reload() throws(ContextError) {
    let loaded = try Self.load(configuration)
    state.withLock { $0 = loaded }
  }

  /// Whether a file differs from what ``current`` was made of. Stays so while a reload fails.
  public var filesChanged: Bool {
    let stamps = configuration.paths.map(FileStamp.init)
    return state.withLock { $0.stamps != stamps }
  }

  private static func load(_ configuration: ServerConfiguration) throws(ContextError) -> State {
    // The stamps come first: a file that changes while it is read will be read again.
    let stamps = configuration.paths.map(FileStamp.init)
    return State(context: try Context(server: configuration), stamps: stamps)
  }
}

extension ServerConfiguration {
  fileprivate var paths: [String] {
    let authorities: PEM? =
      switch clients {
      case .none: nil
      case .optional(let authorities), .required(let authorities): authorities
      }
    return [identity.certificateChain, identity.privateKey, authorities].compactMap { $0?.path }
  }
}

/// What tells that a file was changed or replaced.
private struct FileStamp: Hashable {
  let inode: UInt
  let size: Int
  let seconds: Int
  let nanoseconds: Int

  init?(path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    inode = status.st_ino
    size = status.st_size
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}
