internal import Buffers
internal import HTTP

extension ServerExchange {
  /// Lets the page answer; its task runs on the loop like a handler's.
  func answer(_ page: Page) {
    let parts = state.pageTarget.split(
      separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let request = PageRequest(
      method: state.pageMethod, path: String(parts.first ?? ""),
      query: parts.count > 1 ? String(parts[1]) : nil, headers: headers.strings(),
      body: state.input.take(state.input.count))
    credit()
    state.isRunning = true
    let task = Task.immediate(executorPreference: context.loop) {
      let response = await page.answer(request)
      self.state.isRunning = false
      self.state.task = nil
      self.send(response)
    }
    if state.isRunning { state.task = task }
  }

  private func send(_ response: PageResponse) {
    guard !state.isFinished else { return }
    state.isFinished = true
    var fields = HeaderList()
    fields.append(":status", String(response.status))
    for (name, value) in response.headers { fields.append(name.lowercased(), value) }
    fields.append("content-length", String(response.body.count))
    if let origin = state.origin { context.cors?.append(to: &fields, for: origin) }
    if state.pageMethod != "HEAD" { output.append(response.body) }
    outputHasEnded = true
    carrier?.respond(self, fields)
  }
}
