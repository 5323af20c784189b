internal import Primitives

extension MarketState {
  mutating func submit(
    _ id: Digest, _ submitter: Address, _ terms: JobTerms, _ intent: [UInt8]
  ) throws(MarketRefusal) {
    guard jobIndex[id] == nil else { return }
    guard jobs.count < rules.jobsMax else { throw .tooManyJobs(max: rules.jobsMax) }
    let own = activeJobs.count(where: { jobs[$0].submitter == submitter })
    guard own < rules.jobsPerSubmitterMax else {
      throw .tooManyJobs(max: rules.jobsPerSubmitterMax)
    }
    guard terms.deadline > now else { throw .field("deadline", "has passed") }
    guard terms.deadline <= now.advanced(by: .milliseconds(rules.durationMilliseconds)) else {
      throw .field("deadline", "is too far away")
    }
    let escrowTerms = try terms.escrowTerms(id, rules)
    jobIndex[id] = jobs.count
    activeJobs.append(jobs.count)
    jobs.append(
      JobRecord(
        id: id, submitter: submitter, terms: terms, escrowTerms: escrowTerms, intent: intent,
        now: now))
    set(jobs.count - 1, .draft)
  }

  /// Ends a draft; of a job that was paid in, the escrow must hear it from its client.
  mutating func cancelJob(_ id: Digest, _ submitter: Address) throws(MarketRefusal) {
    guard let index = jobIndex[id] else { throw .unknownJob }
    guard jobs[index].submitter == submitter else { throw .notOwner }
    guard !jobs[index].isCancelled else { return }
    switch jobs[index].state {
    case .completed, .challengeWindow, .settled, .slashed, .refunded:
      throw .wrongState("the result is there already, or the job has ended")
    default: break
    }
    jobs[index].isCancelled = true
    guard jobs[index].escrow != nil else { return finish(index, .cancelled) }
    if jobs[index].lease?.phase == .asked { endLease(index, .cancelled, "") }
    actions.append(.jobChanged(id))
  }

  // MARK: States

  mutating func set(_ index: Int, _ state: JobState) {
    guard jobs[index].state != state || jobs[index].events.isEmpty else { return }
    jobs[index].state = state
    record(index, .state(state))
  }

  mutating func record(_ index: Int, _ content: JobEvent.Content) {
    jobs[index].updated = now
    jobs[index].events.append(JobEvent(time: now, content: content))
    actions.append(.jobChanged(jobs[index].id))
  }

  mutating func finish(_ index: Int, _ state: JobState) {
    set(index, state)
    retire(index)
  }

  /// Lets go of a job that nothing can happen to any more.
  mutating func retire(_ index: Int) {
    guard jobs[index].state.isEnd, jobs[index].escrow?.bonded.isEmpty ?? true else { return }
    activeJobs.removeAll { $0 == index }
  }
}
