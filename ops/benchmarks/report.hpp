// The rows of a bench run: printed as a table, written as JSON for machines
// (`[{name, unit, value, reference, reference_value, ratio}]`). Also the statistics the rows need.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace almanac::benchmarks {

struct Row {
    std::string name;
    std::string unit;
    double value = 0;
    std::string reference = {};  // empty: nothing to compare with
    double reference_value = 0;
    double ratio = 0;  // value to reference; of interleaved rounds the median of pairwise ratios
    double ratio_min = 0;
    double ratio_max = 0;
    std::string note = {};  // printed only
};

double median(std::vector<double> values);  // 0 of none

// value[i] was measured beside reference[i].
Row compare(std::string name, std::string unit, const std::vector<double>& values,
            std::string reference, const std::vector<double>& reference_values);

void print_table(const std::vector<Row>& rows);
void write_json(const std::vector<Row>& rows, const std::filesystem::path& file);

// The median time of 4 KiB written and fdatasync'ed to a preallocated file in `directory`, in µs.
double fdatasync_us(const std::filesystem::path& directory, unsigned writes);

}  // namespace almanac::benchmarks
