internal import Dispatch
internal import Glibc

/// What an operator says to a running process.
enum Signal: Sendable {
  case stop, reload

  /// The signals from now on; the process no longer dies of them.
  static func all() -> AsyncStream<Signal> {
    let (signals, continuation) = AsyncStream.makeStream(of: Signal.self)
    let meanings: [(Int32, Signal)] = [(SIGTERM, .stop), (SIGINT, .stop), (SIGHUP, .reload)]
    for (number, meaning) in meanings {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      // The source lives as long as its handler, and that as long as the process.
      source.setEventHandler {
        withExtendedLifetime(source) { _ = continuation.yield(meaning) }
      }
      source.resume()
    }
    // A reader that goes away is an error of the write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    return signals
  }
}
