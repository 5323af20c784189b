public import Primitives

/// A header and what it commits to.
public struct Block: Hashable, Sendable {
  public var header: Header
  public var transactions: [Transaction]
  /// Headers of stale siblings of ancestors, which proof of work rewarded.
  public var ommers: [Header]
  /// Nil before Shanghai.
  public var withdrawals: [Withdrawal]?

  public init(
    header: Header, transactions: [Transaction] = [], ommers: [Header] = [],
    withdrawals: [Withdrawal]? = nil
  ) {
    self.header = header
    self.transactions = transactions
    self.ommers = ommers
    self.withdrawals = withdrawals
  }

  /// Reads a block whose transactions follow the rules that `rules` has for it.
  public init(decoding bytes: [UInt8], rules: ChainRules) throws(InvalidBlock) {
    var reader = RLP.Reader(bytes)
    try self.init(&reader, rules: rules)
    guard reader.isAtEnd else { throw .encoding(.trailingBytes(1)) }
  }

  /// Takes a block off a sequence of them.
  public init(_ reader: inout RLP.Reader, rules: ChainRules) throws(InvalidBlock) {
    var items: RLP.Reader
    do throws(RLP.Malformed) {
      var list = try reader.list()
      header = try Header(&list)
      items = try list.list()
      var headers = try list.list()
      ommers = []
      while !headers.isAtEnd { ommers.append(try Header(&headers)) }
      withdrawals = nil
      if !list.isAtEnd {
        var entries = try list.list()
        var found: [Withdrawal] = []
        while !entries.isAtEnd { found.append(try Withdrawal(&entries)) }
        withdrawals = found
      }
      try list.end()
    } catch {
      throw .encoding(error)
    }
    transactions = []
    let fork = rules.fork(number: header.number, timestamp: header.timestamp)
    while !items.isAtEnd {
      transactions.append(try Self.transaction(&items, fork, index: transactions.count))
    }
  }

  private static func transaction(
    _ items: inout RLP.Reader, _ fork: Fork, index: Int
  ) throws(InvalidBlock) -> Transaction {
    let bytes: [UInt8]
    do throws(RLP.Malformed) {
      let isList = items.isAtList
      bytes = try isList ? items.encoded() : items.bytes()
      // A legacy transaction is a list and nothing else; the typed ones are strings.
      if let first = bytes.first, !isList && first >= 0x80 { throw RLP.Malformed.expectedList }
    } catch {
      throw .encoding(error)
    }
    do {
      return try Transaction(decoding: bytes, fork: fork)
    } catch {
      throw .malformedTransaction(index: index, error)
    }
  }

  public var encoded: [UInt8] {
    var encoder = RLP.Encoder()
    encoder.list { list in
      header.encode(to: &list)
      list.list { items in
        for transaction in transactions {
          let bytes = transaction.encoded
          if transaction.kind == .legacy {
            items.appendEncoded(bytes)
          } else {
            items.append(bytes)
          }
        }
      }
      list.list { headers in
        for ommer in ommers { ommer.encode(to: &headers) }
      }
      if let withdrawals {
        list.list { entries in
          for withdrawal in withdrawals { entries.appendEncoded(withdrawal.encoded) }
        }
      }
    }
    return encoder.bytes
  }
}
