internal import SwiftProtobuf
internal import Foundation
internal import Schema

/// Numbers a computation's events.
struct EventNumbering {
  private let id = Data((0..<16).map { _ in UInt8.random(in: .min ... .max) })
  private var sequence: UInt64 = 0

  mutating func event(
    _ event: Gensyn_Ree_V1.ExecutionEvent.OneOf_Event
  ) -> Gensyn_Ree_V1.ExecutionEvent {
    sequence += 1
    return .with {
      $0.executionID = id
      $0.sequence = sequence
      $0.event = event
    }
  }
}
