internal import Files
internal import FoundationEssentials
internal import RPC

/// Headers as they stand on the command line, in a file or in a profile.
struct HeaderText {
  /// The variables that values may name.
  var environment: [String: String]

  /// Reads `name: value`, or every line of the file behind an `@`.
  func read(_ argument: String, into metadata: inout Metadata) throws {
    guard argument.hasPrefix("@") else { return try readLine(argument, into: &metadata) }
    let path = String(argument.dropFirst())
    guard let bytes = try File.userContents(of: path, sizeMax: Self.fileSizeMax) else {
      throw UserError("there is no file \(path), which --header names")
    }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let line = line.trimming()
      if !line.isEmpty, !line.hasPrefix("#") { try readLine(line, into: &metadata) }
    }
  }

  private static let fileSizeMax = 1 << 20

  private func readLine(_ line: String, into metadata: inout Metadata) throws(UserError) {
    guard let colon = line.firstIndex(of: ":") else {
      throw UserError("\"\(line)\" is no header: write 'name: value'")
    }
    try add(
      line[..<colon].trimming(), line[line.index(after: colon)...].trimming(), to: &metadata)
  }

  /// Adds one header, variables expanded. The value of a name that ends in `-bin` is base64.
  func add(
    _ name: String, _ value: String, to metadata: inout Metadata
  ) throws(UserError) {
    let value = try expand(value)
    if name.lowercased().hasSuffix("-bin") {
      guard let bytes = Data(base64Encoded: value.padded()) else {
        throw UserError("the value of the header \(name) is not base64, as -bin demands")
      }
      metadata.append([UInt8](bytes), for: name)
    } else {
      metadata.append(value, for: name)
    }
    do {
      try metadata.validate()
    } catch {
      throw UserError("the header \(name) cannot be sent: \(Self.reason(error))")
    }
  }

  private static func reason(_ error: Metadata.Malformed) -> String {
    switch error {
    case .name: "its name has other characters than letters, digits, -, _ and ."
    case .text: "its value has characters outside printable ASCII; use a name that ends in -bin"
    case .kind: "names that end in -bin, and no others, hold bytes"
    case .reserved: "names that begin with grpc- belong to the protocol"
    }
  }

  /// Puts variables in the place of `$NAME` and `${NAME}`, and a dollar sign in that of `$$`.
  func expand(_ text: String) throws(UserError) -> String {
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      if rest.first == "$" {
        result += "$"
        rest = rest.dropFirst()
        continue
      }
      let isBraced = rest.first == "{"
      if isBraced { rest = rest.dropFirst() }
      let name = rest.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      rest = rest[name.endIndex...]
      guard !name.isEmpty, !isBraced || rest.first == "}" else {
        throw UserError("\"\(text)\" has a $ that names no variable: write $$ for a dollar sign")
      }
      if isBraced { rest = rest.dropFirst() }
      guard let value = environment[String(name)] else {
        throw UserError("the variable \(name), which a header names, is not set")
      }
      result += value
    }
    return result + rest
  }
}

extension Substring {
  fileprivate func trimming() -> String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}

extension String {
  fileprivate func padded() -> String {
    self + String(repeating: "=", count: (4 - utf8.count % 4) % 4)
  }
}
