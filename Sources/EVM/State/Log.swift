public import Primitives

/// What LOG0 to LOG4 leave behind.
public struct Log: Hashable, Sendable {
  public let address: Address
  /// At most four.
  public let topics: [Digest]
  public let data: [UInt8]

  public init(address: Address, topics: [Digest], data: [UInt8]) {
    self.address = address
    self.topics = topics
    self.data = data
  }

  public func encode(to encoder: inout RLP.Encoder) {
    encoder.list { list in
      list.append(address)
      list.list { inner in
        for topic in topics { inner.append(topic) }
      }
      list.append(data)
    }
  }
}

extension [Log] {
  /// keccak(rlp(logs)), which state tests compare.
  public var digest: Digest {
    var encoder = RLP.Encoder()
    encoder.list { list in
      for log in self { log.encode(to: &list) }
    }
    return Keccak256.hash(encoder.bytes)
  }

  public var bloom: Bloom {
    var bloom = Bloom()
    for log in self {
      bloom.insert(log.address.bytes)
      for topic in log.topics { bloom.insert(topic.array) }
    }
    return bloom
  }
}
