internal import Console
internal import Files

/// Where a call's request messages come from, as JSON.
enum MessageInput: Hashable, Sendable {
  /// Written on the command line.
  case text(String)
  case file(String)
  case standardInput

  /// What the argument says: JSON, `@` and a file's name, or `-`.
  init(_ argument: String) {
    if argument == "-" || argument == "@-" {
      self = .standardInput
    } else if argument.hasPrefix("@") {
      self = .file(String(argument.dropFirst()))
    } else {
      self = .text(argument)
    }
  }
}

/// The JSON values of an input, one after the other, read as they are asked for.
struct MessageTexts: AsyncSequence, Sendable {
  typealias Element = [UInt8]

  let input: MessageInput

  func makeAsyncIterator() -> Iterator {
    Iterator(input: input)
  }

  struct Iterator: AsyncIteratorProtocol {
    private var source: Source
    private var splitter = JSONSplitter()
    private var waiting: ArraySlice<[UInt8]> = []

    private enum Source {
      case text(String)
      case unopened(String)
      case file(OpenFile, UInt64)
      case standardInput(StandardInput.Iterator)
      case ended
    }

    fileprivate init(input: MessageInput) {
      source =
        switch input {
        case .text(let text): .text(text)
        case .file(let path): .unopened(path)
        case .standardInput: .standardInput(StandardInput().makeAsyncIterator())
        }
    }

    mutating func next() async throws -> [UInt8]? {
      while true {
        if let value = waiting.popFirst() { return value }
        guard let bytes = try await read() else { return try splitter.finish() }
        waiting = try splitter.take(bytes)[...]
      }
    }

    private mutating func read() async throws -> [UInt8]? {
      switch source {
      case .text(let text):
        source = .ended
        return Array(text.utf8)
      case .unopened(let path):
        source = .file(try OpenFile(path), 0)
        return []
      case .file(let file, let offset):
        let bytes = try file.read(at: offset)
        source = .file(file, offset + UInt64(bytes.count))
        return bytes.isEmpty ? nil : bytes
      case .standardInput(var iterator):
        let bytes = try await iterator.next()
        source = bytes == nil ? .ended : .standardInput(iterator)
        return bytes
      case .ended:
        return nil
      }
    }
  }
}

/// A file of messages, read in pieces.
private final class OpenFile: Sendable {
  private let file: File

  init(_ path: String) throws(UserError) {
    do {
      file = try File(path, .read, followsLinks: true)
    } catch {
      throw UserError("\(error)")
    }
  }

  func read(at offset: UInt64) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = try file.read(at: offset, into: &bytes)
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}
