#include "replay/json_changes.hpp"

#include <algorithm>

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using json::Value;

bool is_container(const Value& value) {
    return value.is_object() || value.is_array();
}

bool same_container(const Value& a, const Value& b) {
    return (a.is_object() && b.is_object()) || (a.is_array() && b.is_array());
}

bool contains(const json::Array& list, const Value& element) {
    return std::ranges::find(list, element) != list.end();
}

void collect(const Value& before, const Value& after, const std::string& at,
             std::vector<std::string>& changed) {
    if (before == after) return;
    if (!before.is_object() || !after.is_object()) return changed.push_back(at);
    for (const auto& [name, value] : after.get_object()) {
        const auto* old = before.get_object().if_contains(name);
        const auto here = json::pointer(at, name);
        if (old)
            collect(*old, value, here, changed);
        else
            changed.push_back(here);
    }
    for (const auto& [name, value] : before.get_object()) {
        if (!after.get_object().contains(name)) changed.push_back(json::pointer(at, name));
    }
}

class Printer {
  public:
    explicit Printer(bool color) : color_(color) {}
    std::string take() { return std::move(out_); }

    void compare(const Value& before, const Value& after, const std::string& label, int depth) {
        if (before == after) return show(' ', after, label, depth);
        if (!same_container(before, after)) return show('~', after, label, depth);
        line('~', label + (after.is_object() ? "{" : "["), depth);
        if (after.is_object())
            compare_members(before.get_object(), after.get_object(), depth + 1);
        else
            compare_elements(before.get_array(), after.get_array(), depth + 1);
        line(' ', after.is_object() ? "}" : "]", depth);
    }

  private:
    void line(char mark, const std::string& text, int depth) {
        const char* paint = "";
        if (color_ && mark == '+') paint = "\x1b[32m";
        if (color_ && mark == '~') paint = "\x1b[33m";
        if (color_ && mark == '-') paint = "\x1b[31m";
        out_ += paint;
        out_ += mark;
        out_.append(static_cast<std::size_t>(depth) * 2 + 1, ' ') += text;
        if (*paint != '\0') out_ += "\x1b[0m";
        out_ += '\n';
    }
    static std::string label_of(std::string_view name) {
        std::string label;
        json::append_string(label, name);
        return label + ": ";
    }
    // Small values on one line, larger ones over several; all with the same mark.
    void show(char mark, const Value& value, const std::string& label, int depth) {
        const auto text = json::dump(value);
        if (!is_container(value) || text.size() <= 76) return line(mark, label + text, depth);
        line(mark, label + (value.is_object() ? "{" : "["), depth);
        if (value.is_object()) {
            for (const auto& [name, member] : value.get_object()) {
                show(mark, member, label_of(name), depth + 1);
            }
        } else {
            for (const auto& element : value.get_array()) show(mark, element, "", depth + 1);
        }
        line(mark, value.is_object() ? "}" : "]", depth);
    }
    void compare_members(const json::Object& before, const json::Object& after, int depth) {
        for (const auto& [name, value] : after) {
            const auto* old = before.if_contains(name);
            if (old)
                compare(*old, value, label_of(name), depth);
            else
                show('+', value, label_of(name), depth);
        }
        for (const auto& [name, value] : before) {
            if (!after.contains(name)) show('-', value, label_of(name), depth);
        }
    }
    void compare_elements(const json::Array& before, const json::Array& after, int depth) {
        for (const auto& element : before) {
            if (!contains(after, element)) show('-', element, "", depth);
        }
        for (const auto& element : after) {
            show(contains(before, element) ? ' ' : '+', element, "", depth);
        }
    }

    bool color_;
    std::string out_;
};
}  // namespace

Value without_nulls(const Value& value) {
    if (value.is_array()) {
        json::Array out;
        for (const auto& element : value.get_array()) out.push_back(without_nulls(element));
        return out;
    }
    if (!value.is_object()) return value;
    json::Object out;
    for (const auto& [name, member] : value.get_object()) {
        if (!member.is_null()) out.emplace(name, without_nulls(member));
    }
    return out;
}

std::vector<std::string> changed_members(const Value& before, const Value& after) {
    std::vector<std::string> changed;
    collect(before, after, "", changed);
    return changed;
}

std::string marked_text(const Value& before, const Value& after, bool color) {
    Printer printer(color);
    printer.compare(before, after, "", 0);
    return printer.take();
}

}  // namespace almanac::replay
