// One operation of the document as an article: route, permission, parameters, body, answers, and a
// curl line to copy. Pure; any thread while the document lives.
#pragma once
#include <string>

#include "gateway/docs_schema.hpp"

namespace almanac::gateway {

struct Operation {
    std::string method;  // GET
    std::string path;
    std::string id;       // operationId
    std::string summary;  // Book appointment
    std::string context;
    std::string group;  // appointments: the part of the path it is about
    const kernel::json::Object* object = nullptr;
    const kernel::json::Array* shared = nullptr;  // parameters of the path
};

std::string render_operation(const Operation& operation, const SchemaPrinter& schemas,
                             std::string_view server_url);
std::string render_verb(std::string_view method);

}  // namespace almanac::gateway
