internal import Primitives

/// What a header must be after its parent, before anything runs.
///
/// The work behind a block before the Merge is not checked: such blocks come from a history that is
/// trusted by its hash.
struct HeaderCheck {
  private let header: Header
  private let parent: Header
  private let rules: ChainRules
  private let fork: Fork

  init(_ header: Header, parent: Header, rules: ChainRules, fork: Fork) {
    self.header = header
    self.parent = parent
    self.rules = rules
    self.fork = fork
  }

  func run() throws(InvalidBlock) {
    try require(header.parentHash == parent.hash, .parentHash)
    try require(parent.number < .max && header.number == parent.number + 1, .number)
    try require(header.timestamp > parent.timestamp, .timestamp)
    try require(header.extraData.count <= Header.extraDataMax, .extraData)
    try require(header.gasUsed <= header.gasLimit, .gasUsed)
    try checkGasLimit()
    if fork >= .paris {
      try require(header.difficulty.isZero, .difficulty)
      try require(header.nonce == 0, .nonce)
      try require(header.ommersHash == Header.emptyOmmersHash, .ommersHash)
    }
    try require((header.withdrawalsRoot != nil) == (fork >= .shanghai), .withdrawalsRoot)
    try checkBlobs()
    try require((header.requestsHash != nil) == (fork >= .prague), .requestsHash)
  }

  private func checkGasLimit() throws(InvalidBlock) {
    guard fork >= .london else {
      try require(header.baseFee == nil, .baseFee)
      try require(
        FeeMarket.isGasLimit(header.gasLimit, allowedAfter: parent.gasLimit), .gasLimit)
      return
    }
    // The limit doubled when half of it became the target.
    let limit = parent.gasLimit.multipliedReportingOverflow(by: FeeMarket.elasticity)
    let base = parent.baseFee == nil && !limit.overflow ? limit.partialValue : parent.gasLimit
    try require(FeeMarket.isGasLimit(header.gasLimit, allowedAfter: base), .gasLimit)
    try require(header.baseFee == FeeMarket.baseFee(after: parent), .baseFee)
  }

  private func checkBlobs() throws(InvalidBlock) {
    guard fork >= .cancun else {
      try require(header.blobGasUsed == nil, .blobGasUsed)
      try require(header.excessBlobGas == nil, .excessBlobGas)
      try require(header.parentBeaconBlockRoot == nil, .parentBeaconBlockRoot)
      return
    }
    let blobs = rules.blobs(of: fork)
    // How much it is shows when the transactions run, which fail on too many blobs.
    try require(header.blobGasUsed != nil, .blobGasUsed)
    let excess = FeeMarket.excessBlobGas(after: parent, fork: fork, blobs: blobs)
    try require(header.excessBlobGas == excess, .excessBlobGas)
    try require(header.parentBeaconBlockRoot != nil, .parentBeaconBlockRoot)
  }

  private func require(
    _ condition: Bool, _ field: InvalidBlock.HeaderField
  ) throws(InvalidBlock) {
    guard condition else { throw .header(field) }
  }
}
