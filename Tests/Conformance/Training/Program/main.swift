// Trains a small GPT for comparisons and measurements.
//
//   conformance-training train DATA VALIDATION STEPS THREADS FOLDER   writes loss.csv and checkpoints
//   conformance-training resume CHECKPOINT DATA VALIDATION STEPS THREADS FOLDER
//   conformance-training verify CHECKPOINT END DATA VALIDATION FIRST END-STEP THREADS
//   conformance-training lines STEPS THREADS      a hash of the state after each step, on made-up text
//   conformance-training record STEPS small|large FILE   steps as a tape that another program replays:
//                                                 of `lines`, or of `bench`
//   conformance-training bench STEPS THREADS      tokens for each second, on made-up text

internal import Glibc

let arguments = Array(CommandLine.arguments.dropFirst())
switch (arguments.first, arguments.count) {
case ("train", 6):
  try train(
    from: nil, Run.shakespeare(data: arguments[1], validation: arguments[2]),
    steps: number(3), threads: number(4), folder: arguments[5])
case ("resume", 7):
  try train(
    from: arguments[1], Run.shakespeare(data: arguments[2], validation: arguments[3]),
    steps: number(4), threads: number(5), folder: arguments[6])
case ("verify", 8):
  try verify(
    from: arguments[1], end: arguments[2],
    Run.shakespeare(data: arguments[3], validation: arguments[4]),
    steps: UInt64(number(5))..<UInt64(number(6)), threads: number(7))
case ("lines", 3): try printLines(steps: number(1), threads: number(2))
case ("record", 4): try record(steps: number(1), size: arguments[2], file: arguments[3])
case ("bench", 3): try bench(steps: number(1), threads: number(2))
default:
  fatalError("usage: conformance-training train|resume|verify|lines|record|bench …")
}

func number(_ index: Int) -> Int {
  guard let number = Int(arguments[index]), number >= 0 else {
    fatalError("\(arguments[index]) is no number")
  }
  return number
}
