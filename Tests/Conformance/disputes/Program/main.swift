internal import DisputeFixtures

// conformance-disputes [--roots | --graphs] [--model FILE.onnx]...
//
// Every kind of liar is convicted in as few moves as promised, no honest prover ever is, and the chain says
// the same: ends with `conformance-disputes: passed/total`.

var score = Score()
let models = CommandLine.arguments.enumerated().compactMap { index, argument in
  argument == "--model" && index + 1 < CommandLine.arguments.count
    ? CommandLine.arguments[index + 1] : nil
}

let graphs = try GraphCases.all(models)
if CommandLine.arguments.contains("--roots") {
  for graph in graphs { try graph.printRoots() }
} else {
  if !CommandLine.arguments.contains("--graphs") { try RecurrenceCases().run(&score) }
  for graph in graphs { try graph.run(&score) }
  score.finish()
}
