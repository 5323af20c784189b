internal import Primitives

extension MarketState {
  mutating func post(_ offer: Offer) throws(MarketRefusal) {
    guard offerIndex[offer.id] == nil else { return }
    guard offer.quantity > 0 else { throw .field("quantity", "is zero") }
    guard !offer.unitPrice.isZero else { throw .field("unit_price_ai_wei", "is zero") }
    guard offer.expires > now else { throw .field("expire_time", "has passed") }
    guard !offer.instrument.hardwareClass.isEmpty else {
      throw .field("instrument.hardware_class", "is empty")
    }
    let own = openOffers.count(where: { offers[$0].provider == offer.provider })
    guard own < rules.offersPerProviderMax else {
      throw .tooManyOffers(max: rules.offersPerProviderMax)
    }
    var offer = offer
    offer.created = now
    offer.rank = UInt64(offers.count)
    offer.state = .open
    offer.openQuantity = offer.quantity
    offerIndex[offer.id] = offers.count
    offers.append(offer)
    insert(offers.count - 1)
    actions.append(.offerChanged(offer.id))
    matchOpenJobs()
  }

  mutating func amendOffer(
    _ id: Digest, _ owner: Address, _ price: U256?, _ quantity: UInt64?
  ) throws(MarketRefusal) {
    let index = try ownOpenOffer(id, owner)
    if let price, price.isZero { throw .field("unit_price_ai_wei", "is zero") }
    if let quantity, quantity == 0 { throw .field("quantity", "is zero") }
    remove(index)
    let matched = offers[index].quantity - offers[index].openQuantity
    let keepsPlace =
      (price == nil || price == offers[index].unitPrice)
      && (quantity ?? 0) <= offers[index].quantity
    if let price { offers[index].unitPrice = price }
    if let quantity {
      offers[index].quantity = max(quantity, matched)
      offers[index].openQuantity = offers[index].quantity - matched
    }
    // Less of it at the same price keeps its place in time.
    if !keepsPlace { offers[index].rank = UInt64(offers.count) &+ UInt64(now.milliseconds) }
    if offers[index].openQuantity == 0 {
      offers[index].state = .filled
    } else {
      insert(index)
    }
    actions.append(.offerChanged(id))
    matchOpenJobs()
  }

  mutating func cancelOffer(_ id: Digest, _ owner: Address) throws(MarketRefusal) {
    let index = try ownOpenOffer(id, owner)
    remove(index)
    offers[index].state = .cancelled
    actions.append(.offerChanged(id))
  }

  private func ownOpenOffer(_ id: Digest, _ owner: Address) throws(MarketRefusal) -> Int {
    guard let index = offerIndex[id] else { throw .unknownOffer }
    guard offers[index].provider == owner else { throw .notOwner }
    guard offers[index].state == .open else {
      throw .wrongState("the offer is no longer open")
    }
    return index
  }

  // MARK: The list of open offers

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    let left = offers[left]
    let right = offers[right]
    return left.unitPrice != right.unitPrice
      ? left.unitPrice < right.unitPrice : left.rank < right.rank
  }

  private mutating func insert(_ index: Int) {
    let place = openOffers.firstIndex { isBefore(index, $0) } ?? openOffers.count
    openOffers.insert(index, at: place)
  }

  private mutating func remove(_ index: Int) {
    openOffers.removeAll { $0 == index }
  }

  mutating func take(_ count: UInt64, of index: Int) {
    offers[index].openQuantity -= min(count, offers[index].openQuantity)
    if offers[index].openQuantity == 0 {
      offers[index].state = .filled
      remove(index)
    }
    actions.append(.offerChanged(offers[index].id))
  }

  /// Units that were matched and not used come back.
  mutating func giveBack(_ count: UInt64, of id: Digest) {
    guard let index = offerIndex[id] else { return }
    guard offers[index].state == .open || offers[index].state == .filled else { return }
    offers[index].openQuantity = min(
      offers[index].quantity, offers[index].openQuantity &+ count)
    if offers[index].state == .filled {
      offers[index].state = .open
      insert(index)
    }
    actions.append(.offerChanged(id))
  }

  mutating func expireOffers() {
    for index in openOffers.filter({ offers[$0].expires <= now }) {
      offers[index].state = .expired
      remove(index)
      actions.append(.offerChanged(offers[index].id))
    }
  }
}
