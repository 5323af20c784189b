public import ArrayFiles

/// Several named arrays in one file: a ZIP archive of `.npy` files, as numpy.savez writes it.
public enum NPZ {
  public enum Malformed: Error, Hashable, Sendable {
    case archive(ZipArchive.Malformed)
    case array(name: String, NPY.Malformed)
    case unsupportedType(name: String)
  }

  public static func read(
    _ file: [UInt8], limits: ZipArchive.Limits = ZipArchive.Limits()
  ) throws(Malformed) -> [(name: String, tensor: Tensor)] {
    var arrays: [(name: String, tensor: Tensor)] = []
    for (fileName, content) in try files(file, limits) {
      let name = fileName.hasSuffix(".npy") ? String(fileName.dropLast(4)) : fileName
      guard !arrays.contains(where: { $0.name == name }) else {
        throw .archive(.duplicateName(name))
      }
      do throws(NPY.Malformed) {
        arrays.append((name, try NPY.read(content)))
      } catch {
        throw .array(name: name, error)
      }
    }
    return arrays
  }

  private static func files(
    _ file: [UInt8], _ limits: ZipArchive.Limits
  ) throws(Malformed) -> [(name: String, content: [UInt8])] {
    do {
      return try ZipArchive.read(file, limits: limits)
    } catch {
      throw .archive(error)
    }
  }

  /// The arrays as an archive of stored files.
  public static func write(_ arrays: [(name: String, tensor: Tensor)]) throws(Malformed) -> [UInt8]
  {
    let files = try arrays.map { (name, tensor) throws(Malformed) in
      guard let content = NPY.write(tensor) else { throw .unsupportedType(name: name) }
      return (name: "\(name).npy", content: content)
    }
    do {
      return try ZipArchive.write(files)
    } catch {
      throw .archive(error)
    }
  }
}
