internal import Foundation
internal import Primitives
internal import RPC
internal import SwiftProtobuf

// Fields as they come, checked at the door.

extension Digest {
  init(marketField field: String, _ data: Data) throws(RPCError) {
    guard let digest = try? Digest([UInt8](data)) else {
      throw RPCError(badMarketField: field, "must have 32 bytes")
    }
    self = digest
  }

  var bytesData: Data { Data(array) }
}

extension Address {
  init(field: String, _ data: Data) throws(RPCError) {
    guard let address = Address([UInt8](data)) else {
      throw RPCError(badMarketField: field, "must have 20 bytes")
    }
    self = address
  }

  var bytesData: Data { Data(bytes) }
}

extension U256 {
  /// An amount; empty stands for nothing stated.
  init?(field: String, _ data: Data) throws(RPCError) {
    guard !data.isEmpty else { return nil }
    guard data.count == 32, let number = U256(bigEndian: [UInt8](data)) else {
      throw RPCError(badMarketField: field, "must have 32 bytes")
    }
    self = number
  }

  var bytesData: Data { Data(bytes) }
}

extension UnixTime {
  init(field: String, _ time: Google_Protobuf_Timestamp) throws(RPCError) {
    guard time.seconds >= 0, time.seconds < 1 << 40, 0..<1_000_000_000 ~= time.nanos else {
      throw RPCError(badMarketField: field, "is not a time after 1970")
    }
    self.init(milliseconds: time.seconds * 1000 + Int64(time.nanos / 1_000_000))
  }

  var timestamp: Google_Protobuf_Timestamp {
    Google_Protobuf_Timestamp(
      seconds: milliseconds / 1000, nanos: Int32(milliseconds % 1000) * 1_000_000)
  }
}

extension Google_Protobuf_Duration {
  init(milliseconds: Int64) {
    self.init(
      seconds: milliseconds / 1000, nanos: Int32(milliseconds % 1000) * 1_000_000)
  }

  /// Milliseconds; nil for what is negative or longer than some centuries.
  var milliseconds: Int64? {
    guard seconds >= 0, seconds < 1 << 34, 0..<1_000_000_000 ~= nanos else { return nil }
    return seconds * 1000 + Int64(nanos / 1_000_000)
  }
}

/// One page of a list that is in memory: the token is the number of entries before it.
struct Page {
  let size: Int
  let start: Int

  init(size: Int32, token: String) throws(RPCError) {
    guard size >= 0 else { throw RPCError(badMarketField: "page_size", "must not be negative") }
    self.size = size == 0 ? 100 : min(Int(size), 1_000)
    guard !token.isEmpty else {
      start = 0
      return
    }
    guard let number = Int(token), number >= 0 else {
      throw RPCError(badMarketField: "page_token", "is not from this list")
    }
    start = number
  }

  func cut<Element>(_ list: [Element]) -> (page: ArraySlice<Element>, next: String) {
    guard start < list.count else { return ([], "") }
    let end = min(start + size, list.count)
    return (list[start..<end], end < list.count ? "\(end)" : "")
  }
}
