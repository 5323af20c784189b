/// The regular expressions that published tokenizers split text with, each as a scanner.
///
/// Only these: a small scanner for a known expression cannot be made to run for ever, as an engine
/// for all of them can.
enum SplitPattern: Hashable, Sendable {
  /// GPT-2, and the models whose tokenizers are made like it.
  case gpt2
  /// GPT-4's `cl100k_base` and Llama 3: case is ignored in contractions, up to three digits.
  case llama3
  /// Qwen 2: as Llama 3, digits one by one.
  case qwen2

  init?(expression: String) {
    switch expression {
    case #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#:
      self = .gpt2
    case #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#:
      self = .llama3
    case #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#:
      self = .qwen2
    default: return nil
    }
  }

  func split(_ text: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
    var pieces: [ArraySlice<Unicode.Scalar>] = []
    var start = text.startIndex
    while start < text.endIndex {
      let end =
        switch self {
        case .gpt2: Self.endGPT2(text, start)
        case .llama3: Self.endLlama3(text, start, digitsMax: 3)
        case .qwen2: Self.endLlama3(text, start, digitsMax: 1)
        }
      pieces.append(text[start..<end])
      start = end
    }
    return pieces
  }
}

// MARK: - One piece

extension SplitPattern {
  private typealias Text = ArraySlice<Unicode.Scalar>

  private static func endGPT2(_ text: Text, _ start: Int) -> Int {
    if let end = contraction(text, start, ignoresCase: false) { return end }
    // Every kind of run may have one blank in front.
    let first = text[start] == " " ? start + 1 : start
    if first < text.endIndex {
      let kind = ScalarClass(text[first])
      if kind.contains(.letter) { return run(text, first) { $0.contains(.letter) } }
      if kind.contains(.number) { return run(text, first) { $0.contains(.number) } }
      if isSign(kind) { return run(text, first, while: isSign) }
    }
    return spaces(text, start)
  }

  private static func endLlama3(_ text: Text, _ start: Int, digitsMax: Int) -> Int {
    if let end = contraction(text, start, ignoresCase: true) { return end }
    let kind = ScalarClass(text[start])
    if kind.contains(.letter) { return run(text, start) { $0.contains(.letter) } }
    // Anything but a digit or a line's end may lead a word.
    if !text[start].isNewline, !kind.contains(.number), start + 1 < text.endIndex,
      text[start + 1].isLetter
    {
      return run(text, start + 1) { $0.contains(.letter) }
    }
    if kind.contains(.number) {
      return min(run(text, start) { $0.contains(.number) }, start + digitsMax)
    }
    let first = text[start] == " " ? start + 1 : start
    if first < text.endIndex, isSign(ScalarClass(text[first])) {
      var end = run(text, first, while: isSign)
      while end < text.endIndex, text[end].isNewline { end += 1 }
      return end
    }
    let spaceEnd = run(text, start) { $0.contains(.whitespace) }
    if let newline = text[start..<spaceEnd].lastIndex(where: \.isNewline) { return newline + 1 }
    return spaces(text, start)
  }

  /// White space, without its last character where a word follows it.
  private static func spaces(_ text: Text, _ start: Int) -> Int {
    let end = run(text, start) { $0.contains(.whitespace) }
    return end < text.endIndex && end - start > 1 ? end - 1 : end
  }

  private static func isSign(_ kind: ScalarClass) -> Bool {
    kind.isDisjoint(with: [.letter, .number, .whitespace])
  }

  private static func run(
    _ text: Text, _ start: Int, while condition: (ScalarClass) -> Bool
  ) -> Int {
    var end = start
    while end < text.endIndex, condition(ScalarClass(text[end])) { end += 1 }
    return end
  }

  /// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`.
  private static func contraction(_ text: Text, _ start: Int, ignoresCase: Bool) -> Int? {
    guard text[start] == "'", start + 1 < text.endIndex else { return nil }
    let first = folded(text[start + 1], ignoresCase)
    if first == "s" || first == "t" || first == "m" || first == "d" { return start + 2 }
    guard start + 2 < text.endIndex else { return nil }
    switch (first, folded(text[start + 2], ignoresCase)) {
    case ("r", "e"), ("v", "e"), ("l", "l"): return start + 3
    default: return nil
    }
  }

  private static func folded(_ scalar: Unicode.Scalar, _ ignoresCase: Bool) -> Unicode.Scalar {
    guard ignoresCase else { return scalar }
    // The long s is the one character outside ASCII that folds to one of these letters.
    if scalar.value == 0x17F { return "s" }
    guard 0x41...0x5A ~= scalar.value else { return scalar }
    return Unicode.Scalar(scalar.value + 32) ?? scalar
  }
}
