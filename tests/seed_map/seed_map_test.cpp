// Every column of a mapped table of the seed documents is somewhere in the house, by name.
#include "tests/seed_map/seed_map.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "domain/house.hpp"

namespace almanac::seed_map {
namespace {

const std::filesystem::path folder = std::filesystem::path(ALMANAC_SOURCE_DIR) / "tests/seed_map";

const kernel::Catalogue& catalogue() {
    static const auto built = build_catalogue();
    return built;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const auto& line : lines) all += line + '\n';
    return all;
}

TEST(SeedMap, every_column_of_a_mapped_table_has_a_place_that_exists) {
    const Judge judge(catalogue());
    std::size_t lines = 0;
    for (const auto& [seed, columns] : read_columns(folder / "columns.tsv")) {
        const auto file = folder / (seed + ".tsv");
        if (!std::filesystem::exists(file)) continue;
        const auto map = read_map(file);
        lines += map.size();
        EXPECT_EQ(joined(judge.faults(columns, map)), "") << file;
    }
    EXPECT_GT(lines, 450U);
}

TEST(SeedMap, the_judge_finds_what_is_wrong) {
    const Judge judge(catalogue());
    const std::vector<Column> columns{{"services", "name"}, {"services", "price"}, {"rooms", "id"}};
    const auto faults = [&](std::vector<Line> lines) {
        return joined(judge.faults(columns, lines));
    };
    const Line name{{"services", "name"}, "service.name"};
    const auto price = [](std::string where) {
        return Line{{"services", "price"}, std::move(where)};
    };
    EXPECT_EQ(faults({}), "");  // no table is mapped
    EXPECT_EQ(faults({name, price("service.price.amount")}), "");
    EXPECT_EQ(faults({name}), "services.price: nobody says where it went\n");
    EXPECT_EQ(faults({name, name, price("service.price")}), "services.name: stands twice\n");
    EXPECT_EQ(faults({name, price("service.price"), {{"services", "colour"}, "service.color"}}),
              "services.colour: the seed has no such column\n");
    for (const auto* sound :
         {"service.requirements.candidates", "resource.prices.price.currency",
          "client.address.city", "event:scheduling.service_created",
          "event:scheduling.appointment_booked.occupancy.start", "tenant.revision",
          "derived: in words that name nothing", "replaced: by `service.price`, and why"}) {
        EXPECT_EQ(faults({name, price(sound)}), "") << sound;
    }
    for (const auto* broken :
         {"", "service", "service.cost", "service.price.cents", "services.price", "price",
          "event:scheduling.service_invented", "event:scheduling", "event:service.price",
          "event:scheduling.appointment_booked.colour", "view:invented.price", "view:invented",
          "derived: ", "derived: so", "replaced: by `service.cost`, and why",
          "replaced: by `service.price, and why", "dropped: nobody wants it"}) {
        EXPECT_NE(faults({name, price(broken)}), "") << broken;
    }
}

}  // namespace
}  // namespace almanac::seed_map
