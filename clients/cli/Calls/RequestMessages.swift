internal import Descriptors

/// A call's request messages in protobuf's form, made from JSON as they are asked for.
struct RequestMessages: AsyncSequence, Sendable {
  typealias Element = [UInt8]

  let texts: MessageTexts
  let type: String
  let transcoder: Transcoder
  let counter: CallCounter

  func makeAsyncIterator() -> Iterator {
    Iterator(messages: self, texts: texts.makeAsyncIterator())
  }

  struct Iterator: AsyncIteratorProtocol {
    fileprivate let messages: RequestMessages
    fileprivate var texts: MessageTexts.Iterator
    fileprivate var index = 0

    mutating func next() async throws -> [UInt8]? {
      do {
        guard let text = try await texts.next() else { return nil }
        index += 1
        let message = try messages.transcoder.wire(fromJSON: text.span, type: messages.type)
        messages.counter.sent(message.count)
        return message
      } catch let error as TranscodingError {
        throw UserError("message \(index) is no \(messages.type): \(error)")
      }
    }
  }
}

extension RequestMessages {
  /// The only message of a method that takes one; an empty one where none is given.
  func only() async throws -> [UInt8] {
    var iterator = makeAsyncIterator()
    guard let message = try await iterator.next() else { return [] }
    guard try await iterator.next() == nil else {
      throw UserError("the method takes one message, but more were given")
    }
    return message
  }
}
