// driver PORT CONNECTIONS SECONDS FIRST: appends to an UmaDB from so many connections, each with
// one request under way, and prints `appended N seconds S`. One event of 600 bytes of data and
// three tags a request, on the condition that no event carries the first tag; no two use the same
// one. Built by prepare, with gRPC's own C++ client: one thread, one completion queue, a channel
// with a connection of its own for each caller.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <umadb.grpc.pb.h>  // made by prepare

namespace {
using Clock = std::chrono::steady_clock;
namespace uma = umadb::v1;

void fill(uma::AppendRequest& request, unsigned long number) {
    request.Clear();
    const auto id = std::to_string(number);
    auto* event = request.add_events();
    event->set_event_type("scheduling.appointment_booked");
    event->add_tags("appointment:01900000-0000-7000-8000-" + id);
    event->add_tags("resource_month:01900000-0000-7000-8001-" + std::to_string(number % 1000) +
                    "/2026-12");
    event->add_tags("client_visits:01900000-0000-7000-8002-" + std::to_string(number % 10000) +
                    "/2026");
    event->set_data(std::string(600, 'x'));
    auto* item = request.mutable_condition()->mutable_fail_if_events_match()->add_items();
    item->add_tags(event->tags(0));
}

struct Caller {
    std::unique_ptr<uma::DCB::Stub> stub;
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientAsyncResponseReader<uma::AppendResponse>> reader;
    uma::AppendRequest request;
    uma::AppendResponse response;
    grpc::Status status;

    void send(grpc::CompletionQueue& queue, unsigned long number) {
        fill(request, number);
        context = std::make_unique<grpc::ClientContext>();
        reader = stub->AsyncAppend(context.get(), request, &queue);
        reader->Finish(&response, &status, this);
    }
};
}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) return 2;
    const std::string target = std::string("127.0.0.1:") + argv[1];
    const auto connections = std::strtoul(argv[2], nullptr, 10);
    const double seconds = std::strtod(argv[3], nullptr);
    auto next = std::strtoul(argv[4], nullptr, 10);
    grpc::CompletionQueue queue;
    std::vector<Caller> callers(connections);
    for (auto& caller : callers) {
        grpc::ChannelArguments arguments;
        arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
        const auto channel =
            grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
        if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(5)))
            return 1;
        caller.stub = uma::DCB::NewStub(channel);
    }
    const auto begun = Clock::now();
    const auto end =
        begun + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    for (auto& caller : callers) caller.send(queue, next++);
    unsigned long appended = 0;
    auto under_way = callers.size();
    void* tag = nullptr;
    bool ok = false;
    while (under_way > 0 && queue.Next(&tag, &ok)) {
        auto& caller = *static_cast<Caller*>(tag);
        if (!ok || !caller.status.ok()) {
            std::fprintf(stderr, "driver: %s\n", caller.status.error_message().c_str());
            return 1;
        }
        ++appended;
        if (Clock::now() < end)
            caller.send(queue, next++);
        else
            --under_way;
    }
    const std::chrono::duration<double> took = Clock::now() - begun;
    std::printf("appended %lu seconds %.6f\n", appended, took.count());
    return 0;
}
