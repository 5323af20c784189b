internal import REE
internal import Synchronization

/// Changes a case's model here and there, to see that nothing which a file can say is a crash.
struct Mutation {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed | 1
  }

  private mutating func random(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33) % max(bound, 1)
  }

  private mutating func changed(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0...random(3) where !bytes.isEmpty {
      let place = random(bytes.count)
      switch random(5) {
      case 0: bytes[place] ^= 1 << UInt8(random(8))
      case 1: bytes[place] = [0, 1, 2, 0x7f, 0x80, 0xff][random(6)]
      case 2: bytes[place] = bytes[random(bytes.count)]
      case 3: bytes.remove(at: place)
      default: bytes.insert(UInt8(random(256)), at: place)
      }
    }
    return bytes
  }

  /// Runs so many changed models on the case's inputs, and returns how many gave results.
  mutating func run(_ item: ConformanceCase, rounds: Int) throws -> Int {
    let original = try item.model()
    let unchanged = try Model(onnx: original)
    let named = try item.inputs(of: unchanged)
    let inputs = unchanged.graph.inputs.compactMap { named[unchanged.name(of: $0)] }
    var completed = 0
    for _ in 0..<rounds {
      let bytes = changed(original)
      guard let model = try? Model(onnx: bytes), let executor = try? Executor(model) else {
        continue
      }
      var given: [String: Value] = [:]
      for (input, value) in zip(model.graph.inputs, inputs.shuffled(by: { random($0) })) {
        given[model.name(of: input)] = value
      }
      let asked = Mutex(0)
      var options = Executor.Options()
      options.memoryMax = 1 << 24
      options.isCancelled = {
        asked.withLock {
          $0 += 1
          return $0 > 500
        }
      }
      if (try? executor.run(given, options)) != nil { completed += 1 }
    }
    return completed
  }
}

extension Array {
  fileprivate func shuffled(by random: (Int) -> Int) -> [Element] {
    guard count > 1, random(4) == 0 else { return self }
    let shift = random(count)
    return Array(self[shift...] + self[..<shift])
  }
}
