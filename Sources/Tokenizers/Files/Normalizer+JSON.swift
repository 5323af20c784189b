internal import ModelFiles

extension Normalizer {
  init(json value: JSONValue?) throws(TokenizerError) {
    guard let value else {
      self = .none
      return
    }
    let part = "normalizer"
    switch try value.kind(of: part) {
    case "BertNormalizer":
      let lowercases = try value.flag("lowercase", of: part, default: true)
      self = .bert(
        cleansText: try value.flag("clean_text", of: part, default: true),
        separatesChinese: try value.flag("handle_chinese_chars", of: part, default: true),
        // Where it is not said, it goes with case.
        stripsAccents: try value.flag("strip_accents", of: part, default: lowercases),
        lowercases: lowercases)
    case "NFC": self = .composed
    case "NFD": self = .decomposed
    case "Lowercase": self = .lowercase
    case "StripAccents": self = .stripAccents
    case "Strip":
      self = .strip(
        left: try value.flag("strip_left", of: part, default: true),
        right: try value.flag("strip_right", of: part, default: true))
    case "Prepend": self = .prepend(Array(try value.text("prepend", of: part).unicodeScalars))
    case "Replace":
      guard let pattern = value["pattern"]?["String"]?.string else {
        throw .unsupported(part: "normalizer", what: "Replace by an expression")
      }
      self = .replace(
        Array(pattern.unicodeScalars),
        with: Array(try value.text("content", of: part).unicodeScalars))
    case "Sequence":
      var steps: [Normalizer] = []
      for step in try value.list("normalizers", of: part) {
        steps.append(try Normalizer(json: step))
      }
      self = .sequence(steps)
    case let kind: throw .unsupported(part: "normalizer", what: kind)
    }
  }
}
