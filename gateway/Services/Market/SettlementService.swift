internal import ABI
internal import ContractBindings
internal import Foundation
internal import Market
internal import Primitives
public import RPC
public import Schema
internal import SwiftProtobuf

/// `gensyn.market.v1.SettlementService`: shows where the money of each job went.
public struct SettlementService: Gensyn_Market_V1.SettlementService {
  let node: MarketNode

  public func getSettlement(
    _ request: Gensyn_Market_V1.GetSettlementRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.GetSettlementResponse {
    let id = try Digest(marketField: "job_id", request.jobID)
    guard let job = node.market.read({ $0.job(id) }), job.escrow != nil else {
      throw RPCError(.notFound, "there is no such job, or nothing was paid in")
    }
    let vault = try await node.vault()
    return .with { $0.settlement = Gensyn_Market_V1.Settlement(job, vault: vault) }
  }

  public func listSettlements(
    _ request: Gensyn_Market_V1.ListSettlementsRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.ListSettlementsResponse {
    let page = try Page(size: request.pageSize, token: request.pageToken)
    let account = request.address.isEmpty ? nil : try Address(field: "address", request.address)
    let (part, next) = page.cut(paidJobs(of: account))
    let vault = try await node.vault()
    return .with {
      $0.settlements = part.map { Gensyn_Market_V1.Settlement($0, vault: vault) }
      $0.nextPageToken = next
    }
  }

  public func watchSettlements(
    _ request: Gensyn_Market_V1.WatchSettlementsRequest,
    to responses: ResponseWriter<Gensyn_Market_V1.WatchSettlementsResponse>, in call: ServerCall
  ) async throws {
    let account = request.address.isEmpty ? nil : try Address(field: "address", request.address)
    let vault = try await node.vault()
    // The cursor is the number of payments seen: payments only come.
    var seen: Int
    switch request.start {
    case .cursor(let cursor)?:
      guard let number = Int(cursor), number >= 0 else {
        throw RPCError(.outOfRange, "the cursor is not from this stream")
      }
      seen = number
    case .fromHeight?: seen = 0
    case nil: seen = payments(of: account).count
    }
    for await _ in node.market.changes(of: [.jobs]) {
      let all = payments(of: account)
      while seen < all.count {
        let job = all[seen].job
        seen += 1
        try await responses.write(
          .with {
            $0.settlement = Gensyn_Market_V1.Settlement(job, vault: vault)
            $0.cursor = "\(seen)"
          })
      }
    }
  }

  public func exportInvoices(
    _ request: Gensyn_Market_V1.ExportInvoicesRequest,
    to responses: ResponseWriter<Gensyn_Market_V1.ExportInvoicesResponse>, in call: ServerCall
  ) async throws {
    let account = try Address(field: "address", request.address)
    let vault = try await node.vault()
    let start =
      request.hasStartTime ? try UnixTime(field: "start_time", request.startTime) : nil
    let end = request.hasEndTime ? try UnixTime(field: "end_time", request.endTime) : nil
    if let start, let end, end < start {
      throw RPCError(badMarketField: "end_time", "is before start_time")
    }
    var lines = ["time,job,purpose,from,to,amount_ai_wei,transaction"]
    for (job, payment) in payments(of: nil) {
      let message = Gensyn_Market_V1.JobPayment(
        payment, escrow: JobEscrow.address, vault: vault)
      guard message.from == account.bytesData || message.to == account.bytesData else { continue }
      let time = UnixTime(milliseconds: Int64(clamping: payment.timestamp) * 1000)
      if let start, time < start { continue }
      if let end, time >= end { continue }
      let from = Address([UInt8](message.from)) ?? .zero
      let to = Address([UInt8](message.to)) ?? .zero
      lines.append(
        "\(payment.timestamp),\(job.id),\(payment.purpose.rawValue),\(from),\(to),"
          + "\(payment.amount),\(payment.transaction)")
    }
    for part in stride(from: 0, to: lines.count, by: 500) {
      let text = lines[part..<min(part + 500, lines.count)].joined(separator: "\n") + "\n"
      try await responses.write(.with { $0.csv = Data(text.utf8) })
    }
  }

  public func getMarketParameters(
    _ request: Gensyn_Market_V1.GetMarketParametersRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.GetMarketParametersResponse {
    let rules = node.market.rules
    let fee = JobEscrow.FEE_BASIS_POINTS()
    let basisPoints = try fee.output(try await node.chain.call(fee.contract, fee.data))
    return .with {
      $0.protocolFeePpm = UInt32(clamping: basisPoints.clamped &* 100)
      $0.bondRatioPpm = UInt32(clamping: rules.bondRatioPPM)
      $0.sampleRatePpm = UInt32(clamping: rules.checkBasisPoints * 100)
      $0.challengeWindow = Google_Protobuf_Duration(
        milliseconds: Int64(rules.challengeSeconds) * 1000)
      $0.heartbeatInterval = Google_Protobuf_Duration(milliseconds: rules.heartbeatMilliseconds)
      $0.heartbeatsMissedMax = UInt32(clamping: rules.heartbeatsMissedMax)
      $0.escrowAddress = JobEscrow.address.bytesData
      $0.stateHashInterval = UInt32(clamping: rules.stateHashInterval)
      $0.matcherAddress = rules.matcher.bytesData
      $0.bondsAddress = Bonds.address.bytesData
      $0.tokenAddress = AIToken.address.bytesData
      $0.chainID = U256(node.chain.chainID).bytesData
      $0.verifierBondRatioPpm = UInt32(clamping: rules.verifierBondRatioPPM)
      $0.verifierFeeRatioPpm = UInt32(clamping: rules.verifierFeeRatioPPM)
    }
  }

  public func listPriceComparisons(
    _ request: Gensyn_Market_V1.ListPriceComparisonsRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.ListPriceComparisonsResponse {
    throw RPCError(.unimplemented, "this node has no table of prices elsewhere")
  }

  /// Newest first.
  private func paidJobs(of account: Address?) -> [JobRecord] {
    node.market.read { market in
      market.jobs.reversed().filter { job in
        job.escrow != nil
          && (account == nil || job.submitter == account
            || job.payments.contains { $0.from == account || $0.to == account })
      }
    }
  }

  private func payments(of account: Address?) -> [(job: JobRecord, payment: Payment)] {
    let all = node.market.read { market in
      market.jobs.flatMap { job in job.payments.map { (job: job, payment: $0) } }
    }
    return all.filter {
      account == nil || $0.job.submitter == account || $0.payment.from == account
        || $0.payment.to == account
    }.sorted { $0.payment.timestamp < $1.payment.timestamp }
  }
}

extension Gensyn_Market_V1.Settlement {
  init(_ job: JobRecord, vault: Address) {
    self.init()
    func sum(_ purpose: Payment.Purpose) -> Data {
      job.payments.filter { $0.purpose == purpose }.reduce(U256.zero) { $0 &+ $1.amount }.bytesData
    }
    jobID = job.id.bytesData
    submitter = job.submitter.bytesData
    state = Gensyn_Market_V1.JobState(job.state)
    depositedAiWei = sum(.deposit)
    providerAiWei = sum(.step)
    verificationAiWei = sum(.verification)
    protocolFeeAiWei = sum(.fee)
    refundedAiWei = sum(.refund)
    heldAiWei = (job.escrow?.funds ?? .zero).bytesData
    payments = job.payments.map {
      Gensyn_Market_V1.JobPayment($0, escrow: JobEscrow.address, vault: vault)
    }
    updateTime = job.updated.timestamp
  }
}
