internal import Dispatch
internal import Glibc

/// A wish from outside that the process end.
public enum Interrupt: Int32, Sendable {
  case interrupt = 2
  case terminate = 15

  /// What a shell reports for a process that ended because of it.
  public var exitCode: Int32 { 128 + rawValue }

  /// The wishes from now on; the process no longer dies of them.
  public static func all() -> AsyncStream<Interrupt> {
    let (interrupts, continuation) = AsyncStream.makeStream(of: Interrupt.self)
    for interrupt in [Interrupt.interrupt, .terminate] {
      signal(interrupt.rawValue, SIG_IGN)
      let source = DispatchSource.makeSignalSource(
        signal: interrupt.rawValue, queue: .global())
      // The source lives as long as its handler, and that as long as the process.
      source.setEventHandler {
        withExtendedLifetime(source) { _ = continuation.yield(interrupt) }
      }
      source.resume()
    }
    return interrupts
  }
}
