public import Disputes
internal import Primitives
public import Receipts
internal import Synchronization

/// A small computation of several steps that computes itself, rightly or with a fault in it: written apart
/// from the referee, by plain loops.
public struct Computation: TraceSource, Sendable {
  public let program: Program
  public let inputs: [NamedCommitment]
  public private(set) var outputs: [NamedCommitment] = []
  public private(set) var steps: [[Entry]] = []

  public struct Entry: Sendable {
    public var record: TraceRecord
    public var inputs: [OpenTensor]
    public var outputs: [OpenTensor]
  }

  /// Changes an entry as it is being made; what follows is computed from the change.
  public typealias Fault = @Sendable (_ step: Int, _ record: Int, _ entry: inout Entry) -> Void

  /// - Parameters:
  ///   - constants: The content of each of the program's constants.
  ///   - fault: What the one who computes does wrong.
  public init(
    _ program: Program, inputs: [(String, OpenTensor)], constants: [OpenTensor], stepCount: Int,
    fault: Fault = { _, _, _ in }
  ) {
    self.program = program
    self.inputs = inputs.map { NamedCommitment(name: $0.0, tensor: $0.1.commitment.digest) }
    var before: [Entry] = []
    for step in 0..<stepCount {
      var entries: [Entry] = []
      func find(_ source: Program.Source) -> OpenTensor {
        switch source {
        case .absent: .absent
        case .input(let index): inputs[index].1
        case .constant(let index): constants[index]
        case .output(let entry, let index): entries[entry].outputs[index]
        case .carried(let entry, let index, let first):
          before.isEmpty ? inputs[first].1 : before[entry].outputs[index]
        }
      }
      for (number, line) in program.entries.enumerated() {
        let operands = line.inputs.map(find)
        var entry = Entry(
          record: TraceRecord(
            node: line.node, nodeHash: line.nodeHash, operatorName: line.operatorName,
            semanticsVersion: line.semanticsVersion, inputs: [], outputs: []),
          inputs: operands, outputs: [Loops.apply(line.operatorName, operands)])
        entry.seal()
        fault(step, number, &entry)
        entries.append(entry)
      }
      steps.append(entries)
      before = entries
      if step == stepCount - 1 {
        outputs = program.outputs.map {
          NamedCommitment(name: $0.name, tensor: find($0.source).commitment.digest)
        }
      }
    }
  }

  mutating func removeRecord(_ record: Int, ofStep step: Int) {
    steps[step].remove(at: record)
  }

  public var stepCount: UInt64 { UInt64(steps.count) }

  public func records(ofStep step: UInt64) -> [TraceRecord] { steps[Int(step)].map(\.record) }

  public func tensors(ofRecord record: Int, step: UInt64) -> [OpenTensor] {
    let entry = steps[Int(step)][record]
    return entry.inputs + entry.outputs
  }
}

extension Computation.Entry {
  /// Makes the record name the tensors that are there.
  public mutating func seal() {
    record = TraceRecord(
      node: record.node, nodeHash: record.nodeHash, operatorName: record.operatorName,
      semanticsVersion: record.semanticsVersion, inputs: inputs.map(\.commitment.digest),
      outputs: outputs.map(\.commitment.digest))
  }

  /// Turns one bit of an output around.
  public mutating func flip(bit: Int, ofByte byte: Int, output: Int = 0) {
    var content = outputs[output].content
    content[byte] ^= 1 << UInt8(bit)
    outputs[output] = OpenTensor(
      dataType: outputs[output].commitment.dataType,
      dimensions: outputs[output].commitment.dimensions, content: content)
    seal()
  }
}

/// The operators as plain loops over numbers.
enum Loops {
  static func apply(_ name: String, _ operands: [OpenTensor]) -> OpenTensor {
    let x = operands[0]
    let shape = x.commitment.dimensions.map { Int($0) }
    switch name {
    case "ai.onnx.Add": return .of(shape, zip(x.floats, operands[1].floats).map { $0 + $1 })
    case "ai.onnx.Sub": return .of(shape, zip(x.floats, operands[1].floats).map { $0 - $1 })
    case "ai.onnx.Mul": return .of(shape, zip(x.floats, operands[1].floats).map { $0 * $1 })
    case "ai.onnx.Neg": return .of(shape, x.floats.map { -$0 })
    case "gensyn.MatMulTransposed": return product(x, operands[1])
    case "gensyn.SwapLast":
      let values = x.floats
      return .of(
        [shape[1], shape[0]],
        (0..<shape[1]).flatMap { column in
          (0..<shape[0]).map { values[$0 * shape[1] + column] }
        })
    default: return x
    }
  }

  private static func product(_ a: OpenTensor, _ b: OpenTensor) -> OpenTensor {
    let (m, n) = (Int(a.commitment.dimensions[0]), Int(b.commitment.dimensions[0]))
    let k = Int(a.commitment.dimensions[1])
    let (x, y) = (a.floats, b.floats)
    var result: [Float] = []
    for row in 0..<m {
      for column in 0..<n {
        var total: Float = 0
        for start in stride(from: 0, to: k, by: 256) {
          var sum: Float = 0
          for index in start..<min(start + 256, k) {
            sum.addProduct(x[row * k + index], y[column * k + index])
          }
          total = start == 0 ? sum : total + sum
        }
        result.append(total)
      }
    }
    return .of([m, n], result)
  }
}

extension OpenTensor {
  public static func of(_ shape: [Int], _ values: [Float]) -> OpenTensor {
    OpenTensor(
      dataType: 1, dimensions: shape.map { UInt64($0) },
      content: values.flatMap { value in
        let bits = value.isNaN ? 0x7FC0_0000 : value.bitPattern
        return (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32($0 * 8)) }
      })
  }

  public var floats: [Float] {
    Self.read.withLock { read in
      if let known = read[commitment.content] { return known }
      var values: [Float] = []
      for start in stride(from: 0, to: content.count, by: 4) {
        let (low, high) = (
          UInt32(content[start]) | UInt32(content[start + 1]) << 8,
          UInt32(content[start + 2]) | UInt32(content[start + 3]) << 8
        )
        values.append(Float(bitPattern: low | high << 16))
      }
      read[commitment.content] = values
      return values
    }
  }

  /// Weights are read once.
  private static let read = Mutex<[Digest: [Float]]>([:])
}
