internal import Foundation
internal import Market
internal import Primitives
internal import RPC
internal import Schema
internal import SwiftProtobuf

extension Properties {
  init(field: String, _ properties: [Gensyn_Market_V1.Property]) throws(RPCError) {
    self.init()
    for (index, property) in properties.enumerated() {
      let path = "\(field)[\(index)]"
      guard let value = PropertyValue(property) else {
        throw RPCError(badMarketField: "\(path).value", "is missing")
      }
      do throws(Properties.Refusal) {
        try add(property.name, value)
      } catch {
        throw RPCError(badMarketField: path, "is refused: \(error)")
      }
    }
  }

  var messages: [Gensyn_Market_V1.Property] {
    values.sorted { $0.key < $1.key }.map { name, value in
      .with {
        $0.name = name
        switch value {
        case .text(let text): $0.text = text
        case .integer(let number): $0.integer = number
        case .number(let number): $0.number = number
        case .flag(let flag): $0.flag = flag
        case .texts(let texts): $0.texts.values = texts
        }
      }
    }
  }
}

extension PropertyValue {
  init?(_ property: Gensyn_Market_V1.Property) {
    switch property.value {
    case .text(let text)?: self = .text(text)
    case .integer(let number)?: self = .integer(number)
    case .number(let number)?: self = .number(number)
    case .flag(let flag)?: self = .flag(flag)
    case .texts(let list)?: self = .texts(list.values)
    case nil: return nil
    }
  }
}

extension Constraint {
  init(field: String, _ constraint: Gensyn_Market_V1.Constraint, depth: Int = 0) throws(RPCError) {
    guard depth < Constraint.depthMax else {
      throw RPCError(badMarketField: field, "is more than \(Constraint.depthMax) levels deep")
    }
    func parts(_ list: Gensyn_Market_V1.ConstraintList) throws(RPCError) -> [Constraint] {
      guard list.constraints.count <= Constraint.partCountMax else {
        throw RPCError(badMarketField: field, "has too many parts")
      }
      var parts: [Constraint] = []
      for part in list.constraints {
        parts.append(try Constraint(field: field, part, depth: depth + 1))
      }
      return parts
    }
    switch constraint.condition {
    case nil: self = .nothing
    case .comparison(let comparison)?:
      guard let kind = Comparison.Kind(rawValue: UInt8(clamping: comparison.kind.rawValue)) else {
        throw RPCError(badMarketField: "\(field).comparison.kind", "is not known")
      }
      let value = PropertyValue(comparison.property)
      guard let value = value ?? (kind == .present ? .flag(true) : nil) else {
        throw RPCError(badMarketField: "\(field).comparison.property", "has no value")
      }
      self = .comparison(Comparison(comparison.property.name, kind, value))
    case .allOf(let list)?: self = .all(try parts(list))
    case .anyOf(let list)?: self = .any(try parts(list))
    case .noneOf(let inner)?:
      self = .not(try Constraint(field: field, inner, depth: depth + 1))
    }
  }
}

extension Instrument {
  init(field: String, _ message: Gensyn_Market_V1.Instrument) throws(RPCError) {
    self.init(hardwareClass: message.hardwareClass, region: message.region)
    guard hardwareClass.utf8.count <= Self.nameByteCountMax,
      region.utf8.count <= Self.nameByteCountMax
    else { throw RPCError(badMarketField: field, "has a name that is too long") }
    if message.hasSlotTime {
      slotTime = try UnixTime(field: "\(field).slot_time", message.slotTime)
    }
    if message.hasSlotDuration {
      guard let milliseconds = message.slotDuration.milliseconds, milliseconds > 0 else {
        throw RPCError(badMarketField: "\(field).slot_duration", "is out of range")
      }
      slotMilliseconds = milliseconds
    }
    if message.tier == .preemptible { tier = .preemptible }
  }

  var message: Gensyn_Market_V1.Instrument {
    .with {
      $0.hardwareClass = hardwareClass
      $0.region = region
      if let slotTime { $0.slotTime = slotTime.timestamp }
      $0.slotDuration = Google_Protobuf_Duration(milliseconds: slotMilliseconds)
      $0.tier = tier == .preemptible ? .preemptible : .guaranteed
    }
  }
}

extension Offer {
  init(_ intent: Intent, _ terms: Gensyn_Market_V1.OfferTerms) throws(RPCError) {
    guard let price = try U256(field: "unit_price_ai_wei", terms.unitPriceAiWei) else {
      throw RPCError(badMarketField: "unit_price_ai_wei", "is missing")
    }
    guard terms.sealingKey.isEmpty || terms.sealingKey.count == 32 else {
      throw RPCError(badMarketField: "sealing_key", "must have 32 bytes")
    }
    self.init(
      id: intent.id, provider: intent.signer,
      instrument: try Instrument(field: "instrument", terms.instrument), unitPrice: price,
      quantity: terms.quantity, properties: try Properties(field: "properties", terms.properties),
      jobConstraint: try Constraint(field: "job_constraint", terms.jobConstraint),
      benchmarkReceipt: terms.benchmarkReceiptHash.isEmpty
        ? nil
        : try Digest(marketField: "benchmark_receipt_hash", terms.benchmarkReceiptHash),
      expires: try UnixTime(field: "expire_time", terms.expireTime),
      preemptionNoticeMilliseconds: terms.preemptionNotice.milliseconds ?? 0,
      sealingKey: [UInt8](terms.sealingKey), intent: intent.bytes)
  }

  var message: Gensyn_Market_V1.Offer {
    .with {
      $0.id = id.bytesData
      $0.provider = provider.bytesData
      if let signed = try? Gensyn_Market_V1.SignedIntent(serializedBytes: intent),
        let inner = try? Gensyn_Market_V1.Intent(serializedBytes: signed.intent)
      {
        $0.terms = inner.postOffer
      }
      $0.terms.unitPriceAiWei = unitPrice.bytesData
      $0.terms.quantity = quantity
      $0.state = .init(rawValue: Int(state.rawValue)) ?? .unspecified
      $0.openQuantity = openQuantity
      $0.createTime = created.timestamp
    }
  }
}
