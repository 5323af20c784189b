// Runs a language model for comparisons and measurements.
//
//   conformance-llm MODEL logits FILE     each line of input: a prompt's tokens; writes the logits
//                                         behind every position to FILE as little-endian binary32
//   conformance-llm MODEL chat TEXT       answers TEXT greedily, and prints tokens and text
//   conformance-llm MODEL digest THREADS  samples a fixed text; prints a digest of every step
//   conformance-llm MODEL bench TOKENS THREADS   a prompt of 256 tokens, then TOKENS one by one

internal import Files
internal import Glibc
internal import REE
internal import Tokenizers

let arguments = CommandLine.arguments
guard arguments.count >= 4 else {
  fatalError("usage: conformance-llm MODEL logits|chat|digest|bench …")
}

func processorSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func wallSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

let model = try LanguageModel(.mapped(MappedFile(arguments[1], followsLinks: true)))

switch arguments[2] {
case "logits":
  let file = try File(arguments[3], .replace, followsLinks: true)
  var offset: UInt64 = 0
  while let line = readLine() {
    let tokens = line.split(separator: " ").compactMap { UInt32($0) }
    let session = DecoderSession(model, capacity: tokens.count)
    for token in tokens {
      let logits = session.evaluate([token]) { span in span.indices.map { span[$0] } }
      try unsafe file.write(logits.span.bytes, at: offset)
      offset += UInt64(logits.count * 4)
    }
  }
case "chat":
  let prompt = try ChatTemplate(model).prompt([.init(.user, arguments[3])])
  var options = GenerationOptions()
  options.tokenCountMax = 200
  let result = try Generator(model).generate(
    model.tokenizer.encode(prompt).ids, options,
    onToken: { print($0.text, terminator: "") })
  print("\n\(result.finishReason): \(result.tokens)")
case "digest":
  var options = GenerationOptions()
  options.tokenCountMax = 24
  options.sampling.temperature = 0.8
  options.sampling.topP = 0.95
  options.sampling.repetitionPenalty = 1.1
  options.sampling.seed = 42
  options.reportsCommitments = true
  options.threadCount = Int(arguments[3]) ?? 1
  var digests: [String] = []
  let result = try Generator(model).generate(
    model.tokenizer.encode("The sea was calm that morning, and").ids, options,
    onToken: { digests.append($0.commitment.map { "\($0.logitsDigest)" } ?? "") })
  print(LanguageModel.instructionSet)
  print(result.tokens.map(String.init).joined(separator: " "))
  print(digests.joined(separator: "\n"))
case "bench":
  let count = Int(arguments[3]) ?? 64
  let threads = arguments.count > 4 ? Int(arguments[4]) ?? 1 : 1
  let session = DecoderSession(model, capacity: 256 + count, threadCount: threads)
  let prompt = (0..<256).map { UInt32(1_000 + $0 * 37 % 40_000) }
  func measure(_ what: String, _ tokens: Int, _ body: () -> Void) {
    let (processor, wall) = (processorSeconds(), wallSeconds())
    body()
    let (cpu, elapsed) = (processorSeconds() - processor, wallSeconds() - wall)
    print(
      "{\"bench\":\"\(what)\",\"threads\":\(threads),\"isa\":\"\(LanguageModel.instructionSet)\","
        + "\"tokens_per_cpu_second\":\(Double(tokens) / cpu),"
        + "\"tokens_per_second\":\(Double(tokens) / elapsed)}")
  }
  measure("ree.llm.prompt", 256) { session.evaluate(prompt) { _ in } }
  measure("ree.llm.decode", count) {
    var next: UInt32 = 1
    for _ in 0..<count {
      next = session.evaluate([next]) { logits in
        UInt32(logits.indices.max { logits[$0] < logits[$1] } ?? 0)
      }
    }
  }
default: fatalError("usage: conformance-llm MODEL logits|chat|digest|bench …")
}
