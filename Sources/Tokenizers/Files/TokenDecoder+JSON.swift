internal import ModelFiles

extension TokenDecoder {
  init(json value: JSONValue?) throws(TokenizerError) {
    guard let value else {
      self = .spaced
      return
    }
    let part = "decoder"
    switch try value.kind(of: part) {
    case "ByteLevel": self = .byteLevel
    case "WordPiece":
      self = .wordPiece(
        continuation: try value.text("prefix", of: part),
        cleansUp: try value.flag("cleanup", of: part, default: true))
    case "Metaspace":
      let scheme = value["prepend_scheme"]?.string
      let addsPrefix = try value.flag("add_prefix_space", of: part, default: true)
      self = .metaspace(
        mark: try value.character("replacement", of: part),
        dropsFirst: scheme.map { $0 != "never" } ?? addsPrefix)
    case "ByteFallback": self = .byteFallback
    // Joining is what happens anyway.
    case "Fuse": self = .sequence([])
    case "Replace":
      guard let pattern = value["pattern"]?["String"]?.string else {
        throw .unsupported(part: part, what: "Replace by an expression")
      }
      self = .replace(pattern, with: try value.text("content", of: part))
    case "Strip":
      guard (value["stop"]?.integer ?? 0) == 0 else {
        throw .unsupported(part: part, what: "Strip at the end")
      }
      self = .stripFirst(
        try value.character("content", of: part), count: max(0, value["start"]?.integer ?? 0))
    case "Sequence":
      var steps: [TokenDecoder] = []
      for step in try value.list("decoders", of: part) {
        steps.append(try TokenDecoder(json: step))
      }
      self = .sequence(steps)
    case let kind: throw .unsupported(part: part, what: kind)
    }
  }
}
