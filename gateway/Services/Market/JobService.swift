internal import ABI
internal import ContractBindings
internal import Foundation
internal import Market
internal import MarketChain
internal import Primitives
public import RPC
public import Schema
internal import SwiftProtobuf

/// `gensyn.market.v1.JobService`: submits work, follows it and fetches its result.
public struct JobService: Gensyn_Market_V1.JobService {
  let node: MarketNode

  public func estimateJob(
    _ request: Gensyn_Market_V1.EstimateJobRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.EstimateJobResponse {
    var specification = request.specification
    let submitter = try Address(field: "submitter", request.submitter)
    // Without a limit, what the cheapest offer asks for.
    let isOpen = specification.priceLimitAiWei.isEmpty
    if isOpen { specification.priceLimitAiWei = (U256.max / 4_000_000).bytesData }
    var terms = try JobTerms(specification)
    let offers = offers(for: terms, of: submitter)
    if isOpen, terms.unitPriceLimit == nil {
      guard let cheapest = offers.first else {
        throw RPCError(
          .failedPrecondition, "nobody offers what the job needs: state a price limit and wait",
          details: [.reason("NO_OFFER", domain: RPCError.marketDomain)])
      }
      terms.unitPriceLimit = cheapest.unitPrice
    }
    let escrow: EscrowTerms
    do throws(MarketRefusal) {
      escrow = try terms.escrowTerms(Digest(U256.zero), node.market.rules)
    } catch {
      throw RPCError(error)
    }
    let deposit = escrow.deposit ?? .max
    let reward = escrow.reward ?? .max
    let matching = offers.filter {
      ($0.unitPrice.multiplied(by: terms.unitCount) ?? .max) <= reward
    }
    return .with {
      $0.stepCount = terms.steps
      $0.unitCount = terms.unitCount
      $0.providerAiWei = reward.bytesData
      $0.verificationAiWei =
        (escrow.verifierFee.multiplied(by: escrow.checkpointCount) ?? .max).bytesData
      $0.protocolFeeAiWei = (reward / 200).bytesData
      $0.totalAiWei = deposit.bytesData
      $0.deterrence = Gensyn_Market_V1.Deterrence(
        Deterrence(
          checkBasisPoints: escrow.checkRate, honestCost: escrow.honestCost, reward: reward,
          bond: escrow.providerBond))
      $0.fundingCall.from = submitter.bytesData
      $0.fundingCall.to = JobEscrow.address.bytesData
      $0.fundingCall.input = Data(
        JobEscrow.open(terms: escrow.contractTerms, amount: deposit).data)
      $0.matchingOfferCount = UInt32(clamping: matching.count)
    }
  }

  private func offers(for terms: JobTerms, of submitter: Address) -> [Offer] {
    node.market.read { market in
      market.book.filter { offer in
        offer.provider != submitter && offer.instrument.serves(terms.instrument)
          && offer.openQuantity >= terms.unitCount
          && terms.offerConstraint.holds(for: offer.properties)
          && offer.jobConstraint.holds(for: terms.properties)
      }
    }
  }

  public func requestQuotes(
    _ request: Gensyn_Market_V1.RequestQuotesRequest,
    to responses: ResponseWriter<Gensyn_Market_V1.RequestQuotesResponse>, in call: ServerCall
  ) async throws {
    throw RPCError(.unimplemented, "this market has no quotes yet: its offers have prices")
  }

  public func submitJob(
    _ request: Gensyn_Market_V1.SubmitJobRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.SubmitJobResponse {
    let intent = try node.read(request.intent)
    guard case .submitJob(let specification)? = intent.message.action else {
      throw RPCError(badMarketField: "intent", "holds no job")
    }
    let terms = try JobTerms(specification)
    try await node.submit(
      .submitJob(intent.id, by: intent.signer, terms: terms, intent: intent.bytes))
    if !request.fundingTransaction.isEmpty {
      _ = try await submit([UInt8](request.fundingTransaction))
      await node.wait(for: intent.id, atMost: .seconds(3)) { $0.state != .draft }
    }
    return .with { $0.job = message(intent.id) }
  }

  public func fundJob(
    _ request: Gensyn_Market_V1.FundJobRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.FundJobResponse {
    let job = try job(request.jobID)
    guard !job.state.isEnd else {
      throw RPCError(.failedPrecondition, "the job has ended")
    }
    let hash = try await submit([UInt8](request.transaction))
    await node.wait(for: job.id, atMost: .seconds(3)) {
      $0.payments.count > job.payments.count
    }
    return .with {
      $0.job = message(job.id)
      $0.transactionHash = hash.bytesData
    }
  }

  private func submit(_ transaction: [UInt8]) async throws -> Digest {
    do {
      return try await node.chain.submit(transaction)
    } catch let refusal as SettlementRefusal {
      throw RPCError(
        .failedPrecondition, "the payment would fail: \(refusal.reason)",
        details: [.reason("PAYMENT", domain: RPCError.marketDomain)])
    }
  }

  public func getJob(
    _ request: Gensyn_Market_V1.GetJobRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.GetJobResponse {
    let job = try job(request.jobID)
    return .with { $0.job = message(job.id) }
  }

  public func listJobs(
    _ request: Gensyn_Market_V1.ListJobsRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.ListJobsResponse {
    let page = try Page(size: request.pageSize, token: request.pageToken)
    let submitter =
      request.submitter.isEmpty ? nil : try Address(field: "submitter", request.submitter)
    let provider =
      request.provider.isEmpty ? nil : try Address(field: "provider", request.provider)
    let states = Set(request.states.map(\.rawValue))
    let found = node.market.read { market in
      market.jobs.reversed().filter { job in
        (submitter == nil || job.submitter == submitter)
          && (provider == nil || job.leases.contains { $0.provider == provider })
          && (states.isEmpty || states.contains(Int(job.state.rawValue)))
          && (request.kind == .unspecified || request.kind.rawValue == Int(job.terms.kind.rawValue))
      }
    }
    let (part, next) = page.cut(found)
    return .with {
      $0.jobs = part.map { $0.message(node.market.lastHeard) }
      $0.nextPageToken = next
    }
  }

  public func cancelJob(
    _ request: Gensyn_Market_V1.CancelJobRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.CancelJobResponse {
    let intent = try node.read(request.intent)
    guard case .cancelJobID(let bytes)? = intent.message.action else {
      throw RPCError(badMarketField: "intent", "names no job to cancel")
    }
    let id = try Digest(marketField: "cancel_job_id", bytes)
    try await node.submit(.cancelJob(id, by: intent.signer))
    return .with { $0.job = message(id) }
  }

  public func watchJob(
    _ request: Gensyn_Market_V1.WatchJobRequest,
    to responses: ResponseWriter<Gensyn_Market_V1.WatchJobResponse>, in call: ServerCall
  ) async throws {
    let id = try job(request.jobID).id
    var next = Int(clamping: max(request.fromSequence, 1))
    let vault = try await node.vault()
    for await _ in node.market.changes(of: [.job(id)]) {
      guard let job = node.market.read({ $0.job(id) }) else { return }
      guard next <= job.events.count + 1 else {
        throw RPCError(.outOfRange, "the job has \(job.events.count) events")
      }
      while next <= job.events.count {
        try await responses.write(
          Gensyn_Market_V1.WatchJobResponse(job, event: next, vault: vault))
        next += 1
      }
      if job.state.isEnd { return }
    }
  }

  public func deliverKeys(
    _ request: Gensyn_Market_V1.DeliverKeysRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.DeliverKeysResponse {
    throw RPCError(.unimplemented, "sealed inputs are not taken yet")
  }

  public func fetchResult(
    _ request: Gensyn_Market_V1.FetchResultRequest,
    to responses: ResponseWriter<Gensyn_Market_V1.FetchResultResponse>, in call: ServerCall
  ) async throws {
    let job = try job(request.jobID)
    guard let work = job.completedWork else {
      throw RPCError(.failedPrecondition, "there is no result yet")
    }
    let outputs = work.outputs.filter {
      request.outputName.isEmpty || $0.name == request.outputName
    }
    guard request.outputName.isEmpty || !outputs.isEmpty else {
      throw RPCError(.notFound, "the job has no output of that name")
    }
    for output in outputs {
      if output.hasSealed { try checkReader(request, job) }
      try await responses.write(.with { $0.output = output })
      let hash = try Digest(marketField: "artifact.hash", output.artifact.hash)
      guard let size = try await node.results.size(of: hash) else {
        throw RPCError(.dataLoss, "the output \(output.name) is not in the store")
      }
      var offset = request.outputName.isEmpty ? 0 : request.offset
      while offset < size {
        let bytes = try await node.results.read(hash, at: offset, count: 1 << 16)
        guard !bytes.isEmpty else { break }
        try await responses.write(
          .with {
            $0.chunk.offset = offset
            $0.chunk.data = Data(bytes)
          })
        offset += UInt64(bytes.count)
      }
    }
  }

  private func checkReader(
    _ request: Gensyn_Market_V1.FetchResultRequest, _ job: JobRecord
  ) throws {
    let intent = try node.read(request.intent)
    guard case .read(let read)? = intent.message.action, read.jobID == job.id.bytesData,
      intent.signer == job.submitter
    else {
      throw RPCError(.permissionDenied, "the result is sealed: only its submitter may fetch it")
    }
  }

  private func job(_ id: Data) throws(RPCError) -> JobRecord {
    let id = try Digest(marketField: "job_id", id)
    guard let job = node.market.read({ $0.job(id) }) else {
      throw RPCError(MarketRefusal.unknownJob)
    }
    return job
  }

  private func message(_ id: Digest) -> Gensyn_Market_V1.Job {
    node.market.read { $0.job(id) }?.message(node.market.lastHeard) ?? Gensyn_Market_V1.Job()
  }
}

extension MarketNode {
  /// Waits until a job is as wanted, or the time is over.
  func wait(
    for id: Digest, atMost limit: Duration, until isDone: @escaping @Sendable (JobRecord) -> Bool
  ) async {
    let market = market
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in market.changes(of: [.job(id)])
        where market.read({ $0.job(id) }).map(isDone) ?? true {
          return
        }
      }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Where the protocol's fees go.
  func vault() async throws -> Address {
    let call = JobEscrow.VAULT()
    return try call.output(try await chain.call(call.contract, call.data))
  }
}

extension Gensyn_Market_V1.WatchJobResponse {
  init(_ job: JobRecord, event number: Int, vault: Address) {
    self.init()
    let happened = job.events[number - 1]
    sequence = UInt64(number)
    time = happened.time.timestamp
    switch happened.content {
    case .state(let then):
      var message = job.message()
      message.state = Gensyn_Market_V1.JobState(then)
      message.updateTime = happened.time.timestamp
      state = message
    case .check(let index): check = Gensyn_Market_V1.JobCheck(job.checks[index], job)
    case .payment(let index):
      payment = Gensyn_Market_V1.JobPayment(
        job.payments[index], escrow: JobEscrow.address, vault: vault)
    }
  }
}
