// A data directory of its own for a test, with the house's catalogue; stores are opened on it one
// after another, as a stopped directory would be.
#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "domain/house.hpp"
#include "domain/identity/api_key.hpp"
#include "replay/program.hpp"
#include "replay/store_target.hpp"

namespace almanac::replay {

class BusinessFixture : public ::testing::Test {
  protected:
    BusinessFixture() {
        auto name = (std::filesystem::temp_directory_path() / "almanac-test-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
        root_ = name;
    }
    ~BusinessFixture() override {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }

    std::string path(const std::string& name) const { return (root_ / name).string(); }

    // A new directory; a sandbox where `sandbox_time` is given.
    std::string init(const std::string& name, const std::string& sandbox_time = {},
                     unsigned partitions = 1) {
        eventstore::CreateOptions create;
        create.partitions = partitions;
        create.ballast_bytes = 4'096;
        if (!sandbox_time.empty()) create.sandbox_time = kernel::parse_instant(sandbox_time);
        const auto key = eventstore::Store::init(path(name), catalogue, create);
        EXPECT_TRUE(key) << key.error().detail;
        return path(name);
    }

    std::unique_ptr<eventstore::Store> open(const std::string& directory) {
        auto store = eventstore::Store::open(directory, catalogue, {});
        if (!store) throw std::runtime_error(store.error().detail);
        if (const auto done = (*store)->finish_begun(); !done)
            throw std::runtime_error(done.error().detail);
        if (const auto done = (*store)->start_policies(); !done)
            throw std::runtime_error(done.error().detail);
        return std::move(*store);
    }

    // Done: answered, that is on the disk or refused.
    static Result<eventstore::CommandAnswer> run(eventstore::Store& store,
                                                 eventstore::CommandRequest request) {
        std::promise<Result<eventstore::CommandAnswer>> done;
        store.submit(std::move(request), [&](Result<eventstore::CommandAnswer> answer) {
            done.set_value(std::move(answer));
        });
        return done.get_future().get();
    }
    // Something that can always be written.
    eventstore::CommandRequest key_request() const {
        return eventstore::house_request(catalogue, "issue_api_key", kernel::system_tenant,
                                         identity::IssueApiKey{"k", {"*.*:*"}, {}});
    }

    struct Ran {
        int exit_code = 0;
        std::string out;
        std::string err;
        std::vector<std::string> lines() const {
            std::vector<std::string> list;
            std::istringstream in(out);
            for (std::string line; std::getline(in, line);) list.push_back(line);
            return list;
        }
    };
    static Ran almanac(const std::vector<std::string>& arguments) {
        std::vector<const char*> argv{"almanac"};
        for (const auto& argument : arguments) argv.push_back(argument.c_str());
        std::ostringstream out;
        std::ostringstream err;
        const int code = run_program(static_cast<int>(argv.size()), argv.data(), {out, err});
        return {code, out.str(), err.str()};
    }

    const kernel::Catalogue catalogue = build_catalogue();

  private:
    std::filesystem::path root_;
};

}  // namespace almanac::replay
