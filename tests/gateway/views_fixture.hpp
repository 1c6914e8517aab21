// A store with its views in a temporary directory, and calls whose answers a test waits for.
#pragma once
#include <gtest/gtest.h>

#include <future>

#include "domain/house.hpp"
#include "gateway/views.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::gateway {

inline constexpr std::chrono::seconds watchdog{20};  // only against a test that would hang

struct Asker final : AnswerSink {
    void answer(std::uint64_t, Response response) override { told.set_value(std::move(response)); }
    std::shared_ptr<StreamSink> open_stream(std::uint64_t, Response) override { return nullptr; }
    void abandon(std::uint64_t) override { told.set_value({.status = 500}); }
    std::promise<Response> told;
};

struct Asked {
    CallPtr call;
    std::future<Response> answer;
};

class ViewsTest : public ::testing::Test {
  protected:
    explicit ViewsTest(bool started = true) {
        eventstore::CreateOptions small;
        small.ballast_bytes = 1UL << 20;
        eventstore::must(eventstore::Store::init(directory_.path() / "data", catalogue_, small));
        store_ =
            eventstore::must(eventstore::Store::open(directory_.path() / "data", catalogue_, {}));
        views_ = eventstore::must(Views::open(*store_));
        eventstore::must(store_->finish_begun());
        if (started) views_->start();
    }
    ~ViewsTest() override {
        store_->close();
        views_->stop();
    }

    std::uint64_t last() { return store_->partition(0).writer().durable_position(); }
    PartitionViews& views() { return views_->of(0); }

    Asked ask(std::vector<Header> headers) {
        auto asker = std::make_shared<Asker>();
        auto answer = asker->told.get_future();
        Request request;
        request.headers = std::move(headers);
        auto call = std::make_shared<Call>(std::move(request), Responder(std::move(asker), 1));
        call->partition = &store_->partition(0);
        return {std::move(call), std::move(answer)};
    }
    // Asks for what comes after the present end of the log, patiently.
    Asked ask_beyond(std::uint64_t events) {
        return ask({{"almanac-min-position", "0-" + std::to_string(last() + events)},
                    {"prefer", "wait=30"}});
    }
    kernel::Uuid run(std::string_view command, const kernel::TenantId& tenant,
                     std::string_view body) {
        eventstore::CommandRequest request;
        request.type = catalogue_.command(command);
        request.command = eventstore::must(request.type->parse(kernel::json::parse_own(body), {}));
        request.tenant = tenant;
        request.actor = {"user", "test"};
        request.may = [](std::string_view) { return true; };
        request.correlation_id = "test";
        std::promise<kernel::Result<eventstore::CommandAnswer>> promise;
        store_->submit(std::move(request),
                       [&](auto answer) { promise.set_value(std::move(answer)); });
        return *kernel::parse_uuid(eventstore::must(promise.get_future().get()).id);
    }
    kernel::TenantId make_tenant(const std::string& slug) {
        const auto body =
            R"({"name":"A","business_type":"salon","time_zone":"UTC","currency":"EUR","slug":")" +
            slug + "\"}";
        return kernel::TenantId{run("create_tenant", kernel::system_tenant, body)};
    }
    // False where they do not get there, or their thread is held up.
    bool applied(std::uint64_t position) {
        auto promise = std::make_shared<std::promise<bool>>();
        auto future = promise->get_future();
        views().when_applied(Reads::reports, position, std::chrono::steady_clock::now() + watchdog,
                             [promise](bool yes) { promise->set_value(yes); });
        return future.wait_for(watchdog) == std::future_status::ready && future.get();
    }

    eventstore::TemporaryDirectory directory_;
    const kernel::Catalogue catalogue_ = build_catalogue();
    std::unique_ptr<eventstore::Store> store_;
    std::unique_ptr<Views> views_;
};

}  // namespace almanac::gateway
