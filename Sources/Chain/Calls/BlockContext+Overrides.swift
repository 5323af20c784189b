internal import EVM
internal import Primitives

extension BlockContext {
  /// Moves contracts of the rules as overrides say; one whose account is overridden makes way for it.
  mutating func movePrecompiles(_ overrides: StateOverrides) throws(NodeFailure) {
    var taken: Set<Address> = []
    for (address, override) in overrides.sorted(by: { $0.key < $1.key }) {
      if taken.contains(address) {
        throw .badOverride("account \(address) has already been overridden by a precompile")
      }
      let number = precompile(at: address)
      if let target = override.movesPrecompileTo {
        guard let number else { throw .badOverride("account \(address) is not a precompile") }
        if overrides[target] != nil {
          throw .badOverride("account \(target) is already overridden")
        }
        precompileMoves.add(number, at: target)
        taken.insert(target)
      }
      if number != nil { precompileMoves.remove(address) }
    }
  }
}
