// gRPC C++ (Debian's libgrpc++, callback API) with the methods that the benchmark calls.
//
// usage: peer [CERTIFICATE KEY]    (prints "ready HOST:PORT")

#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "grpc/testing/test.grpc.pb.h"

using namespace grpc::testing;

class Writer : public grpc::ServerWriteReactor<StreamingOutputCallResponse> {
 public:
  explicit Writer(const StreamingOutputCallRequest* request) : request_(*request) { next(); }

  void OnWriteDone(bool ok) override {
    if (ok) next();
    else Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

 private:
  void next() {
    if (sent_ == request_.response_parameters_size()) return Finish(grpc::Status::OK);
    auto size = request_.response_parameters(sent_++).size();
    response_.mutable_payload()->mutable_body()->assign(size, '\0');
    StartWrite(&response_);
  }

  StreamingOutputCallRequest request_;
  StreamingOutputCallResponse response_;
  int sent_ = 0;
};

class Service : public TestService::CallbackService {
  grpc::ServerUnaryReactor* UnaryCall(grpc::CallbackServerContext* context,
                                      const SimpleRequest* request,
                                      SimpleResponse* response) override {
    response->mutable_payload()->mutable_body()->assign(request->response_size(), '\0');
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerWriteReactor<StreamingOutputCallResponse>* StreamingOutputCall(
      grpc::CallbackServerContext*, const StreamingOutputCallRequest* request) override {
    return new Writer(request);
  }
};

static std::string contents(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

static std::shared_ptr<grpc::ServerCredentials> credentials(int argc, char** argv) {
  if (argc != 3) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({contents(argv[2]), contents(argv[1])});
  return grpc::SslServerCredentials(options);
}

int main(int argc, char** argv) {
  Service service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", credentials(argc, argv), &port);
  builder.RegisterService(&service);
  auto server = builder.BuildAndStart();
  std::printf("ready 127.0.0.1:%d\n", port);
  std::fflush(stdout);
  server->Wait();
}
