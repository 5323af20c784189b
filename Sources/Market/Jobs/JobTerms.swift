public import Primitives

/// What kind of work a job is.
public enum JobKind: UInt8, Hashable, Sendable, Codable {
  case inference = 1
  case batchInference = 2
  case evaluation = 3
  case training = 4
}

/// How a result is checked before the money moves for good.
public struct VerificationTerms: Hashable, Sendable, Codable {
  public enum Mode: UInt8, Hashable, Sendable, Codable {
    /// Chance decides.
    case sampled = 1
    /// Each result is computed twice.
    case replicated = 2
    /// Anyone may challenge.
    case openChallenge = 3
  }

  public var mode: Mode
  /// 0: the least that deters.
  public var checkBasisPoints: UInt64
  /// 0: the market's choice.
  public var challengeSeconds: UInt64
  /// What a false result would be worth to somebody else.
  public var valueAtRisk: U256

  public init(
    mode: Mode = .sampled, checkBasisPoints: UInt64 = 0, challengeSeconds: UInt64 = 0,
    valueAtRisk: U256 = .zero
  ) {
    self.mode = mode
    self.checkBasisPoints = checkBasisPoints
    self.challengeSeconds = challengeSeconds
    self.valueAtRisk = valueAtRisk
  }
}

/// What is to be done, for how much, until when: of the specification, what the market looks at.
public struct JobTerms: Hashable, Sendable, Codable {
  public var kind: JobKind
  public var priceLimit: U256
  /// For one unit of the instrument; nil where the price limit alone decides.
  public var unitPriceLimit: U256?
  /// Units of the instrument.
  public var unitCount: UInt64
  /// Steps that are committed to and paid.
  public var steps: UInt64
  public var checkpointSteps: UInt64
  public var instrument: Instrument
  public var properties: Properties
  public var offerConstraint: Constraint
  public var deadline: UnixTime
  public var verification: VerificationTerms
  /// 0: the market's choice.
  public var leaseCountMax: UInt64

  public init(
    kind: JobKind = .inference, priceLimit: U256, unitPriceLimit: U256? = nil,
    unitCount: UInt64 = 1, steps: UInt64 = 1, checkpointSteps: UInt64 = 1,
    instrument: Instrument = Instrument(), properties: Properties = Properties(),
    offerConstraint: Constraint = .nothing, deadline: UnixTime,
    verification: VerificationTerms = VerificationTerms(), leaseCountMax: UInt64 = 0
  ) {
    self.kind = kind
    self.priceLimit = priceLimit
    self.unitPriceLimit = unitPriceLimit
    self.unitCount = unitCount
    self.steps = steps
    self.checkpointSteps = checkpointSteps
    self.instrument = instrument
    self.properties = properties
    self.offerConstraint = offerConstraint
    self.deadline = deadline
    self.verification = verification
    self.leaseCountMax = leaseCountMax
  }
}
