import Testing

@testable import REE

@Suite
struct ChatTemplateTests {
  /// SmolLM2's, as its GGUF file has it.
  static let smollm2 =
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    + "{{ '<|im_start|>system\\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face"
    + "<|im_end|>\\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\\n' + message['content']"
    + " + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}"
    + "{{ '<|im_start|>assistant\\n' }}{% endif %}"

  @Test(arguments: [smollm2, smollm2.replacing("\\n", with: "\n")])
  func `lays a chat out as the template says`(source: String) throws {
    let template = try ChatTemplate(jinja: source)

    #expect(
      template.prompt([.init(.user, "Hi")])
        == "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face"
        + "<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")
    #expect(
      template.prompt([.init(.system, "S"), .init(.user, "U"), .init(.assistant, "A")])
        == "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n"
        + "<|im_start|>assistant\nA<|im_end|>\n<|im_start|>assistant\n")
  }

  @Test(arguments: [
    "", "{% for message in messages %}", smollm2 + " ", String(smollm2.dropLast()),
    smollm2.replacing("'<|im_end|>' + '\\n'}}", with: "eos_token}}"),
    smollm2.replacing("SmolLM", with: "' + bos_token + '"),
  ])
  func `refuses every other template`(source: String) {
    #expect(throws: ChatTemplate.Unsupported.unknown) { try ChatTemplate(jinja: source) }
  }
}
