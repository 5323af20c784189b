internal import ABI
internal import ContractBindings
internal import Foundation
public import GensynClient
internal import Primitives
internal import SwiftProtobuf

extension MarketAccount {
  /// Estimates, signs, pays in and submits a job. Where the specification has no price limit, the
  /// cheapest offer's price and the checks are paid.
  public func submit(
    _ specification: Gensyn_Market_V1.JobSpecification
  ) async throws -> Gensyn_Market_V1.Job {
    var specification = specification
    let asked = specification
    let estimate = try await gensyn.jobs.estimateJob(
      .with {
        $0.specification = asked
        $0.submitter = Data(address.bytes)
      })
    if specification.priceLimitAiWei.isEmpty {
      specification.priceLimitAiWei = estimate.totalAiWei
      specification.unitPriceLimitAiWei = estimate.providerAiWei
    }
    let rules = try await rules()
    let intent = try sign(.submitJob(specification), chain: rules.chainID)
    let id = Keccak256.hash([UInt8](intent.intent))
    // First the job, then its money: what comes in finds what it is for.
    _ = try await gensyn.jobs.submitJob(.with { $0.intent = intent })
    let call = try Self.call(estimate.fundingCall, for: id)
    let allowance = try await read(AIToken.allowance(address, JobEscrow.address))
    if allowance < call.amount {
      try await send(AIToken.approve(spender: JobEscrow.address, value: .max))
    }
    let transaction = try await sign(call.call)
    return try await gensyn.jobs.fundJob(
      .with {
        $0.jobID = Data(id.array)
        $0.transaction = Data(transaction)
      }
    ).job
  }

  /// The gateway's call with the job's own name in it. Only the escrow is ever paid, and no more than
  /// the call says.
  private static func call(
    _ proposed: Gensyn_Chain_V1.ContractCall, for job: Digest
  ) throws -> (call: ContractCall<U256>, amount: U256) {
    let terms = JobEscrow.Terms.abiKind
    guard Address([UInt8](proposed.to)) == JobEscrow.address, proposed.input.count > 4,
      let values = try? Decoding.decode(
        [terms, .uint(256)], from: [UInt8](proposed.input.dropFirst(4))),
      var parsed = JobEscrow.Terms(values[0]), case .uint(let amount) = values[1]
    else { throw RPCError(.dataLoss, "the gateway proposed something else than paying the escrow") }
    parsed.spec = job
    return (JobEscrow.open(terms: parsed, amount: amount), amount)
  }

  /// Ends a job: a draft by word alone, one that was paid in at the escrow.
  public func cancel(_ id: Digest) async throws -> Gensyn_Market_V1.Job {
    let rules = try await rules()
    let intent = try sign(.cancelJobID(Data(id.array)), chain: rules.chainID)
    let job = try await gensyn.jobs.cancelJob(.with { $0.intent = intent }).job
    guard job.hasEscrowJobNumber else { return job }
    try await send(JobEscrow.stop(job: U256(job.escrowJobNumber)))
    return try await gensyn.jobs.getJob(.with { $0.jobID = Data(id.array) }).job
  }

  public func post(_ terms: Gensyn_Market_V1.OfferTerms) async throws -> Gensyn_Market_V1.Offer {
    let rules = try await rules()
    let intent = try sign(.postOffer(terms), chain: rules.chainID)
    return try await gensyn.offers.postOffer(.with { $0.intent = intent }).offer
  }

  public func cancelOffer(_ id: Digest) async throws -> Gensyn_Market_V1.Offer {
    let rules = try await rules()
    let intent = try sign(.cancelOfferID(Data(id.array)), chain: rules.chainID)
    return try await gensyn.offers.cancelOffer(.with { $0.intent = intent }).offer
  }
}
