internal import EVM
internal import Synchronization

/// The memory that execution works in, and code that it has analysed. One thread uses it at a time.
final class Machine: @unchecked Sendable {
  // Unchecked: the pool lends it to one caller at a time.
  let arena = Arena()
  let codes = CodeCache()
}

/// Machines for calls that come from any thread, kept for the next one.
final class MachinePool: Sendable {
  /// More than so many idle ones are let go of.
  private static let idleMax = 8

  private let idle = Mutex<[Machine]>([])

  func withMachine<Result, Failure: Error>(
    _ body: (Machine) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let machine = idle.withLock { $0.popLast() } ?? Machine()
    defer {
      idle.withLock { idle in
        if idle.count < Self.idleMax { idle.append(machine) }
      }
    }
    return try body(machine)
  }
}
