/// How the next token is chosen from a model's logits.
public struct SamplingParameters: Hashable, Sendable {
  /// 0: always the likeliest token. Otherwise logits are divided by it.
  public var temperature: Float = 0
  /// Only so many of the likeliest. 0: all.
  public var topK = 0
  /// Only the likeliest that together reach this probability. 1: all.
  public var topP: Float = 1
  /// Only those at least this fraction as likely as the likeliest. 0: all.
  public var minP: Float = 0
  /// Divides positive logits of tokens that occurred, multiplies negative ones. 1: no penalty.
  public var repetitionPenalty: Float = 1
  /// The key of the generator.
  public var seed: UInt64 = 0

  public init() {}

  /// A value outside its range.
  public enum Invalid: String, Error, Hashable, Sendable {
    case temperature = "temperature is from 0 to 100"
    case topK = "top-k is not negative"
    case topP = "top-p is above 0 and at most 1"
    case minP = "min-p is from 0 to 1"
    case repetitionPenalty = "the repetition penalty is from 0.01 to 100"
  }

  public func validate() throws(Invalid) {
    // NaN lies in no range.
    guard 0...100 ~= temperature else { throw .temperature }
    guard topK >= 0 else { throw .topK }
    guard topP > 0, topP <= 1 else { throw .topP }
    guard 0...1 ~= minP else { throw .minP }
    guard 0.01...100 ~= repetitionPenalty else { throw .repetitionPenalty }
  }
}
