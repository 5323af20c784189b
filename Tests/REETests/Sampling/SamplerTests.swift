import ModelFixtures
import Testing

@testable import REE

@Suite
struct SamplerTests {
  static func choose(
    _ logits: [Float], step: UInt64 = 0, history: Set<UInt32> = [],
    _ change: (inout SamplingParameters) -> Void = { _ in }
  ) throws -> UInt32? {
    var parameters = SamplingParameters()
    change(&parameters)
    var sampler = try Sampler(parameters)
    return sampler.choose(logits.span, step: step, history: history)
  }

  @Test
  func `takes the greatest, of equals the first`() throws {
    #expect(try Self.choose([1, 3, 3, 2]) == 1)
    #expect(try Self.choose([-0.0, 0.0]) == 0)
    #expect(try Self.choose([.nan, -5, .nan]) == 1)
    #expect(try Self.choose([1, .infinity, .infinity]) == 1)
    #expect(try Self.choose([-.infinity, .nan]) == nil)
    #expect(try Self.choose([]) == nil)
  }

  @Test
  func `penalizes what occurred`() throws {
    #expect(try Self.choose([2, 1.5], history: [0]) { $0.repetitionPenalty = 2 } == 1)
    #expect(try Self.choose([-1, -1.5], history: [0, 77]) { $0.repetitionPenalty = 2 } == 1)
  }

  /// Steps 4 to 7 of the rule in the plainest form.
  static func expected(
    _ logits: [Float], _ parameters: SamplingParameters, step: UInt64
  ) -> UInt32 {
    var order = logits.indices.sorted {
      let (left, right) = (logits[$0] / parameters.temperature, logits[$1] / parameters.temperature)
      return left != right ? left > right : $0 < $1
    }
    if parameters.topK > 0 { order = Array(order.prefix(parameters.topK)) }
    let greatest = logits[order[0]] / parameters.temperature
    let weights = ElementaryFunctions.exp(
      order.map { logits[$0] / parameters.temperature - greatest })
    var all: Float = 0
    for weight in weights { all += weight }
    var count = 0
    var sum: Float = 0
    repeat {
      sum += weights[count]
      count += 1
    } while count < weights.count && (parameters.topP == 1 || sum < parameters.topP * all)
    while count > 1, weights[count - 1] < parameters.minP { count -= 1 }
    var total: Float = 0
    for weight in weights[..<count] { total += weight }
    let draw = Philox4x32(seed: parameters.seed).uniform(step: step, node: 0, index: 0)
    sum = 0
    for index in 0..<count {
      sum += weights[index]
      if sum > draw * total { return UInt32(order[index]) }
    }
    return UInt32(order[count - 1])
  }

  @Test
  func `follows the written rule`() throws {
    var random = RandomNumbers(seed: 3)
    var seen: Set<UInt32> = []
    for step in 0..<2_000 as Range<UInt64> {
      // Coarse logits, so that many are equal.
      let logits = (0..<50).map { _ in (random.float() * 8).rounded() / 2 }
      var parameters = SamplingParameters()
      parameters.temperature = [0.3, 1, 1.7].randomElement(using: &random) ?? 1
      parameters.topK = [0, 1, 7, 100].randomElement(using: &random) ?? 0
      parameters.topP = [1, 0.9, 0.2, 1e-9].randomElement(using: &random) ?? 1
      parameters.minP = [0, 0.1, 1].randomElement(using: &random) ?? 0
      parameters.seed = random.next()
      var sampler = try Sampler(parameters)

      let choice = sampler.choose(logits.span, step: step, history: [])

      #expect(choice == Self.expected(logits, parameters, step: step))
      seen.insert(choice ?? .max)
    }
    #expect(seen.count > 40)
  }

  @Test
  func `draws in proportion`() throws {
    var counts = [0, 0, 0]
    for step in 0..<4_000 as Range<UInt64> {
      let choice = try Self.choose([0, 1, 0], step: step) { $0.temperature = 1 }
      counts[Int(try #require(choice))] += 1
    }
    // 1 to e to 1.
    #expect(abs(Double(counts[1]) / 4_000 - 0.576) < 0.03)
    #expect(abs(counts[0] - counts[2]) < 150)
  }

  @Test
  func `draws among infinite logits alone`() throws {
    let choices = try (0..<50).map { step in
      try Self.choose([.infinity, 5, .infinity, .nan], step: step) { $0.temperature = 1 }
    }
    #expect(Set(choices) == [0, 2])
  }

  static let invalid: [(SamplingParameters.Invalid, SamplingParameters)] = [
    (.temperature, parameters { $0.temperature = -1 }),
    (.temperature, parameters { $0.temperature = .nan }), (.topK, parameters { $0.topK = -1 }),
    (.topP, parameters { $0.topP = 0 }), (.topP, parameters { $0.topP = .nan }),
    (.minP, parameters { $0.minP = 1.5 }),
    (.repetitionPenalty, parameters { $0.repetitionPenalty = 0 }),
  ]

  static func parameters(_ change: (inout SamplingParameters) -> Void) -> SamplingParameters {
    var parameters = SamplingParameters()
    change(&parameters)
    return parameters
  }

  @Test(arguments: invalid)
  func `refuses values outside their range`(
    reason: SamplingParameters.Invalid, parameters: SamplingParameters
  ) {
    #expect(throws: reason) { try Sampler(parameters) }
  }
}
