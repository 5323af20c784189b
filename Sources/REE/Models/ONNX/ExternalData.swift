internal import Files
internal import Glibc

/// The files beside a model.
public protocol ExternalData: Sendable {
  /// Reads a part of a file, or everything from `offset` on.
  func read(
    _ location: String, from offset: UInt64, count: Int?, countMax: Int
  ) throws(ExternalDataError) -> [UInt8]
}

/// A model that came alone.
public struct NoExternalData: ExternalData {
  public init() {}

  public func read(
    _ location: String, from offset: UInt64, count: Int?, countMax: Int
  ) throws(ExternalDataError) -> [UInt8] {
    throw .noFiles
  }
}

/// The files of a folder, and of no other.
public struct ExternalDataFolder: ExternalData {
  private let path: String

  public init(_ path: String) {
    self.path = path
  }

  public func read(
    _ location: String, from offset: UInt64, count: Int?, countMax: Int
  ) throws(ExternalDataError) -> [UInt8] {
    let file = try resolve(location)
    do {
      let file = try File(file, .read)
      let size = try file.sizeBytes()
      guard offset <= size else { throw ExternalDataError.range(location) }
      let rest = size - offset
      let wanted = count ?? Int(clamping: rest)
      guard wanted <= countMax, UInt64(wanted) <= rest else {
        throw ExternalDataError.range(location)
      }
      var bytes = [UInt8](repeating: 0, count: wanted)
      guard try file.read(at: offset, into: &bytes) == wanted else {
        throw ExternalDataError.range(location)
      }
      return bytes
    } catch let error as ExternalDataError {
      throw error
    } catch {
      throw .unreadable(location)
    }
  }

  // The name must stay inside by its words and, since a folder may be a link, by where it leads.
  private func resolve(_ location: String) throws(ExternalDataError) -> String {
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.isEmpty, !parts.contains(where: { $0.isEmpty || $0 == ".." }),
      !location.contains("\0")
    else { throw .pathEscapes(location) }
    guard let folder = Self.real(path), let file = Self.real("\(path)/\(location)") else {
      throw .notFound(location)
    }
    guard file.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/") else {
      throw .pathEscapes(location)
    }
    return file
  }

  private static func real(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(validatingCString: resolved)
  }
}
