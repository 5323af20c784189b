internal import Files
internal import Glibc
internal import Training

func train(
  from checkpoint: String?, _ run: Run, steps: Int, threads: Int, folder: String
) throws {
  let trainer = try run.trainer(from: checkpoint, threads: threads)
  var table = "step,loss,validation_loss,gradient_norm,learning_rate\n"
  try write(trainer.checkpoint(), "\(folder)/step-\(trainer.stepCount).safetensors")
  if checkpoint == nil, let loss = trainer.validationLoss() { table += "0,,\(loss),,\n" }
  let start = processorSeconds()
  while trainer.stepCount < UInt64(steps) {
    let step = trainer.step()
    let validation = step.validationLoss.map { "\($0)" } ?? ""
    table +=
      "\(step.index + 1),\(step.loss),\(validation),\(step.gradientNorm),\(step.learningRate)\n"
    if trainer.stepCount.isMultiple(of: 50) {
      try write(trainer.checkpoint(), "\(folder)/step-\(trainer.stepCount).safetensors")
    }
  }
  let seconds = processorSeconds() - start
  try write(trainer.checkpoint(), "\(folder)/step-\(trainer.stepCount).safetensors")
  try write(Array(table.utf8), "\(folder)/loss.csv")
  print("\(trainer.stepCount) steps in \(seconds) s of processor time; state \(trainer.state)")
}

func verify(
  from checkpoint: String, end: String, _ run: Run, steps: Range<UInt64>, threads: Int
) throws {
  let claimed = try Checkpoint(bytes: contents(end)).history.roots
  let trainer = try run.trainer(from: checkpoint, threads: threads)
  let check = StepCheck(trainer, upTo: steps.upperBound, claimed: claimed)
  print(
    check.agrees
      ? "agrees: \(check.stepsChecked) steps" : "step \(check.firstWrongStep ?? 0) is wrong")
  exit(check.agrees ? 0 : 1)
}

func printLines(steps: Int, threads: Int) throws {
  let trainer = try Run.synthetic(isSmall: true).trainer(threads: threads)
  // The one that REE_ISA names may be absent here: then nothing is said about it.
  if let asked = unsafe getenv("REE_ISA") {
    let name = unsafe String(cString: asked)
    guard name == Trainer.instructionSet else { exit(3) }
  }
  for _ in 0..<steps {
    let step = trainer.step()
    print("training-step-\(step.index + 1) \(hexadecimal(trainer.fingerprint))")
  }
}

func record(steps: Int, size: String, file: String) throws {
  let trainer = try Run.synthetic(isSmall: size == "small").trainer(threads: 1)
  try write(trainer.recording(steps: steps), file)
}

func bench(steps: Int, threads: Int) throws {
  let run = try Run.synthetic(isSmall: false)
  let trainer = try run.trainer(threads: threads)
  for _ in 0..<3 { _ = trainer.step() }
  let (processor, wall) = (processorSeconds(), wallSeconds())
  for _ in 0..<steps { _ = trainer.step() }
  let tokens = Double(steps * run.configuration.tokensPerStep)
  print(
    """
    {"tokens_per_cpu_second":\(tokens / (processorSeconds() - processor)),\
    "tokens_per_second":\(tokens / (wallSeconds() - wall)),\
    "instruction_set":"\(Trainer.instructionSet)",\
    "multiply_adds_per_step":\(trainer.plan.stepMultiplyAdds),\
    "parameters":\(trainer.plan.parameterCount),"memory_bytes":\(trainer.plan.memorySizeBytes)}
    """)
}

private func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

private func write(_ bytes: [UInt8], _ path: String) throws {
  let file = try File(path, .replace, followsLinks: true)
  try unsafe file.write(bytes.span.bytes, at: 0)
}

private func processorSeconds() -> Double {
  seconds(CLOCK_PROCESS_CPUTIME_ID)
}

private func wallSeconds() -> Double {
  seconds(CLOCK_MONOTONIC)
}

private func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  unsafe clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
