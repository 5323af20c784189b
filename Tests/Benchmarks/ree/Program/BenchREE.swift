internal import Files
internal import Glibc
internal import REE
internal import Synchronization

/// Runs one model again and again, for a program that compares.
///
/// usage: bench-ree MODEL INPUTS.npz
///
/// Each line of standard input is answered by one of standard output: a number N by the CPU time in
/// nanoseconds that N runs took; `profile` by the time of each operator; `write FILE` by the outputs in
/// a file.
@main
struct BenchREE {
  enum Failure: Error {
    case usage
    case outputs
  }

  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else { throw Failure.usage }
    let executor = try Executor(try Model(onnx: try contents(arguments[1])))
    var inputs: [String: Value] = [:]
    for (name, tensor) in try NPZ.read(try contents(arguments[2])) {
      inputs[name] = .tensor(tensor)
    }
    print("ready \(executor.instructionSet)")
    fflush(nil)
    while let line = readLine() {
      if let count = Int(line) {
        print(try time(count, executor, inputs))
      } else if line == "profile" {
        print(try profile(executor, inputs))
      } else if line.hasPrefix("write ") {
        try write(executor, inputs, to: String(line.dropFirst(6)))
        print("written")
      }
      fflush(nil)
    }
  }

  private static func time(
    _ count: Int, _ executor: Executor, _ inputs: [String: Value]
  ) throws -> Int {
    let start = clock()
    for _ in 0..<count { _ = try executor.run(inputs) }
    return (clock() - start) * 1_000_000_000 / Int(CLOCKS_PER_SEC)
  }

  /// Operators by the time until the next node, in microseconds.
  private static func profile(
    _ executor: Executor, _ inputs: [String: Value]
  ) throws -> String {
    let times = Mutex<(last: String, start: Int, sums: [String: Int])>(("", 0, [:]))
    var options = Executor.Options()
    options.progress = { progress in
      times.withLock { times in
        let now = clock()
        times.sums[times.last, default: 0] += now - times.start
        (times.last, times.start) = (progress.operation, now)
      }
    }
    for _ in 0..<20 { _ = try executor.run(inputs, options) }
    return times.withLock { times in
      times.sums.sorted { $0.value > $1.value }.filter { !$0.key.isEmpty }
        .map { "\($0.key) \($0.value * 1_000_000 / Int(CLOCKS_PER_SEC) / 20)" }
        .joined(separator: "\t")
    }
  }

  private static func write(
    _ executor: Executor, _ inputs: [String: Value], to path: String
  ) throws {
    let outputs = try executor.run(inputs).outputs.map { output in
      guard let tensor = output.value.tensor else { throw Failure.outputs }
      return (output.name, tensor)
    }
    let bytes = try NPZ.write(outputs)
    try unsafe File(path, .readWrite).write(bytes.span.bytes, at: 0)
  }

  private static func contents(_ path: String) throws -> [UInt8] {
    let file = try File(path, .read, followsLinks: true)
    var bytes = [UInt8](repeating: 0, count: Int(try file.sizeBytes()))
    let count = try file.read(at: 0, into: &bytes)
    bytes.removeSubrange(count...)
    return bytes
  }
}
