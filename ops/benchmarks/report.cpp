#include "ops/benchmarks/report.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>

namespace almanac::benchmarks {

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    if (values.size() % 2 == 1) return values[middle];
    return (values[middle - 1] + values[middle]) / 2;
}

Row compare(std::string name, std::string unit, const std::vector<double>& values,
            std::string reference, const std::vector<double>& reference_values) {
    Row row{.name = std::move(name), .unit = std::move(unit), .reference = std::move(reference)};
    row.value = median(values);
    row.reference_value = median(reference_values);
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(values.size(), reference_values.size()); ++i)
        if (reference_values[i] > 0) ratios.push_back(values[i] / reference_values[i]);
    if (ratios.empty()) return row;
    row.ratio = median(ratios);
    row.ratio_min = *std::min_element(ratios.begin(), ratios.end());
    row.ratio_max = *std::max_element(ratios.begin(), ratios.end());
    return row;
}

void print_table(const std::vector<Row>& rows) {
    fmt::print("\n{:<26} {:>12} {:<9} {:<22} {:>12} {:>7}  {:<15} {}\n", "what", "value", "unit",
               "reference", "its value", "ratio", "spread", "");
    for (const auto& row : rows) {
        fmt::print("{:<26} {:>12.1f} {:<9} ", row.name, row.value, row.unit);
        if (row.reference.empty()) {
            fmt::print("{:<22} {:>12} {:>7}  {:<15} {}\n", "", "", "", "", row.note);
            continue;
        }
        const auto spread = row.ratio_max > row.ratio_min
                                ? fmt::format("{:.2f} .. {:.2f}", row.ratio_min, row.ratio_max)
                                : std::string();
        fmt::print("{:<22} {:>12.1f} {:>7.2f}  {:<15} {}\n", row.reference, row.reference_value,
                   row.ratio, spread, row.note);
    }
    fmt::print("\n");
}

void write_json(const std::vector<Row>& rows, const std::filesystem::path& file) {
    std::ofstream out(file);
    out << "[";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        out << (i == 0 ? "\n" : ",\n")
            << fmt::format(R"(  {{"name": "{}", "unit": "{}", "value": {:.3f}, )", row.name,
                           row.unit, row.value);
        if (row.reference.empty()) {
            out << R"("reference": null, "reference_value": null, "ratio": null})";
        } else {
            out << fmt::format(R"("reference": "{}", "reference_value": {:.3f}, "ratio": {:.4f}}})",
                               row.reference, row.reference_value, row.ratio);
        }
    }
    out << "\n]\n";
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

double fdatasync_us(const std::filesystem::path& directory, unsigned writes) {
    constexpr std::size_t block_bytes = 4096;
    constexpr unsigned blocks = 64;
    const auto path = directory / "fdatasync";
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) throw std::runtime_error("cannot write " + path.string());
    const std::vector<char> block(block_bytes, 'x');
    const auto put = [&](unsigned index) {
        if (pwrite(file, block.data(), block_bytes, static_cast<off_t>(index * block_bytes)) < 0)
            throw std::runtime_error("cannot write " + path.string());
    };
    for (unsigned i = 0; i < blocks; ++i) put(i);
    fsync(file);
    std::vector<double> times;
    for (unsigned i = 0; i < writes; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        put(i % blocks);
        fdatasync(file);
        times.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun)
                .count());
    }
    close(file);
    std::filesystem::remove(path);
    return median(times);
}

}  // namespace almanac::benchmarks
