/// One node of the outermost graph with what went in and what came out: what traces are made of.
public struct ComputedNode: Sendable {
  /// Its place in the graph, counted from 0.
  public let number: Int
  public let node: Node
  /// The version of the operator's semantics.
  public let semantics: String
  /// `nil`: an optional input that is left out.
  public let inputs: [Value?]
  /// `nil`: an output that nobody wants.
  public let outputs: [Value?]
}
