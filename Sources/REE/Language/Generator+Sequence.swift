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
      let task = Task.detached {
        do {
          let result = try Generator(model).generate(
            prompt, options, isCancelled: { Task.isCancelled },
            onToken: { continuation.yield(.token($0)) })
          continuation.yield(.finished(result))
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
