internal import Foundation
internal import Market
internal import Primitives
public import RPC
public import Schema
internal import SwiftProtobuf

/// `gensyn.market.v1.OfferService`: offers compute and shows the book.
public struct OfferService: Gensyn_Market_V1.OfferService {
  let node: MarketNode

  public func postOffer(
    _ request: Gensyn_Market_V1.PostOfferRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.PostOfferResponse {
    let intent = try node.read(request.intent)
    guard case .postOffer(let terms)? = intent.message.action else {
      throw RPCError(badMarketField: "intent", "holds no offer")
    }
    let actions = try await node.submit(.postOffer(try Offer(intent, terms)))
    let matched = actions.compactMap { action in
      if case .ask(_, let lease) = action { return node.market.read { $0.job(ofLease: lease)?.id } }
      return nil
    }
    return .with {
      $0.offer = message(intent.id)
      $0.matchedJobIds = matched.map(\.bytesData)
    }
  }

  public func amendOffer(
    _ request: Gensyn_Market_V1.AmendOfferRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.AmendOfferResponse {
    let intent = try node.read(request.intent)
    guard case .amendOffer(let amendment)? = intent.message.action else {
      throw RPCError(badMarketField: "intent", "holds no change of an offer")
    }
    let id = try Digest(marketField: "offer_id", amendment.offerID)
    try await node.submit(
      .amendOffer(
        id, by: intent.signer,
        unitPrice: try U256(field: "unit_price_ai_wei", amendment.unitPriceAiWei),
        quantity: amendment.hasQuantity ? amendment.quantity : nil))
    return .with { $0.offer = message(id) }
  }

  public func cancelOffer(
    _ request: Gensyn_Market_V1.CancelOfferRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.CancelOfferResponse {
    let intent = try node.read(request.intent)
    guard case .cancelOfferID(let bytes)? = intent.message.action else {
      throw RPCError(badMarketField: "intent", "names no offer to cancel")
    }
    let id = try Digest(marketField: "cancel_offer_id", bytes)
    if node.market.read({ $0.offer(id)?.state }) != .cancelled {
      try await node.submit(.cancelOffer(id, by: intent.signer))
    }
    return .with { $0.offer = message(id) }
  }

  public func getOffer(
    _ request: Gensyn_Market_V1.GetOfferRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.GetOfferResponse {
    let id = try Digest(marketField: "offer_id", request.offerID)
    guard let offer = node.market.read({ $0.offer(id) }) else {
      throw RPCError(MarketRefusal.unknownOffer)
    }
    return .with { $0.offer = offer.message }
  }

  public func listOffers(
    _ request: Gensyn_Market_V1.ListOffersRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.ListOffersResponse {
    let page = try Page(size: request.pageSize, token: request.pageToken)
    let constraint = try Constraint(field: "constraint", request.constraint)
    let properties = try Properties(field: "job_properties", request.jobProperties)
    let provider =
      request.provider.isEmpty ? nil : try Address(field: "provider", request.provider)
    let limit = try U256(field: "max_unit_price_ai_wei", request.maxUnitPriceAiWei)
    let state = Offer.State(rawValue: UInt8(clamping: request.state.rawValue))
    let found = node.market.read { market in
      let all = state == .open ? market.book : market.offers
      return all.filter { offer in
        (state == nil || offer.state == state) && (provider == nil || offer.provider == provider)
          && (limit.map { offer.unitPrice <= $0 } ?? true)
          && constraint.holds(for: offer.properties)
          && (request.jobProperties.isEmpty || offer.jobConstraint.holds(for: properties))
      }
    }
    let sorted = found.sorted {
      $0.unitPrice != $1.unitPrice ? $0.unitPrice < $1.unitPrice : $0.rank < $1.rank
    }
    let (part, next) = page.cut(sorted)
    return .with {
      $0.offers = part.map(\.message)
      $0.nextPageToken = next
    }
  }

  public func listInstruments(
    _ request: Gensyn_Market_V1.ListInstrumentsRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.ListInstrumentsResponse {
    let page = try Page(size: request.pageSize, token: request.pageToken)
    let (part, next) = page.cut(
      instruments.filter {
        (request.hardwareClass.isEmpty || $0.instrument.hardwareClass == request.hardwareClass)
          && (request.region.isEmpty || $0.instrument.region == request.region)
      })
    return .with {
      $0.instruments = Array(part)
      $0.nextPageToken = next
    }
  }

  public func watchBook(
    _ request: Gensyn_Market_V1.WatchBookRequest,
    to responses: ResponseWriter<Gensyn_Market_V1.WatchBookResponse>, in call: ServerCall
  ) async throws {
    var sent: Gensyn_Market_V1.WatchBookResponse?
    for await _ in node.market.changes(of: [.offers, .jobs]) {
      let known = instruments
      guard request.instrumentID >= 1, request.instrumentID <= UInt64(known.count) else {
        throw RPCError(.notFound, "there is no such instrument")
      }
      var book = book(of: request.instrumentID)
      if request.depth > 0 { book.asks = Array(book.asks.prefix(Int(request.depth))) }
      // The whole book each time: it is short, and a reader that missed one has missed nothing.
      guard book != sent else { continue }
      sent = book
      var message = book
      message.snapshot = true
      message.sequence = node.market.logHead.sequence
      try await responses.write(message)
    }
  }

  public func listTrades(
    _ request: Gensyn_Market_V1.ListTradesRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.ListTradesResponse {
    let page = try Page(size: request.pageSize, token: request.pageToken)
    let trades = node.market.read { market in
      market.jobs.flatMap { job in
        job.leases.filter { $0.phase.rawValue >= Lease.Phase.named.rawValue }.map { lease in
          (job, lease, market.offer(lease.offer))
        }
      }
    }
    let found = trades.filter {
      request.hardwareClass.isEmpty
        || $0.2?.instrument.hardwareClass == request.hardwareClass
    }.sorted { $0.1.asked > $1.1.asked }
    let (part, next) = page.cut(found)
    return .with {
      $0.trades = part.map { job, lease, _ in
        .with {
          // What the submitter offered is paid; the offer asked for no more.
          $0.priceAiWei = (job.escrowTerms.reward ?? .zero).bytesData
          $0.quantity = job.terms.unitCount
          $0.offerID = lease.offer.bytesData
          $0.jobID = job.id.bytesData
          $0.kind = .continuous
          $0.time = lease.asked.timestamp
        }
      }
      $0.nextPageToken = next
    }
  }

  public func watchOrderLog(
    _ request: Gensyn_Market_V1.WatchOrderLogRequest,
    to responses: ResponseWriter<Gensyn_Market_V1.WatchOrderLogResponse>, in call: ServerCall
  ) async throws {
    throw RPCError(.unimplemented, "this node does not hand out its log yet")
  }

  private func message(_ id: Digest) -> Gensyn_Market_V1.Offer {
    node.market.read { $0.offer(id) }?.message ?? Gensyn_Market_V1.Offer()
  }

  /// Each instrument that was ever offered, numbered in the order of its first offer.
  private var instruments: [Gensyn_Market_V1.InstrumentSummary] {
    node.market.read { market in
      var order: [Instrument] = []
      for offer in market.offers where !order.contains(offer.instrument) {
        order.append(offer.instrument)
      }
      return order.enumerated().map { index, instrument in
        let open = market.book.filter { $0.instrument == instrument }
        let wanted = market.active.filter {
          $0.state == .open && instrument.serves($0.terms.instrument)
        }
        return .with {
          $0.instrumentID = UInt64(index + 1)
          $0.instrument = instrument.message
          if let best = open.first { $0.bestAskAiWei = best.unitPrice.bytesData }
          if let bid = wanted.compactMap(\.escrowTerms.reward).max() {
            $0.bestBidAiWei = bid.bytesData
          }
          $0.askQuantity = open.reduce(0) { $0 &+ $1.openQuantity }
          $0.bidQuantity = wanted.reduce(0) { $0 &+ $1.terms.unitCount }
          $0.tickAiWei = U256.one.bytesData
        }
      }
    }
  }

  private func book(of number: UInt64) -> Gensyn_Market_V1.WatchBookResponse {
    node.market.read { market in
      var order: [Instrument] = []
      for offer in market.offers where !order.contains(offer.instrument) {
        order.append(offer.instrument)
      }
      let instrument = order[Int(number) - 1]
      var levels: [Gensyn_Market_V1.PriceLevel] = []
      for offer in market.book where offer.instrument == instrument {
        let price = offer.unitPrice.bytesData
        if levels.last?.priceAiWei == price {
          levels[levels.count - 1].quantity &+= offer.openQuantity
          levels[levels.count - 1].orderCount += 1
        } else {
          levels.append(
            .with {
              $0.priceAiWei = price
              $0.quantity = offer.openQuantity
              $0.orderCount = 1
            })
        }
      }
      return .with { $0.asks = levels }
    }
  }
}
