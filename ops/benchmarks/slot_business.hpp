// A small business to ask for slots: resources that work alike every day, one service that any of
// them can give, appointments spread over the days. The same one as a Snapshot, as requests to a
// server and as rows of PostgreSQL, so that all three answer the same question.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "domain/scheduling/slots.hpp"

namespace almanac::benchmarks {

struct SlotBusinessSize {
    unsigned resources = 10;
    unsigned days = 30;  // from tomorrow on
    unsigned appointments = 200;
    unsigned from_hour = 9;
    unsigned to_hour = 18;  // UTC; 24: midnight
    unsigned duration_minutes = 60;
    unsigned step_minutes = 30;
    unsigned buffer_after_minutes = 5;
};

class SlotBusiness {
  public:
    explicit SlotBusiness(const SlotBusinessSize& size);

    const SlotBusinessSize& size() const { return size_; }
    std::chrono::sys_days first_day() const { return first_day_; }
    scheduling::Snapshot snapshot() const;
    scheduling::SlotQuery query(unsigned days) const;  // from its first day on
    // Makes it over HTTP as tenant `slug`.
    void create(std::uint16_t port, const std::string& key, const std::string& slug);
    // GET slots of the first `days` days, once it is made.
    void append_question(unsigned days, std::string& out) const;
    std::string sql() const;  // its rows, for ops/benchmarks/postgres/schema.sql

  private:
    struct Visit {
        unsigned resource;
        std::chrono::sys_seconds start;
    };
    std::string post(const std::string& path, const std::string& body) const;
    std::string service_body() const;
    std::string schedule_body() const;

    SlotBusinessSize size_;
    std::chrono::sys_days first_day_;
    std::vector<Visit> visits_;
    std::uint16_t port_ = 0;  // of the server it was made in
    std::string key_, base_, service_;
};

}  // namespace almanac::benchmarks
