public import Primitives

/// Why the market did not take what it was asked to do. It changed nothing.
public enum MarketRefusal: Error, Hashable, Sendable {
  case unknownOffer
  case unknownJob
  case unknownLease
  case unknownCheck
  /// It belongs to somebody else.
  case notOwner
  /// A field is out of its range.
  case field(String, String)
  case tooManyOffers(max: Int)
  case tooManyJobs(max: Int)
  /// The offer, job, lease or check is past that.
  case wrongState(String)
  /// No bond and sampling within the price limit would deter a lie.
  case doesNotDeter(Deterrence)
  /// The job would cost more than it may.
  case priceLimit(deposit: U256)
  /// What was revealed is not what was committed to.
  case notCommitted
}
