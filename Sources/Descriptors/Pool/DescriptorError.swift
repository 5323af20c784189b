/// Why a file did not enter a pool, or a symbol cannot be shown.
public enum DescriptorError: Error, Hashable, Sendable {
  /// The bytes are not the descriptor message that they should be.
  case malformed(String)
  /// Another file, with other content, has this name.
  case conflictingFile(String)
  /// Two declarations have one name.
  case duplicateSymbol(String, file: String)
  /// Two fields of a message, or two extensions, have one number.
  case duplicateNumber(Int, in: String)
  case badName(String, file: String)
  case badNumber(Int, in: String)
  /// A declaration that no `.proto` file could produce.
  case badDeclaration(String, reason: String)
  case unknownSymbol(String)
  /// The pool is full, or the file is larger than its limits.
  case limitExceeded(limit: String, max: Int)
}

extension DescriptorError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let what): "the bytes are not a \(what)"
    case .conflictingFile(let name):
      "the pool already holds another file named \"\(name)\""
    case .duplicateSymbol(let name, let file):
      "\"\(name)\" in file \"\(file)\" is already declared"
    case .duplicateNumber(let number, let type):
      "number \(number) is used twice in \(type)"
    case .badName(let name, let file): "\"\(name)\" in file \"\(file)\" is not a name"
    case .badNumber(let number, let type): "\(number) is not a field number, in \(type)"
    case .badDeclaration(let name, let reason): "\(name): \(reason)"
    case .unknownSymbol(let name): "no file in the pool declares \"\(name)\""
    case .limitExceeded(let limit, let max): "\(limit) is limited to \(max)"
    }
  }
}
