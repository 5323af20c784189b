/// Who was wrong, and what shows it.
public struct Verdict: Hashable, Sendable {
  /// Who lost.
  public let loser: Party
  public let reason: Reason
  /// Where the search ended.
  public let place: Place
  /// The bytes that the prover claims, where an element, a sum or a digest decided.
  public let claimed: [UInt8]
  /// What the referee found instead, or as well.
  public let found: [UInt8]
  /// Moves, those of both players counted.
  public let moveCount: Int
  public let work: Work

  public var isProverConvicted: Bool { loser == .prover }

  /// How far the search came.
  public struct Place: Hashable, Sendable {
    public var step: UInt64?
    public var record: UInt64?
    public var input: Int?
    public var output: Int?
    public var element: UInt64?
    public var block: Int?

    public init() {}
  }

  /// What the referee had to do.
  public struct Work: Hashable, Sendable {
    /// The bytes that were opened to it: chunks, sums, contents, and the hashes beside them.
    public var bytesOpened = 0
    public var multiplyAdds = 0
    /// Operators computed as a whole.
    public var operatorsComputed = 0

    public init() {}
  }

  public enum Reason: UInt64, Hashable, Sendable, CaseIterable {
    /// The referee computed the part in doubt.
    case computed = 1
    /// The step has another number of records, or a record is another operator, node or version, than
    /// the program says.
    case otherProgram = 2
    /// An input is not what the program says.
    case otherInput = 3
    /// An output of the computation is not what its trace ends in.
    case otherOutput = 4
    /// No output of the operator looks like the one claimed.
    case impossible = 5
    case timeout = 6
    case conceded = 7
    /// What is doubted cannot be judged: a doubt of it loses.
    case notJudged = 8
    /// The challenger has no doubt where the search ended.
    case noDoubt = 9
  }
}

extension Verdict: CustomStringConvertible {
  public var description: String {
    let words =
      switch reason {
      case .computed: loser == .prover ? "the referee computed otherwise" : "the claim is right"
      case .otherProgram: "the record is not the program's"
      case .otherInput: loser == .prover ? "the input is another" : "the input is right"
      case .otherOutput: loser == .prover ? "the output is another" : "the output is right"
      case .impossible: "no result looks like that"
      case .timeout: "no move in time"
      case .conceded: "gave up"
      case .notJudged: "this is not judged"
      case .noDoubt: "there is no difference here"
      }
    let places: [(String, UInt64?)] = [
      ("step", place.step), ("record", place.record), ("input", place.input.map(UInt64.init)),
      ("output", place.output.map(UInt64.init)), ("element", place.element),
      ("block", place.block.map(UInt64.init)),
    ]
    let where_ = places.compactMap { name, value in value.map { "\(name) \($0)" } }
    return "the \(loser) lost: \(words)"
      + (where_.isEmpty ? "" : " (\(where_.joined(separator: ", ")))")
  }
}
