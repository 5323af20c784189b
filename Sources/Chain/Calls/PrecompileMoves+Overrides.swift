internal import EVM
internal import Primitives

extension PrecompileMoves {
  /// Moves contracts of the rules as overrides say; one whose account is overridden makes way for it.
  mutating func apply(_ overrides: StateOverrides, _ fork: Fork) throws(NodeFailure) {
    var taken: Set<Address> = []
    for (address, override) in overrides.sorted(by: { $0.key < $1.key }) {
      if taken.contains(address) {
        throw .badOverride("account \(address) has already been overridden by a precompile")
      }
      let number = number(at: address, fork)
      if let target = override.movesPrecompileTo {
        guard let number else { throw .badOverride("account \(address) is not a precompile") }
        if overrides[target] != nil {
          throw .badOverride("account \(target) is already overridden")
        }
        add(number, at: target)
        taken.insert(target)
      }
      if number != nil { remove(address) }
    }
  }
}
