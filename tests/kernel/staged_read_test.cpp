// A decision of many parts sees what it has decided so far, and nothing below it changes.
#include "domain/kernel/staged_read.hpp"

#include <map>

#include "domain/kernel/event_definition.hpp"
#include "tests/given.hpp"

namespace almanac::testing {
namespace {

struct Jar;
using JarId = Id<Jar>;
struct Shelf;
using ShelfId = Id<Shelf>;

struct Filled {
    static constexpr std::string_view type = "test.filled";
    static constexpr std::uint16_t version = 1;
    JarId jar;
    ShelfId shelf;
    std::int32_t spoons = 0;
    bool operator==(const Filled&) const = default;
};
BOOST_DESCRIBE_STRUCT(Filled, (), (jar, shelf, spoons))
struct Jar {
    static constexpr std::string_view kind = "jar";
    static constexpr std::uint32_t version = 1;
    using Key = JarId;
    std::int32_t spoons = 0;
};
BOOST_DESCRIBE_STRUCT(Jar, (), (spoons))
// Its kind begins like the other's: a tag belongs to the fold of its whole kind.
struct JarLid {
    static constexpr std::string_view kind = "jar_lid";
    static constexpr std::uint32_t version = 1;
    using Key = JarId;
    std::int32_t turns = 0;
};
BOOST_DESCRIBE_STRUCT(JarLid, (), (turns))
struct Shelf {
    static constexpr std::string_view kind = "shelf";
    static constexpr std::uint32_t version = 1;
    using Key = ShelfId;
    std::vector<std::string> filled;  // tags, as `evolve` was told
    Instant last{};
    Actor by;
};
BOOST_DESCRIBE_STRUCT(Shelf, (), (filled, last))
struct Pantry {
    static constexpr std::string_view kind = "directory:jars";
    static constexpr std::uint32_t version = 1;
    using Key = Whole;
    std::int32_t jars = 0;
};
BOOST_DESCRIBE_STRUCT(Pantry, (), (jars))

auto tags(const Filled& e) {
    return Tags<Jar, JarLid, Shelf, Pantry>{}
        .add<Jar>(e.jar)
        .add<JarLid>(e.jar)
        .add<Shelf>(e.shelf)
        .add<Pantry>(Whole{});
}
void evolve(Jar& jar, const Filled& e) {
    jar.spoons += e.spoons;
}
void evolve(JarLid& lid, const Filled&) {
    ++lid.turns;
}
void evolve(Shelf& shelf, const Filled&, const EventMeta& meta) {
    shelf.filled.emplace_back(meta.tag);
    shelf.last = meta.time;
    shelf.by = meta.actor;
}
void evolve(Pantry& pantry, const Filled&) {
    ++pantry.jars;
}

const auto jam = id_of<JarId>(1);
const auto honey = id_of<JarId>(2);
const auto upper = id_of<ShelfId>(3);
const auto lower = id_of<ShelfId>(4);

class StagedReadTest : public ::testing::Test {
  protected:
    StagedReadTest() {
        now_.now = *parse_instant("2026-12-01T08:00:00Z");
        now_.actor = {"user", "ana"};
        below_.add(Event(Filled{jam, upper, 2}), now_.now - std::chrono::hours{1});
    }
    template <FoldState F>
    const Held& held(const typename F::Key& key, Read& read) {
        return read.load(fold_type<F>(), tag_of<F>(key));
    }

    GivenFolds below_;
    Context now_;
};

TEST_F(StagedReadTest, ShowsWhatLiesBelowUntilSomethingIsApplied) {
    StagedRead staged(below_, now_);
    EXPECT_EQ(staged.tenant(), below_.tenant());
    EXPECT_EQ(&staged.get<Jar>(jam), &below_.get<Jar>(jam));  // not even a copy
    EXPECT_EQ(staged.get<Jar>(jam).spoons, 2);
    EXPECT_EQ(staged.find<Jar>(honey), nullptr);
}

TEST_F(StagedReadTest, ShowsEveryFoldAsItWillBe) {
    StagedRead staged(below_, now_);
    staged.apply(Event(Filled{jam, lower, 3}));
    staged.apply(Event(Filled{honey, lower, 1}));
    EXPECT_EQ(staged.get<Jar>(jam).spoons, 5);
    EXPECT_EQ(staged.get<Jar>(honey).spoons, 1);
    EXPECT_EQ(staged.get<JarLid>(jam).turns, 2);
    EXPECT_EQ(staged.get<Pantry>(Whole{}).jars, 3);
    const auto& shelf = staged.get<Shelf>(lower);
    EXPECT_EQ(shelf.filled, (std::vector<std::string>{tag_of<Shelf>(lower), tag_of<Shelf>(lower)}));
    EXPECT_EQ(shelf.last, now_.now);
    EXPECT_EQ(shelf.by, now_.actor);
    EXPECT_EQ(staged.get<Shelf>(upper).filled.size(), 1u);
}

TEST_F(StagedReadTest, CountsRevisionsAndTimes) {
    StagedRead staged(below_, now_);
    staged.apply(Event(Filled{jam, lower, 3}));
    EXPECT_EQ(held<Jar>(jam, staged).revision, 2u);
    EXPECT_EQ(held<Jar>(jam, staged).updated_at, now_.now);
    EXPECT_EQ(held<Jar>(jam, staged).created_at, held<Jar>(jam, below_).created_at);
    EXPECT_EQ(held<Shelf>(lower, staged).revision, 1u);
    EXPECT_EQ(held<Shelf>(lower, staged).created_at, now_.now);
    EXPECT_NE(staged.find<Shelf>(lower), nullptr);  // it exists from now on
    EXPECT_EQ(held<Shelf>(upper, staged).revision, 1u);
}

TEST_F(StagedReadTest, ChangesNothingBelow) {
    const auto& jar = below_.get<Jar>(jam);
    {
        StagedRead staged(below_, now_);
        staged.apply(Event(Filled{jam, upper, 3}));
    }
    EXPECT_EQ(jar.spoons, 2);
    EXPECT_EQ(held<Jar>(jam, below_).revision, 1u);
    EXPECT_EQ(below_.get<Shelf>(upper).filled.size(), 1u);
    EXPECT_EQ(below_.get<Pantry>(Whole{}).jars, 1);
}

TEST_F(StagedReadTest, AReferenceShowsWhatIsAppliedLater) {
    StagedRead staged(below_, now_);
    staged.apply(Event(Filled{jam, upper, 1}));
    const auto& jar = staged.get<Jar>(jam);
    for (std::uint32_t n = 0; n < 1'000; ++n)
        staged.apply(Event(Filled{id_of<JarId>(100 + n), lower, 1}));
    staged.apply(Event(Filled{jam, upper, 1}));
    EXPECT_EQ(jar.spoons, 4);
    EXPECT_EQ(staged.get<Pantry>(Whole{}).jars, 1'003);
}

// The decision that is then taken as a whole leaves just what the staged one showed.
TEST_F(StagedReadTest, ShowsWhatTheEventsLeaveOnceTheyAreTaken) {
    StagedRead staged(below_, now_);
    std::vector<Event> events;
    for (int n = 0; n < 10; ++n) {
        const auto jar = n % 3 == 0 ? jam : honey;
        events.emplace_back(Filled{jar, n % 2 == 0 ? upper : lower, n});
        staged.apply(events.back());
    }
    const auto spoons = staged.get<Jar>(jam).spoons;
    const auto shelf = staged.get<Shelf>(upper).filled;
    const auto revision = held<Pantry>(Whole{}, staged).revision;
    for (auto& event : events) below_.add(std::move(event), now_.now);
    EXPECT_EQ(below_.get<Jar>(jam).spoons, spoons);
    EXPECT_EQ(below_.get<Shelf>(upper).filled, shelf);
    EXPECT_EQ(held<Pantry>(Whole{}, below_).revision, revision);
}

}  // namespace
}  // namespace almanac::testing
