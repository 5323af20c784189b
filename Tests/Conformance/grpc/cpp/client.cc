// Interoperability client on gRPC C++ (Debian's libgrpc++): the cases of
// grpc/grpc doc/interop-test-descriptions.md, a line each.

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "interop/test.grpc.pb.h"

using namespace grpc::testing;
using grpc::ClientContext;
using grpc::Status;
using grpc::StatusCode;

static std::map<std::string, std::string> flags;
static std::shared_ptr<grpc::Channel> channel;
static std::unique_ptr<TestService::Stub> stub;
static const int kSizes[4][2] = {{31415, 27182}, {9, 8}, {2653, 1828}, {58979, 45904}};

static void check(bool good, const std::string& what) {
  if (!good) throw std::runtime_error(what);
}

static void check_code(const Status& status, StatusCode code, const std::string& what) {
  check(status.error_code() == code, what + " ended with " +
        std::to_string(status.error_code()) + " " + status.error_message());
}

static std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

static std::shared_ptr<grpc::Channel> open_channel() {
  grpc::ChannelArguments arguments;
  // Channels of equal arguments would share a connection.
  static int number = 0;
  arguments.SetInt("interop.number", number++);
  std::string target = "127.0.0.1:" + flags["server_port"];
  if (flags["use_tls"] != "true")
    return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = contents(flags["ca"]);
  if (!flags["server_host_override"].empty())
    arguments.SetSslTargetNameOverride(flags["server_host_override"]);
  return grpc::CreateCustomChannel(target, grpc::SslCredentials(options), arguments);
}

static void set_deadline(ClientContext& context, int milliseconds = 60000) {
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::milliseconds(milliseconds));
}

static SimpleRequest large() {
  SimpleRequest request;
  request.set_response_size(314159);
  request.mutable_payload()->set_body(std::string(271828, '\0'));
  return request;
}

static StreamingOutputCallRequest duplex(int size, int payload) {
  StreamingOutputCallRequest request;
  request.add_response_parameters()->set_size(size);
  request.mutable_payload()->set_body(std::string(payload, '\0'));
  return request;
}

static void unary(const SimpleRequest& request, TestService::Stub& stub, bool compress = false) {
  ClientContext context;
  set_deadline(context);
  if (compress) context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  SimpleResponse response;
  check_code(stub.UnaryCall(&context, request, &response), StatusCode::OK, "the call");
  check(response.payload().body() == std::string(314159, '\0'), "the body differs");
}

static void empty_unary() {
  ClientContext context;
  set_deadline(context);
  Empty request, response;
  check_code(stub->EmptyCall(&context, request, &response), StatusCode::OK, "the call");
}

static void large_unary() { unary(large(), *stub); }

static void client_compressed_unary() {
  SimpleRequest request = large();
  request.mutable_expect_compressed()->set_value(true);
  ClientContext context;
  set_deadline(context);
  SimpleResponse response;
  check_code(stub->UnaryCall(&context, request, &response), StatusCode::INVALID_ARGUMENT,
             "the probe");
  unary(request, *stub, true);
  request.mutable_expect_compressed()->set_value(false);
  unary(request, *stub);
}

static void server_compressed_unary() {
  for (bool value : {true, false}) {
    SimpleRequest request = large();
    request.mutable_response_compressed()->set_value(value);
    unary(request, *stub);
  }
}

static void client_streaming() {
  ClientContext context;
  set_deadline(context);
  StreamingInputCallResponse response;
  auto writer = stub->StreamingInputCall(&context, &response);
  for (auto& sizes : kSizes) {
    StreamingInputCallRequest request;
    request.mutable_payload()->set_body(std::string(sizes[1], '\0'));
    check(writer->Write(request), "a write failed");
  }
  writer->WritesDone();
  check_code(writer->Finish(), StatusCode::OK, "the call");
  check(response.aggregated_payload_size() == 74922, "the sum differs");
}

static void client_compressed_streaming() {
  StreamingInputCallRequest first, second;
  first.mutable_payload()->set_body(std::string(27182, '\0'));
  first.mutable_expect_compressed()->set_value(true);
  second.mutable_payload()->set_body(std::string(45904, '\0'));
  second.mutable_expect_compressed()->set_value(false);
  {
    ClientContext context;
    set_deadline(context);
    StreamingInputCallResponse response;
    auto writer = stub->StreamingInputCall(&context, &response);
    writer->Write(first);
    writer->WritesDone();
    check_code(writer->Finish(), StatusCode::INVALID_ARGUMENT, "the probe");
  }
  ClientContext context;
  set_deadline(context);
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  StreamingInputCallResponse response;
  auto writer = stub->StreamingInputCall(&context, &response);
  check(writer->Write(first), "a write failed");
  grpc::WriteOptions plain;
  plain.set_no_compression();
  check(writer->Write(second, plain), "a write failed");
  writer->WritesDone();
  check_code(writer->Finish(), StatusCode::OK, "the call");
  check(response.aggregated_payload_size() == 73086, "the sum differs");
}

static void read_sizes(grpc::ClientReaderInterface<StreamingOutputCallResponse>& reader,
                       const std::vector<int>& sizes) {
  StreamingOutputCallResponse response;
  size_t count = 0;
  for (; reader.Read(&response); count++) {
    check(count < sizes.size(), "too many replies");
    check(static_cast<int>(response.payload().body().size()) == sizes[count],
          "reply " + std::to_string(count) + " has another size");
  }
  check(count == sizes.size(), "only " + std::to_string(count) + " replies");
}

static void server_streaming() {
  ClientContext context;
  set_deadline(context);
  StreamingOutputCallRequest request;
  std::vector<int> sizes;
  for (auto& pair : kSizes) {
    request.add_response_parameters()->set_size(pair[0]);
    sizes.push_back(pair[0]);
  }
  auto reader = stub->StreamingOutputCall(&context, request);
  read_sizes(*reader, sizes);
  check_code(reader->Finish(), StatusCode::OK, "the call");
}

static void server_compressed_streaming() {
  ClientContext context;
  set_deadline(context);
  StreamingOutputCallRequest request;
  auto first = request.add_response_parameters();
  first->set_size(31415);
  first->mutable_compressed()->set_value(true);
  auto second = request.add_response_parameters();
  second->set_size(92653);
  second->mutable_compressed()->set_value(false);
  auto reader = stub->StreamingOutputCall(&context, request);
  read_sizes(*reader, {31415, 92653});
  check_code(reader->Finish(), StatusCode::OK, "the call");
}

static void ping_pong() {
  ClientContext context;
  set_deadline(context);
  auto stream = stub->FullDuplexCall(&context);
  StreamingOutputCallResponse response;
  for (auto& sizes : kSizes) {
    check(stream->Write(duplex(sizes[0], sizes[1])), "a write failed");
    check(stream->Read(&response), "no reply");
    check(static_cast<int>(response.payload().body().size()) == sizes[0], "the size differs");
  }
  stream->WritesDone();
  check(!stream->Read(&response), "one reply too many");
  check_code(stream->Finish(), StatusCode::OK, "the call");
}

static void empty_stream() {
  ClientContext context;
  set_deadline(context);
  auto stream = stub->FullDuplexCall(&context);
  stream->WritesDone();
  StreamingOutputCallResponse response;
  check(!stream->Read(&response), "a reply came");
  check_code(stream->Finish(), StatusCode::OK, "the call");
}

static void half_duplex() {
  ClientContext context;
  set_deadline(context);
  auto stream = stub->HalfDuplexCall(&context);
  std::vector<int> wanted;
  for (auto& sizes : kSizes) {
    check(stream->Write(duplex(sizes[0], sizes[1])), "a write failed");
    wanted.push_back(sizes[0]);
  }
  stream->WritesDone();
  StreamingOutputCallResponse response;
  for (int size : wanted) {
    check(stream->Read(&response), "no reply");
    check(static_cast<int>(response.payload().body().size()) == size, "the size differs");
  }
  check(!stream->Read(&response), "one reply too many");
  check_code(stream->Finish(), StatusCode::OK, "the call");
}

static void check_echo(const ClientContext& context) {
  auto initial = context.GetServerInitialMetadata().find("x-grpc-test-echo-initial");
  check(initial != context.GetServerInitialMetadata().end() &&
            initial->second == "test_initial_metadata_value", "the echo differs");
  auto trailing = context.GetServerTrailingMetadata().find("x-grpc-test-echo-trailing-bin");
  check(trailing != context.GetServerTrailingMetadata().end() &&
            trailing->second == "\xab\xab\xab", "the trailing echo differs");
}

static void add_echo(ClientContext& context) {
  context.AddMetadata("x-grpc-test-echo-initial", "test_initial_metadata_value");
  context.AddMetadata("x-grpc-test-echo-trailing-bin", "\xab\xab\xab");
}

static void custom_metadata() {
  ClientContext context;
  set_deadline(context);
  add_echo(context);
  SimpleResponse response;
  check_code(stub->UnaryCall(&context, large(), &response), StatusCode::OK, "the unary call");
  check_echo(context);
  ClientContext second;
  set_deadline(second);
  add_echo(second);
  auto stream = stub->FullDuplexCall(&second);
  stream->Write(duplex(314159, 271828));
  stream->WritesDone();
  StreamingOutputCallResponse reply;
  while (stream->Read(&reply)) {}
  check_code(stream->Finish(), StatusCode::OK, "the stream");
  check_echo(second);
}

static void status_message(const std::string& message, bool with_stream) {
  ClientContext context;
  set_deadline(context);
  SimpleRequest request;
  request.mutable_response_status()->set_code(2);
  request.mutable_response_status()->set_message(message);
  SimpleResponse response;
  Status status = stub->UnaryCall(&context, request, &response);
  check_code(status, StatusCode::UNKNOWN, "the unary call");
  check(status.error_message() == message, "the message is " + status.error_message());
  if (!with_stream) return;
  ClientContext second;
  set_deadline(second);
  auto stream = stub->FullDuplexCall(&second);
  StreamingOutputCallRequest asked;
  *asked.mutable_response_status() = request.response_status();
  stream->Write(asked);
  stream->WritesDone();
  StreamingOutputCallResponse reply;
  while (stream->Read(&reply)) {}
  status = stream->Finish();
  check_code(status, StatusCode::UNKNOWN, "the stream");
  check(status.error_message() == message, "the message is " + status.error_message());
}

static void unimplemented_method() {
  ClientContext context;
  set_deadline(context);
  Empty request, response;
  check_code(stub->UnimplementedCall(&context, request, &response), StatusCode::UNIMPLEMENTED,
             "the call");
}

static void unimplemented_service() {
  ClientContext context;
  set_deadline(context);
  Empty request, response;
  auto other = UnimplementedService::NewStub(channel);
  check_code(other->UnimplementedCall(&context, request, &response), StatusCode::UNIMPLEMENTED,
             "the call");
}

static void cancel_after_begin() {
  ClientContext context;
  set_deadline(context);
  StreamingInputCallResponse response;
  auto writer = stub->StreamingInputCall(&context, &response);
  context.TryCancel();
  check_code(writer->Finish(), StatusCode::CANCELLED, "the call");
}

static void cancel_after_first_response() {
  ClientContext context;
  set_deadline(context);
  auto stream = stub->FullDuplexCall(&context);
  stream->Write(duplex(31415, 27182));
  StreamingOutputCallResponse response;
  check(stream->Read(&response), "no reply");
  context.TryCancel();
  check_code(stream->Finish(), StatusCode::CANCELLED, "the call");
}

static void timeout_on_sleeping_server() {
  ClientContext context;
  set_deadline(context, 1);
  auto stream = stub->FullDuplexCall(&context);
  StreamingOutputCallRequest request;
  request.mutable_payload()->set_body(std::string(27182, '\0'));
  stream->Write(request);
  StreamingOutputCallResponse response;
  while (stream->Read(&response)) {}
  check_code(stream->Finish(), StatusCode::DEADLINE_EXCEEDED, "the call");
}

static void concurrent_large_unary() {
  grpc::CompletionQueue queue;
  struct Call {
    ClientContext context;
    SimpleResponse response;
    Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<SimpleResponse>> reader;
  };
  std::vector<std::unique_ptr<Call>> calls;
  for (int index = 0; index < 1000; index++) {
    calls.push_back(std::make_unique<Call>());
    Call& call = *calls.back();
    set_deadline(call.context);
    call.reader = stub->AsyncUnaryCall(&call.context, large(), &queue);
    call.reader->Finish(&call.response, &call.status, &call);
  }
  for (int index = 0; index < 1000; index++) {
    void* tag;
    bool good;
    check(queue.Next(&tag, &good) && good, "the queue ended");
    Call& call = *static_cast<Call*>(tag);
    check_code(call.status, StatusCode::OK, "a call");
    check(call.response.payload().body().size() == 314159, "a body's size differs");
  }
}

static void rpc_soak() {
  for (int index = 0; index < 10; index++) large_unary();
}

static void channel_soak() {
  for (int index = 0; index < 10; index++) unary(large(), *TestService::NewStub(open_channel()));
}

static void long_lived_channel() {
  large_unary();
  std::this_thread::sleep_for(std::chrono::seconds(2));
  large_unary();
}

static void pick_first_unary() {
  std::set<std::string> seen;
  for (int index = 0; index < 100; index++) {
    ClientContext context;
    set_deadline(context);
    SimpleRequest request;
    request.set_fill_server_id(true);
    SimpleResponse response;
    check_code(stub->UnaryCall(&context, request, &response), StatusCode::OK, "the call");
    seen.insert(response.server_id());
  }
  check(seen.size() == 1 && !seen.begin()->empty(), "not one server");
}

static void slow_consumer() {
  ClientContext context;
  set_deadline(context);
  StreamingOutputCallRequest request;
  for (int index = 0; index < 2000; index++) request.add_response_parameters()->set_size(1030);
  auto reader = stub->StreamingOutputCall(&context, request);
  StreamingOutputCallResponse response;
  int count = 0;
  while (reader->Read(&response)) {
    check(response.payload().body().size() == 1030, "the size differs");
    if (++count % 20 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  check_code(reader->Finish(), StatusCode::OK, "the call");
  check(count == 2000, "the number of replies differs");
}

int main(int argc, char** argv) {
  for (int index = 1; index < argc; index++) {
    std::string argument = argv[index];
    argument.erase(0, argument.find_first_not_of('-'));
    size_t equals = argument.find('=');
    flags[argument.substr(0, equals)] =
        equals == std::string::npos ? "true" : argument.substr(equals + 1);
  }
  channel = open_channel();
  stub = TestService::NewStub(channel);
  const std::vector<std::pair<std::string, std::function<void()>>> cases = {
      {"empty_unary", empty_unary},
      {"large_unary", large_unary},
      {"client_compressed_unary", client_compressed_unary},
      {"server_compressed_unary", server_compressed_unary},
      {"client_streaming", client_streaming},
      {"client_compressed_streaming", client_compressed_streaming},
      {"server_streaming", server_streaming},
      {"server_compressed_streaming", server_compressed_streaming},
      {"ping_pong", ping_pong},
      {"empty_stream", empty_stream},
      {"custom_metadata", custom_metadata},
      {"status_code_and_message", [] { status_message("test status message", true); }},
      {"special_status_message",
       [] {
         status_message("\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP "
                        "\U0001F608\t\n", false);
       }},
      {"unimplemented_method", unimplemented_method},
      {"unimplemented_service", unimplemented_service},
      {"cancel_after_begin", cancel_after_begin},
      {"cancel_after_first_response", cancel_after_first_response},
      {"timeout_on_sleeping_server", timeout_on_sleeping_server},
      {"concurrent_large_unary", concurrent_large_unary},
      {"rpc_soak", rpc_soak},
      {"channel_soak", channel_soak},
      {"long_lived_channel", long_lived_channel},
      {"pick_first_unary", pick_first_unary},
      {"half_duplex", half_duplex},
      {"slow_consumer", slow_consumer},
  };
  std::set<std::string> wanted;
  std::stringstream names(flags["test_case"] == "all" ? "" : flags["test_case"]);
  for (std::string name; std::getline(names, name, ',');) wanted.insert(name);
  bool failed = false;
  for (auto& [name, body] : cases) {
    if (!wanted.empty() && !wanted.count(name)) continue;
    try {
      body();
      std::printf("%s: ok\n", name.c_str());
    } catch (const std::exception& error) {
      failed = true;
      std::printf("%s: FAILED: %s\n", name.c_str(), error.what());
    }
    std::fflush(stdout);
  }
  return failed ? 1 : 0;
}
