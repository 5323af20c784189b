// Interoperability server on gRPC C++ (Debian's libgrpc++).

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "interop/test.grpc.pb.h"

using namespace grpc::testing;
using grpc::ServerContext;
using grpc::Status;
using grpc::StatusCode;

// Only the core knows whether a message came compressed; its library exports this for tests.
uint32_t grpc_call_test_only_get_message_flags(grpc_call* call);

namespace grpc::testing {
// The library declares this class its friend.
class InteropServerContextInspector {
 public:
  explicit InteropServerContextInspector(const ::grpc::ServerContext& context)
      : context_(context) {}
  uint32_t flags() const { return grpc_call_test_only_get_message_flags(context_.call_.call); }

 private:
  const ::grpc::ServerContext& context_;
};
}  // namespace grpc::testing

static std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

static void echo(ServerContext* context) {
  auto& sent = context->client_metadata();
  auto initial = sent.find("x-grpc-test-echo-initial");
  if (initial != sent.end())
    context->AddInitialMetadata("x-grpc-test-echo-initial",
                                {initial->second.data(), initial->second.size()});
  auto trailing = sent.find("x-grpc-test-echo-trailing-bin");
  if (trailing != sent.end())
    context->AddTrailingMetadata("x-grpc-test-echo-trailing-bin",
                                 {trailing->second.data(), trailing->second.size()});
}

// The core's GRPC_WRITE_INTERNAL_COMPRESS, and what is left of it after decompression.
static const uint32_t kCompressed = 0x80000000u | 0x40000000u;

static bool is_compressed(const ServerContext& context) {
  return InteropServerContextInspector(context).flags() & kCompressed;
}

template <typename Request>
static bool as_expected(const Request& request, const ServerContext& context) {
  return !request.has_expect_compressed() ||
         request.expect_compressed().value() == is_compressed(context);
}

static Status status_of(const EchoStatus& status) {
  return Status(static_cast<StatusCode>(status.code()), status.message());
}

template <typename Stream>
static void answer(const StreamingOutputCallRequest& request, Stream* stream) {
  for (auto& parameters : request.response_parameters()) {
    std::this_thread::sleep_for(std::chrono::microseconds(parameters.interval_us()));
    StreamingOutputCallResponse response;
    response.mutable_payload()->set_body(std::string(parameters.size(), '\0'));
    grpc::WriteOptions options;
    if (parameters.has_compressed() && !parameters.compressed().value())
      options.set_no_compression();
    stream->Write(response, options);
  }
}

class Service final : public TestService::Service {
  Status EmptyCall(ServerContext* context, const Empty*, Empty*) override {
    echo(context);
    return Status::OK;
  }

  Status UnaryCall(ServerContext* context, const SimpleRequest* request,
                   SimpleResponse* response) override {
    echo(context);
    if (!as_expected(*request, *context))
      return Status(StatusCode::INVALID_ARGUMENT, "compression is not as expected");
    if (request->has_response_status() && request->response_status().code())
      return status_of(request->response_status());
    context->set_compression_algorithm(
        request->response_compressed().value() ? GRPC_COMPRESS_GZIP : GRPC_COMPRESS_NONE);
    response->mutable_payload()->set_body(std::string(request->response_size(), '\0'));
    if (request->fill_server_id()) response->set_server_id("grpc++");
    return Status::OK;
  }

  Status StreamingOutputCall(
      ServerContext* context, const StreamingOutputCallRequest* request,
      grpc::ServerWriter<StreamingOutputCallResponse>* writer) override {
    for (auto& parameters : request->response_parameters())
      if (parameters.compressed().value()) context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
    answer(*request, writer);
    return Status::OK;
  }

  Status StreamingInputCall(ServerContext* context,
                            grpc::ServerReader<StreamingInputCallRequest>* reader,
                            StreamingInputCallResponse* response) override {
    StreamingInputCallRequest request;
    int sum = 0;
    while (reader->Read(&request)) {
      if (!as_expected(request, *context))
        return Status(StatusCode::INVALID_ARGUMENT, "compression is not as expected");
      sum += request.payload().body().size();
    }
    response->set_aggregated_payload_size(sum);
    return Status::OK;
  }

  Status FullDuplexCall(
      ServerContext* context,
      grpc::ServerReaderWriter<StreamingOutputCallResponse, StreamingOutputCallRequest>* stream)
      override {
    echo(context);
    StreamingOutputCallRequest request;
    while (stream->Read(&request)) {
      if (request.has_response_status() && request.response_status().code())
        return status_of(request.response_status());
      answer(request, stream);
    }
    return Status::OK;
  }

  Status HalfDuplexCall(
      ServerContext*,
      grpc::ServerReaderWriter<StreamingOutputCallResponse, StreamingOutputCallRequest>* stream)
      override {
    std::vector<StreamingOutputCallRequest> requests;
    StreamingOutputCallRequest request;
    while (stream->Read(&request)) requests.push_back(request);
    for (auto& waiting : requests) answer(waiting, stream);
    return Status::OK;
  }
};

int main(int argc, char** argv) {
  std::map<std::string, std::string> flags;
  for (int index = 1; index < argc; index++) {
    std::string argument = argv[index];
    argument.erase(0, argument.find_first_not_of('-'));
    size_t equals = argument.find('=');
    flags[argument.substr(0, equals)] =
        equals == std::string::npos ? "true" : argument.substr(equals + 1);
  }
  std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
  if (flags["use_tls"] == "true") {
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({contents(flags["key"]), contents(flags["cert"])});
    credentials = grpc::SslServerCredentials(options);
  }
  Service service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", credentials, &port);
  builder.RegisterService(&service);
  auto server = builder.BuildAndStart();
  std::printf("ready 127.0.0.1:%d\n", port);
  std::fflush(stdout);
  server->Wait();
}
