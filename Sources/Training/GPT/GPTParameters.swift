/// A GPT's parameters in the order in which they lie in memory, under the names that the Hugging Face
/// project's GPT-2 gives them; matrices are [in, out].
struct GPTParameters {
  struct Parameter: Hashable {
    let name: String
    let shape: [Int]
    let initial: Initial

    var count: Int { shape.reduce(1, *) }
    /// Weights shrink between steps; biases and norms do not.
    var decays: Bool { shape.count > 1 }
  }

  /// What a parameter starts as.
  enum Initial: Hashable {
    case zeros
    case ones
    /// Normal, with this standard deviation.
    case normal(Float)
  }

  let list: [Parameter]

  /// The standard deviation of initial weights (Radford et al., 2019).
  private static let deviation: Float = 0.02

  init(_ gpt: GPTConfiguration) {
    let width = gpt.width
    let deviation = Self.deviation
    // What is added to the residual stream starts smaller, the more layers add to it.
    let added = deviation / Float(2 * gpt.layerCount).squareRoot()
    var list = [
      Parameter(
        name: "transformer.wte.weight", shape: [gpt.vocabularySize, width],
        initial: .normal(deviation)),
      Parameter(
        name: "transformer.wpe.weight", shape: [gpt.contextLength, width],
        initial: .normal(deviation)),
    ]
    func norm(_ name: String) {
      list.append(Parameter(name: name + ".weight", shape: [width], initial: .ones))
      list.append(Parameter(name: name + ".bias", shape: [width], initial: .zeros))
    }
    func linear(_ name: String, _ input: Int, _ output: Int, _ deviation: Float) {
      list.append(
        Parameter(
          name: name + ".weight", shape: [input, output], initial: .normal(deviation)))
      list.append(Parameter(name: name + ".bias", shape: [output], initial: .zeros))
    }
    for layer in 0..<gpt.layerCount {
      let prefix = "transformer.h.\(layer)."
      norm(prefix + "ln_1")
      linear(prefix + "attn.c_attn", width, 3 * width, deviation)
      linear(prefix + "attn.c_proj", width, width, added)
      norm(prefix + "ln_2")
      linear(prefix + "mlp.c_fc", width, gpt.hiddenWidth, deviation)
      linear(prefix + "mlp.c_proj", gpt.hiddenWidth, width, added)
    }
    norm("transformer.ln_f")
    self.list = list
  }

  /// The number of all elements.
  var count: Int { list.reduce(0) { $0 + $1.count } }

  /// Where each begins, counted from the first.
  var places: [Int] {
    var next = 0
    return list.map { parameter in
      defer { next += parameter.count }
      return next
    }
  }
}
