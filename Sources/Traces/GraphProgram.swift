public import Disputes
internal import GraphRuns
internal import Primitives
public import REE
public import Receipts
internal import Synchronization

/// A graph as a trace sees it: what is recorded when it runs, at one of the levels.
///
/// At level NODES a product of matrices is recorded in parts, so that a single element can be judged: its
/// second operand is transposed first, and where that is a weight its rows are taken together. At level
/// LAYERS nodes from one product with a weight to the next are one record, at level STEPS the whole graph.
public final class GraphProgram: Sendable {
  public let executor: Executor
  public let level: Receipt.TraceLevel
  public let program: Program
  let lines: [Line]
  /// The values that records name.
  let named: Set<ValueID>
  /// What is known of constants before any run.
  let constants: [ValueID: TensorCommitment]
  private let transposed = Mutex<[ValueID: TensorCommitment]>([:])

  /// What one entry of the program stands for.
  struct Line: Sendable {
    let part: Part
    let nodes: Range<Int>
    let inputs: [ValueID?]
    let outputs: [ValueID?]
  }

  enum Part: Hashable, Sendable {
    /// Its nodes, one or several.
    case nodes
    // Of a product.
    case swapLast
    case rows
    case product(flat: Bool)
    case unrows
  }

  /// Why a graph cannot be traced.
  public enum Refusal: Error, Hashable, Sendable {
    /// There is nothing to record at this level, or in this graph.
    case level
    /// A record would name more tensors than one may.
    case tooManyTensors(node: Int)
  }

  /// Hashes all weights.
  public init(_ executor: Executor, _ level: Receipt.TraceLevel) throws(Refusal) {
    guard level > .ends, !executor.model.graph.nodes.isEmpty else { throw .level }
    self.executor = executor
    self.level = level
    let identity = ModelIdentity(executor)
    constants = executor.model.constants.mapValues { TensorCommitment($0) }
    var builder = ProgramBuilder(executor, identity)
    switch level {
    case .nodes: builder.addNodes()
    case .layers: builder.addLayers()
    case .steps, .ends: builder.addGraph()
    }
    lines = builder.lines
    named = Set(lines.flatMap { $0.inputs + $0.outputs }.compactMap { $0 })
    do {
      program = try builder.program(constants)
    } catch {
      throw .tooManyTensors(node: builder.widestNode)
    }
  }

  /// The commitment to a transposed weight, which is the same in every run.
  func transposedConstant(
    _ value: ValueID, _ make: () -> TensorCommitment
  ) -> TensorCommitment {
    if let known = transposed.withLock({ $0[value] }) { return known }
    let made = make()
    transposed.withLock { $0[value] = made }
    return made
  }
}
