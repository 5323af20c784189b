internal import ArgumentParser

struct MakeCompletion: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Writes a script that completes commands in a shell.",
    discussion: """
      gensyn completion bash > ~/.local/share/bash-completion/completions/gensyn
      gensyn completion zsh > ~/.zfunc/_gensyn
      gensyn completion fish > ~/.config/fish/completions/gensyn.fish
      """)

  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case bash, zsh, fish
  }

  @OptionGroup var options: GlobalOptions

  @Argument(help: "The shell.")
  var shell: Shell

  func run() async throws {
    let completionShell: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    try Printer(options).line(GensynCommand.completionScript(for: completionShell))
  }
}
