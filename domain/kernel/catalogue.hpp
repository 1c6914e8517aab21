// The catalogue: every command, query, event, fold, record and policy of the house with its route,
// permission and shape. Modules (domain/<context>/module.cpp) fill it once at start; router,
// OpenAPI, writer, projections and documentation are generated from it. Immutable afterwards,
// shared by all threads.
#pragma once
#include <map>
#include <span>

#include "domain/kernel/policy.hpp"
#include "domain/kernel/record.hpp"

namespace almanac::kernel {

// Where a sealed value stands in a row ("email", "customer.first_name") and what it is.
struct PersonalField {
    std::string path;
    std::string field_id;
    bool sensitive = false;
};

struct PathParameters {
    std::vector<std::pair<std::string_view, std::string>> values;  // name, decoded text
    const std::string* find(std::string_view name) const;
};

using Erased = std::shared_ptr<const void>;

struct CommandType {
    std::string name;        // book_appointment
    std::string method;      // POST
    std::string path;        // appointments/{id}/cancel
    std::string permission;  // scheduling.appointment:cancel
    std::string doc;
    std::string context;
    std::type_index wish = typeid(void);  // the command's struct
    const FoldType* target = nullptr;     // what If-Match and the answer's revision speak of
    bool creates = false;                 // 201 with Location
    bool system_tenant = false;           // decided in `$system`'s log
    bool hidden = false;                  // no route of its own: part of another one's work
    // Body and path into the typed command; every bad field at once.
    Result<Erased> (*parse)(json::Value body, const PathParameters& path) = nullptr;
    Decision (*decide)(const void* command, Read& read, const Context& now) = nullptr;
    // The id of the target where the path does not say it; nil: there is none yet. Null: it does.
    Uuid (*find_target)(const void* command, Read& read) = nullptr;
    json::Object (*schema)() = nullptr;  // of the body
    bool has_body = true;
};

struct QueryType {
    std::string name;  // list_slots
    std::string method;
    std::string path;
    std::string permission;
    std::string doc;
    std::string context;
    std::string answer_type = "application/json";
    Result<Erased> (*parse)(const json::Object& parameters, const PathParameters& path) = nullptr;
    json::Object (*schema)() = nullptr;   // of the parameters
    json::Object (*answer)() = nullptr;   // schema of its JSON answer; null: it is told elsewhere
    std::vector<PersonalField> personal;  // sealed values in the answer, and who may read them
    std::string personal_permission;
};

struct Filter {
    std::string parameter;  // resource_id
    std::string path;       // resources.id
};

// A fold that is served: GET collection, GET collection/{id}, …/history.
struct Collection {
    std::string name;  // services
    std::string context;
    const FoldType* fold = nullptr;
    std::string read_permission;
    std::string personal_permission;   // of its personal fields
    std::string sensitive_permission;  // of its medical fields
    std::string doc;
    std::vector<Filter> filters;
    std::string range_path;          // of ?from&to, an instant; empty: no such parameters
    std::vector<std::string> sorts;  // beside created_at
    std::vector<PersonalField> personal;
    std::vector<std::string> internal;  // fields never answered
    bool searchable = false;            // ?q=, email=, phone=, sort=last_name (index in memory)
    json::Object (*schema)() = nullptr;
};

// Data of version n of an event type as version n + 1 has it.
using Upcaster = json::Value (*)(json::Value);

class Catalogue {
  public:
    const std::vector<std::unique_ptr<CommandType>>& commands() const { return commands_; }
    const std::vector<std::unique_ptr<QueryType>>& queries() const { return queries_; }
    const std::vector<std::unique_ptr<Collection>>& collections() const { return collections_; }
    const std::vector<std::unique_ptr<PolicyType>>& policies() const { return policies_; }
    const std::map<std::string_view, const EventType*>& events() const { return events_; }
    const CommandType* command(std::string_view name) const;
    const CommandType* command(std::type_index wish) const;  // by its struct
    const EventType* event(std::string_view type) const;
    const FoldType* fold_of_tag(std::string_view tag) const;  // by its kind
    const Collection* collection(std::string_view name) const;
    const Collection* collection_of(const FoldType& fold) const;
    // Old data as the present version of its type has it, through every upcaster between.
    json::Value upcast(std::string_view type, std::uint16_t version, json::Value data) const;

  private:
    friend class Module;
    std::vector<std::unique_ptr<CommandType>> commands_;
    std::vector<std::unique_ptr<QueryType>> queries_;
    std::vector<std::unique_ptr<Collection>> collections_;
    std::vector<std::unique_ptr<PolicyType>> policies_;
    std::map<std::string_view, const EventType*> events_;
    std::map<std::string_view, const FoldType*> folds_;
    std::map<std::pair<std::string_view, std::uint16_t>, Upcaster> upcasters_;
};

}  // namespace almanac::kernel
