internal import ModelFiles

extension PostProcessor {
  init(json value: JSONValue?) throws(TokenizerError) {
    guard let value else {
      self = .none
      return
    }
    let part = "post_processor"
    switch try value.kind(of: part) {
    // It moves the offsets of tokens, which are not kept here.
    case "ByteLevel": self = .none
    case "BertProcessing":
      let (start, end) = try Self.marks(value)
      self = .template(
        single: [.tokens([start], type: 0), .first(type: 0), .tokens([end], type: 0)],
        pair: [
          .tokens([start], type: 0), .first(type: 0), .tokens([end], type: 0), .second(type: 1),
          .tokens([end], type: 1),
        ])
    case "RobertaProcessing":
      let (start, end) = try Self.marks(value)
      self = .template(
        single: [.tokens([start], type: 0), .first(type: 0), .tokens([end], type: 0)],
        pair: [
          .tokens([start], type: 0), .first(type: 0), .tokens([end, end], type: 0),
          .second(type: 0), .tokens([end], type: 0),
        ])
    case "TemplateProcessing":
      self = .template(
        single: try Self.pieces(value, "single"), pair: try Self.pieces(value, "pair"))
    case "Sequence":
      var steps: [PostProcessor] = []
      for step in try value.list("processors", of: part) {
        let processor = try PostProcessor(json: step)
        if case .none = processor { continue }
        steps.append(processor)
      }
      guard steps.count <= 1 else {
        throw .unsupported(part: part, what: "more than one template")
      }
      self = steps.first ?? .none
    case let kind: throw .unsupported(part: part, what: kind)
    }
  }

  private static func marks(
    _ value: JSONValue
  ) throws(TokenizerError) -> (start: UInt32, end: UInt32) {
    func number(_ name: String) throws(TokenizerError) -> UInt32 {
      guard let pair = value[name]?.elements, pair.count == 2, let id = pair[1].integer,
        let number = UInt32(exactly: id)
      else { throw .field("post_processor.\(name)") }
      return number
    }
    return (try number("cls"), try number("sep"))
  }

  private static func pieces(
    _ value: JSONValue, _ name: String
  ) throws(TokenizerError) -> [Piece] {
    let part = "post_processor"
    var pieces: [Piece] = []
    for element in try value.list(name, of: part) {
      if let token = element["SpecialToken"] {
        let text = try token.text("id", of: part)
        // Compared by bytes: `JSONValue`'s subscript would take canonically equal names for one.
        let known = value["special_tokens"]?.members?.first {
          Array($0.key.utf8) == Array(text.utf8)
        }
        guard let numbers = known?.value["ids"]?.elements else {
          throw .field("post_processor.special_tokens")
        }
        var ids: [UInt32] = []
        for number in numbers {
          guard let id = number.integer.flatMap(UInt32.init(exactly:)) else {
            throw .field("post_processor.special_tokens")
          }
          ids.append(id)
        }
        pieces.append(.tokens(ids, type: try type(of: token)))
      } else if let sequence = element["Sequence"] {
        switch try sequence.text("id", of: part) {
        case "A": pieces.append(.first(type: try type(of: sequence)))
        case "B": pieces.append(.second(type: try type(of: sequence)))
        default: throw .field("post_processor.\(name)")
        }
      } else {
        throw .field("post_processor.\(name)")
      }
    }
    return pieces
  }

  private static func type(of value: JSONValue) throws(TokenizerError) -> UInt32 {
    guard let type = value["type_id"]?.integer.flatMap(UInt32.init(exactly:)) else {
      throw .field("post_processor.type_id")
    }
    return type
  }
}
