internal import ModelFiles

/// How messages of a chat become one prompt.
///
/// GGUF files carry a program in Jinja's language for it. It is not run: the one form that is known,
/// ChatML as SmolLM2 has it, is recognised, and any other is refused.
public struct ChatTemplate: Hashable, Sendable {
  public enum Role: String, Sendable {
    case system, user, assistant
  }

  public struct Message: Hashable, Sendable {
    public var role: Role
    public var text: String

    public init(_ role: Role, _ text: String) {
      self.role = role
      self.text = text
    }
  }

  /// Why there is no template.
  public enum Unsupported: Error, Hashable, Sendable {
    /// The model has none: it continues plain text.
    case none
    case unknown
  }

  /// Put in front of a chat that does not begin with a system message.
  private let defaultSystemText: String?

  /// Recognises a model's template.
  public init(_ model: LanguageModel) throws(Unsupported) {
    guard let source = model.metadata["tokenizer.chat_template"]?.string else { throw .none }
    try self.init(jinja: source)
  }

  init(jinja source: String) throws(Unsupported) {
    var rest = source[...]
    guard rest.consume("{% for message in messages %}") else { throw .unknown }
    if rest.consume(
      "{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\n")
      || rest.consume(
        "{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n")
    {
      guard let end = rest.firstRange(of: "<|im_end|>") else { throw .unknown }
      let text = String(rest[..<end.lowerBound])
      rest = rest[end.upperBound...]
      guard !text.contains("'"), !text.contains("\\"),
        rest.consume("\\n' }}{% endif %}") || rest.consume("\n' }}{% endif %}")
      else { throw .unknown }
      defaultSystemText = text
    } else {
      defaultSystemText = nil
    }
    let end = String(rest).replacing("\n", with: "\\n")
    guard
      end
        == "{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}"
        + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    else { throw .unknown }
  }

  /// The prompt after which the model answers.
  public func prompt(_ messages: [Message]) -> String {
    var all = messages
    if let first = messages.first, first.role != .system, let defaultSystemText {
      all.insert(Message(.system, defaultSystemText), at: 0)
    }
    return all.map { "<|im_start|>\($0.role.rawValue)\n\($0.text)<|im_end|>\n" }.joined()
      + "<|im_start|>assistant\n"
  }
}

extension Substring {
  fileprivate mutating func consume(_ prefix: String) -> Bool {
    guard hasPrefix(prefix) else { return false }
    removeFirst(prefix.count)
    return true
  }
}
