public import Primitives

extension Exchange {
  /// The whole state in one form only: equal states have equal bytes.
  ///
  ///     snapshot = magic (8) header of the journal (32) commandCount money clearing
  ///                account* generation* freeCount free* orderCount order*
  ///
  /// Orders come by side, price and time, so that their lists need not be written down.
  public func snapshot() -> [UInt8] {
    var bytes = Self.snapshotMagic
    for word in JournalFormat.header(configuration) { bytes.append(littleEndian: word) }
    bytes.append(littleEndian: commandCount)
    bytes.append(littleEndian: money)
    bytes.append(littleEndian: lastClearing?.quantity ?? 0)
    bytes.append(littleEndian: lastClearing?.price ?? 0)
    for account in accounts {
      for value in [
        account.free, account.held, account.position, account.openBuys, account.openSells,
      ] { bytes.append(littleEndian: UInt64(bitPattern: value)) }
      bytes.append(littleEndian: account.longLimit)
      bytes.append(littleEndian: account.shortLimit)
    }
    for order in book.pool.orders { bytes.append(littleEndian: order.generation) }
    bytes.append(littleEndian: UInt32(book.pool.free.count))
    for slot in book.pool.free { bytes.append(littleEndian: slot) }
    let resting = book.resting()
    bytes.append(littleEndian: UInt32(resting.count))
    for slot in resting {
      let order = book.pool.orders[Int(slot)]
      bytes.append(littleEndian: slot)
      bytes.append(littleEndian: order.account)
      bytes.append(littleEndian: order.quantity)
      bytes.append(littleEndian: order.price)
      bytes.append(order.side.rawValue)
    }
    return bytes
  }

  /// BLAKE3 of the snapshot: two exchanges with the same hash go on alike.
  public func stateHash() -> Digest { BLAKE3.hash(snapshot()) }

  /// "GENSYNS" and the version.
  static let snapshotMagic: [UInt8] = [0x47, 0x45, 0x4E, 0x53, 0x59, 0x4E, 0x53, 1]
}

extension OrderBook {
  /// All resting orders by side, price and time.
  fileprivate func resting() -> [UInt32] {
    var slots: [UInt32] = []
    for side in Side.allCases {
      var rank = levels.best(side)
      while rank >= 0 {
        var slot = levels.levels[PriceLevels.index(side, rank: rank)].head
        while slot != PriceLevels.none {
          slots.append(slot)
          slot = pool.orders[Int(slot)].next
        }
        rank = levels.next(side, after: rank)
      }
    }
    return slots
  }
}
