internal import Dispatch
internal import Synchronization

extension Generator {
  /// What a sequence of generated tokens delivers.
  public enum Event: Hashable, Sendable {
    case token(GeneratedToken)
    /// Always last.
    case finished(GenerationResult)
  }

  /// Generates on a thread of its own and delivers the tokens as they come.
  ///
  /// The sequence ends with ``Event/finished(_:)`` or throws a ``GenerationRefusal``. It buffers at most
  /// the tokens of one generation; leaving the loop cancels.
  public static func events(
    _ model: LanguageModel, prompt: [UInt32], _ options: GenerationOptions = GenerationOptions()
  ) -> AsyncThrowingStream<Event, any Error> {
    AsyncThrowingStream { continuation in
      let cancellation = Cancellation()
      continuation.onTermination = { _ in cancellation.request() }
      // Not on the threads that async functions share: it computes for seconds without a pause.
      DispatchQueue(label: "ree.generation").async {
        do {
          let result = try Generator(model).generate(
            prompt, options, isCancelled: { cancellation.isRequested },
            onToken: { continuation.yield(.token($0)) })
          continuation.yield(.finished(result))
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
    }
  }
}

/// Says from one thread to another that a result is no longer wanted.
private final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  var isRequested: Bool { flag.load(ordering: .relaxed) }

  func request() {
    flag.store(true, ordering: .relaxed)
  }
}
