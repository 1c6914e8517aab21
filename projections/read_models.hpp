// The special views and the queries over them, in one list (read_models.cpp): adding one is a
// folder of projections/ and a line there; its route, parameters and answer are declared in the
// module of its context. Owns the projections, which the runtime of its partition feeds; queries
// are thread-safe and read one snapshot each.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/catalogue.hpp"
#include "projections/availability/availability.hpp"
#include "projections/projection.hpp"
#include "projections/question.hpp"

namespace almanac::projections {

struct FeedContents;

class ReadModels {
  public:
    struct Answer {
        std::string body;            // JSON, personal data sealed
        std::uint64_t position = 0;  // the view is true up to here
    };
    using Handler = std::function<Result<Answer>(const Question&, const void* query)>;

    ReadModels(const kernel::Catalogue& catalogue, const ViewStore& store);
    ~ReadModels();
    ReadModels(const ReadModels&) = delete;
    ReadModels& operator=(const ReadModels&) = delete;

    std::vector<Projection*> projections() const;  // in the order in which they were added
    const Projection& projection(std::string_view name) const;  // throws where there is none
    const Availability& availability() const { return *availability_; }
    // `query`: parsed by the catalogue's query of this name. std::logic_error where no view answers
    // it; damage and a failing disk are rejections.
    Result<Answer> answer(std::string_view name, const TenantId& tenant, kernel::Instant now,
                          const void* query) const;
    // The appointments of the calendar feed with this token; nothing where there is none.
    Result<std::optional<FeedContents>> feed(const TenantId& tenant, std::string_view token,
                                             kernel::Instant now) const;
    bool answers(std::string_view name) const { return handlers_.contains(name); }
    // The projection whose rows answer it; std::logic_error where no view does.
    std::string_view view_of(std::string_view query) const;

  private:
    // A projection, and a query over the rows that it keeps.
    template <class Q, class A>
    void add(std::unique_ptr<Projection> projection, std::string query,
             Result<A> (*find)(const ViewRows& rows, const Q& asked, const Question& question)) {
        const auto name = std::string(projection->name());
        projections_.push_back(std::move(projection));
        add_query(name, std::move(query), find);
    }
    // A query more over the rows of a projection that is there.
    template <class Q, class A>
    void add_query(std::string_view name, std::string query,
                   Result<A> (*find)(const ViewRows& rows, const Q& asked,
                                     const Question& question)) {
        const auto& of = projection(name);
        auto handler = [view = of.view(), find](const Question& question,
                                                const void* asked) -> Result<Answer> {
            const auto rows = question.read(view);
            const auto told = find(rows, *static_cast<const Q*>(asked), question);
            if (!told) return std::unexpected(told.error());
            return Answer{kernel::to_json(*told, kernel::Form::sealed, true), question.position()};
        };
        handlers_.emplace(std::move(query), Answering{&of, std::move(handler)});
    }
    void add_slots(const kernel::Catalogue& catalogue);

    const ViewStore& store_;
    std::unique_ptr<Availability> availability_;
    std::vector<std::unique_ptr<Projection>> projections_;
    struct Answering {
        const Projection* view;
        Handler handler;
    };
    const Answering& answering(std::string_view query) const;
    std::map<std::string, Answering, std::less<>> handlers_;  // by query
};

}  // namespace almanac::projections
