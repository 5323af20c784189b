public import REE
public import Tokenizers

/// Texts as the inputs of an encoder such as BERT: one row a text, padded to the longest.
public enum TextBatch {
  /// The most texts of one run.
  public static let textCountMax = 4096
  /// The most tokens of one text.
  public static let tokenCountMax = 1 << 16

  /// - Returns: `input_ids`, `attention_mask` and `token_type_ids`, int64 `[texts, tokens]`, as far
  ///   as the model has them.
  /// - Throws: ``RunRefusal/texts(_:)`` for a model that wants anything else.
  public static func inputs(
    of texts: [String], _ tokenizer: Tokenizer, for model: Model
  ) throws(RunRefusal) -> [String: Value] {
    guard texts.count <= textCountMax else {
      throw .texts("\(texts.count) texts are too many: at most \(textCountMax) are accepted")
    }
    let encodings = texts.map { tokenizer.encode($0) }
    let length = encodings.map(\.ids.count).max() ?? 0
    guard length <= tokenCountMax else {
      throw .texts("a text of \(length) tokens is too long: at most \(tokenCountMax) are accepted")
    }
    let padding = Int64(tokenizer.id("[PAD]") ?? tokenizer.id("<pad>") ?? 0)
    func rows(_ filler: Int64, _ row: (Encoding) -> [Int64]) throws(RunRefusal) -> Value {
      let elements = encodings.flatMap { encoding in
        let row = row(encoding)
        return row + [Int64](repeating: filler, count: length - row.count)
      }
      do {
        return .tensor(try Tensor(int64s: elements, shape: [texts.count, length]))
      } catch {
        throw .texts("\(error)")
      }
    }
    var inputs: [String: Value] = [:]
    for input in model.requiredInputs {
      let name = model.name(of: input)
      switch name {
      case "input_ids": inputs[name] = try rows(padding) { $0.ids.map { Int64($0) } }
      case "attention_mask":
        inputs[name] = try rows(0) { [Int64](repeating: 1, count: $0.ids.count) }
      case "token_type_ids": inputs[name] = try rows(0) { $0.typeIDs.map { Int64($0) } }
      default: throw .texts("the model wants input \"\(name)\", which no text gives: give tensors")
      }
    }
    return inputs
  }
}
