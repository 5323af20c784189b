internal import FoundationEssentials
internal import SwiftProtobuf

/// Times as they are shown: RFC 3339, in UTC, to the second.
enum Moment {
  static func text(_ time: Google_Protobuf_Timestamp) -> String {
    guard time.seconds != 0 || time.nanos != 0 else { return "" }
    return Date(timeIntervalSince1970: Double(time.seconds)).ISO8601Format()
  }
}
