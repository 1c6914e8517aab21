#include "gateway/service.hpp"

#include <spdlog/spdlog.h>

#include "gateway/docs.hpp"
#include "gateway/openapi.hpp"
#include "gateway/problem.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;

constexpr std::uint64_t ready_lag_max = 100'000;  // events a view may be behind and still be ready

Response text_answer(std::string body, std::string content_type) {
    Response response;
    response.body = std::move(body);
    response.content_type = std::move(content_type);
    return response;
}

PublicUrl public_url(const ServiceOptions& options) {
    return {options.public_url, options.tls ? "https" : "http"};
}
}  // namespace

Service::Service(eventstore::Store& store, Views& views, ApiKeyTable& keys, Metrics& metrics,
                 ServiceOptions options)
    : store_(store),
      views_(views),
      keys_(keys),
      metrics_(metrics),
      options_(std::move(options)),
      table_(route_table(store.catalogue())),
      router_(table_),
      limits_(options_.rate_limits),
      commands_(store, views, public_url(options_)),
      queries_(store, views),
      calendar_feeds_(store, views),
      imports_(store, keys, limits_, table_, public_url(options_)),
      backups_(store, views) {
    const auto document =
        build_openapi(store.catalogue(), table_, options_.public_url, store.is_sandbox());
    openapi_ = json::dump(json::Value(document));
    docs_ = render_docs(document);
}

void Service::finished(const Call& call, int status) const {
    const auto took = std::chrono::steady_clock::now() - call.started;
    metrics_.request(call.route ? call.route->name : "unknown", status, took);
    if (!options_.access_log && status < 500) return;
    // Never the query, the body or a header: they may hold personal data or secrets.
    spdlog::log(status >= 500 && status != 503 ? spdlog::level::err : spdlog::level::info,
                "request method={} route={} status={} us={} request_id={} principal={}/{}",
                call.request.method, call.route ? call.route->path_template : "-", status,
                std::chrono::duration_cast<std::chrono::microseconds>(took).count(),
                call.request.request_id, call.principal.actor.kind, call.principal.actor.id);
}

void Service::refuse_route(const CallPtr& call, const Rejection& rejection,
                           const std::string& allowed) {
    if (rejection.code != "method_not_allowed") return call->refuse(rejection);
    if (call->request.method == "OPTIONS") {
        Response response;
        response.status = 204;
        response.set("Allow", allowed + ", OPTIONS");
        return call->answer(std::move(response));
    }
    auto response =
        problem_response(Problem{405, rejection.code, rejection.detail}, call->request.request_id);
    response.set("Allow", allowed + ", OPTIONS");
    call->answer(std::move(response));
}

void Service::handle(Request request, Responder responder) {
    auto call = std::make_shared<Call>(std::move(request), std::move(responder));
    call->started = std::chrono::steady_clock::now();
    call->sandbox = store_.is_sandbox();
    call->finished = [this](const Call& c, int status) { finished(c, status); };
    if (options_.cors.is_on()) call->cors = &options_.cors;
    try {
        // Counted against no limit: a page could not read the refusal, and it costs as much.
        if (auto preflight = options_.cors.preflight(call->request))
            return call->answer(std::move(*preflight));
        std::string allowed;
        auto match = router_.match(call->request, allowed);
        if (!match) {
            if (auto counted = limits_.count_address(*call); !counted)
                return call->refuse(counted.error());
            return refuse_route(call, match.error(), allowed);
        }
        call->route = match->route;
        call->parameters = std::move(match->parameters);
        if (call->route->sandbox_only && !store_.is_sandbox())
            return call->refuse(not_found().error());
        auto admitted = call->route->needs_auth ? admit(*call) : count_public(*call);
        if (!admitted) return call->refuse(admitted.error());
        dispatch(call);
    } catch (const std::exception& error) {
        spdlog::error("request failed: request_id={} error={}", call->request.request_id,
                      error.what());
        if (!call->responder.answered()) {
            call->answer(
                problem_response(Problem{500, "internal_error", "Something went wrong here."},
                                 call->request.request_id));
        }
    }
}

// The probes are never refused: a server under a flood is not a dead one.
Result<void> Service::count_public(Call& call) {
    const auto& name = call.route->name;
    if (name == "get_health" || name == "get_readiness") return {};
    return limits_.count_address(call);
}

// Caller, tenant, permission, in this order; what is not the caller's does not exist. A limit is
// counted as soon as it is known whose: a flood costs no more than that, and nobody uses up the
// requests of a tenant he does not reach.
Result<void> Service::admit(Call& call) {
    auto principal = keys_.authenticate(call.request, store_.clock().now());
    if (!principal) {
        if (auto counted = limits_.count_address(call); !counted) return counted;
        return std::unexpected(std::move(principal.error()));
    }
    call.principal = std::move(*principal);
    if (auto counted = limits_.count_principal(call); !counted) return counted;
    if (const auto* text = call.parameters.find("tenant")) {
        auto tenant = store_.tenants().find(*text);
        if (!tenant || !call.principal.reaches(tenant->id)) return not_found();
        call.tenant = std::move(*tenant);
    } else {
        call.tenant = {system_tenant, "$system", true};
    }
    call.partition = &store_.partition_for(call.tenant.id);
    if (auto counted = limits_.count_tenant(call); !counted) return counted;
    const bool own_list = call.route->name == "list_tenants";
    const bool house_wide = call.tenant.id == system_tenant && !own_list;
    const bool by_line = call.route->streams_body;  // each asks for its own permission
    const bool may =
        by_line ? imports_.may_any(call.principal) : call.principal.may(call.route->permission);
    if (!may || (house_wide && !call.principal.is_administrator())) {
        return reject(RejectionKind::denied, "denied",
                      by_line ? "This needs the permission of the commands that it imports."
                              : "This needs the permission " + call.route->permission + ".");
    }
    const auto* log = call.request.find_header("almanac-log");
    if (log && *log != to_string(call.partition->log_id())) {
        return conflict("log_forked",
                        "This log is another one than you know: it was restored or moved.");
    }
    return {};
}

// Asked of every request: only what ends like that is looked up.
bool Service::streams_body(const Request& request) const {
    if (!request.path.ends_with("/import")) return false;
    std::string allowed;
    const auto match = router_.match(request, allowed);
    return match && match->route->streams_body;
}

void Service::dispatch(const CallPtr& call) {
    switch (call->route->kind) {
        case RouteKind::command:
            return commands_.handle(call);
        case RouteKind::query:
            return queries_.special(call);
        case RouteKind::collection_list:
            return queries_.list(call);
        case RouteKind::collection_get:
            return queries_.get(call);
        case RouteKind::collection_history:
            return queries_.history(call);
        case RouteKind::system:
            return system(call);
    }
}

void Service::system(const CallPtr& call) {
    const auto& name = call->route->name;
    if (name == "list_events")
        return views_.when_logged(call, [this, call] { feed_.handle(call); });
    if (name == "get_calendar_feed_file") return calendar_feeds_.get(call);
    if (name == "import_commands") return imports_.handle(call);
    if (auto none = parameters_of(call->request, {}); !none) return call->refuse(none.error());
    if (name == "start_backup") return backups_.start(call);
    if (name == "get_backup") return backups_.status(call);
    if (name == "get_health")
        return call->answer(text_answer(R"({"status":"ok"})", "application/json"));
    if (name == "get_readiness") return readiness(call);
    if (name == "get_metrics")
        return call->answer(text_answer(metrics_.text(), "text/plain; version=0.0.4"));
    if (name == "get_openapi") return call->answer(text_answer(openapi_, "application/json"));
    auto page = name == "get_docs" ? std::optional(docs_)
                                   : render_error_page(*call->parameters.find("code"));
    if (!page) return call->refuse(not_found().error());
    auto response = text_answer(std::move(*page), "text/html; charset=utf-8");
    response.set("Content-Security-Policy", std::string(docs_content_security_policy));
    call->answer(std::move(response));
}

void Service::readiness(const CallPtr& call) {
    json::Array partitions;
    bool ready = !draining_;
    bool degraded = false;
    for (unsigned number = 0; number < store_.partitions(); ++number) {
        auto& partition = store_.partition(number);
        const auto writer = partition.writer().status();
        const auto views = views_.of(number).bookings->status();
        const auto reports = views_.of(number).reports->status();
        const auto policies = partition.policies().status();
        const auto behind = [&](const projections::RuntimeStatus& runtime) {
            return writer.durable_position -
                   std::min(writer.durable_position, runtime.applied_position);
        };
        const auto lag = behind(views);
        const bool good = !writer.read_only && !writer.clock_jumped && !writer.stopping &&
                          lag <= ready_lag_max && views.failure.empty();
        ready = ready && good;
        degraded = degraded || writer.clock_standing;
        partitions.push_back(
            {{"partition", number},
             {"ready", good},
             {"position", fmt::format("{}-{}", number, writer.durable_position)},
             {"log_id", to_string(partition.log_id())},
             {"view_lag", lag},
             {"report_lag", behind(reports)},
             {"policy_lag", policies.lag},
             {"policies_set_aside", policies.set_aside_total},
             {"timers_pending", policies.timers_pending},
             {"next_timer_due", policies.next_due ? json::Value(to_string(*policies.next_due))
                                                  : json::Value(nullptr)},
             {"read_only", writer.read_only},
             {"clock_jumped", writer.clock_jumped},
             {"clock_standing", writer.clock_standing}});
    }
    const json::Value body = json::Object{{"status", !ready     ? "not_ready"
                                                     : degraded ? "degraded"
                                                                : "ready"},
                                          {"sandbox", store_.is_sandbox()},
                                          {"now", to_string(store_.clock().now())},
                                          {"partitions", std::move(partitions)}};
    auto response = text_answer(json::dump(body), "application/json");
    response.status = ready ? 200 : 503;
    call->answer(std::move(response));
}

}  // namespace almanac::gateway
