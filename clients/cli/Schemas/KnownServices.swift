internal import Descriptors
internal import RPC
internal import Schema
internal import StandardSchema

/// The services whose schemas this program carries.
enum KnownServices {
  static let all: [RPC.ServiceDescriptor] = [
    Gensyn_Apps_V1.delphiService, Gensyn_Apps_V1.judgeService, Gensyn_Apps_V1.trainingService,
    Gensyn_Axl_V1.agentService, Gensyn_Axl_V1.channelService, Gensyn_Axl_V1.groupService,
    Gensyn_Axl_V1.inboxService, Gensyn_Axl_V1.nodeService,
    Gensyn_Chain_V1.chainService, Gensyn_Chain_V1.governanceService,
    Gensyn_Chain_V1.identityService, Gensyn_Chain_V1.reputationService,
    Gensyn_Chain_V1.stakeService, Gensyn_Chain_V1.tokenService,
    Gensyn_Market_V1.jobService, Gensyn_Market_V1.offerService, Gensyn_Market_V1.providerService,
    Gensyn_Market_V1.settlementService, Gensyn_Market_V1.verifierService,
    Gensyn_Ree_V1.artifactService, Gensyn_Ree_V1.disputeService, Gensyn_Ree_V1.executionService,
    Gensyn_Ree_V1.modelService, Gensyn_Ree_V1.receiptService,
    Grpc_Channelz_V1.channelz, Grpc_Health_V1.health, Grpc_Reflection_V1.serverReflection,
    Grpc_Reflection_V1alpha.serverReflection,
  ]

  /// The service that `name` means: its full name, or the last part of it where that is enough.
  static func service(named name: String) throws(UserError) -> RPC.ServiceDescriptor? {
    if let service = all.first(where: { $0.name == name }) { return service }
    guard !name.contains(".") else { return nil }
    let candidates = all.filter { $0.name.hasSuffix(".\(name)") }
    guard candidates.count <= 1 else {
      let names = candidates.map(\.name).joined(separator: ", ")
      throw UserError("\"\(name)\" may be any of \(names)")
    }
    return candidates.first
  }

  /// Every type of every known service.
  static func pool() throws(DescriptorError) -> DescriptorPool {
    var pool = DescriptorPool()
    for service in all { try pool.add(service) }
    return pool
  }
}

extension DescriptorPool {
  /// Adds a service's file and what it imports.
  mutating func add(_ service: RPC.ServiceDescriptor) throws(DescriptorError) {
    let set = try DescriptorPool(serializedSet: service.schema())
    for file in set.allFiles { try add(file) }
  }
}
