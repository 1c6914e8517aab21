// A fold that grew while nobody had it in memory is written down by the decision that reads it at
// last (ops/adr/015), and gone on from there: the same value, nothing of a person who was erased.
#include "eventstore/fold_snapshot.hpp"

#include "domain/house.hpp"
#include "domain/kernel/module.hpp"
#include "eventstore/store.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::ward {
using namespace kernel;

struct Patient;
using PatientId = Id<Patient>;
using NoteText = std::optional<Personal<"ward.note">>;

struct Noted {
    static constexpr std::string_view type = "ward.noted";
    static constexpr std::uint16_t version = 1;
    PatientId id;
    NoteText note;
    std::string filling;
};
BOOST_DESCRIBE_STRUCT(Noted, (), (id, note, filling))
struct Patient {
    static constexpr std::string_view kind = "patient";
    static constexpr std::uint32_t version = 1;
    using Key = PatientId;
    std::int32_t notes = 0;
    NoteText last;
};
BOOST_DESCRIBE_STRUCT(Patient, (), (notes, last))

inline auto tags(const Noted& e) {
    return Tags<Patient>{}.add<Patient>(e.id);
}
inline std::string subject(const Noted& e) {
    return "client:" + to_string(e.id);
}
inline void evolve(Patient& patient, const Noted& e) {
    ++patient.notes;
    patient.last = e.note;
}

struct Note {  // without a look at the patient
    PatientId id;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(Note, (), (id, text))
struct Fill {  // many large events, after a look
    PatientId id;
    std::int32_t events = 0;
    std::int32_t bytes = 0;  // of each
};
BOOST_DESCRIBE_STRUCT(Fill, (), (id, events, bytes))
struct Look {  // appends nothing
    PatientId id;
    bool breaks = false;
};
BOOST_DESCRIBE_STRUCT(Look, (), (id, breaks))

inline Held seen;  // by the last look

inline Decision decide(const Note& wish, Read&, const Context&) {
    return Noted{wish.id, Personal<"ward.note">(wish.text), {}};
}
inline Decision decide(const Fill& wish, Read& read, const Context&) {
    read.get<Patient>(wish.id);
    Events events;
    for (int i = 0; i < wish.events; ++i)
        events.add(Noted{wish.id, {}, std::string(static_cast<std::size_t>(wish.bytes), '.')});
    return events;
}
inline Decision decide(const Look& wish, Read& read, const Context&) {
    seen = read.load(fold_type<Patient>(), tag_of<Patient>(wish.id));
    seen.state = fold_type<Patient>().copy(seen.state.get());
    if (wish.breaks) throw std::runtime_error("the ward is on fire");
    return reject("ward.looked", "Nothing happens.");
}

inline Catalogue house_with_ward() {
    auto catalogue = build_catalogue();
    Module ward(catalogue, "ward");
    ward.event<Noted>();
    ward.command<Note, Patient>("note", "POST patients", "ward.patient:note", "Notes.");
    ward.command<Fill, Patient>("fill", "POST patients", "ward.patient:fill", "Fills.");
    ward.command<Look, Patient>("look", "POST patients", "ward.patient:look", "Looks.");
    return catalogue;
}

}  // namespace almanac::ward

namespace almanac::eventstore {
namespace {
using ward::Fill;
using ward::Look;
using ward::Note;
using ward::Patient;

constexpr std::uint64_t due = 16;  // events

class FoldSnapshotTest : public testing::Test {
  protected:
    FoldSnapshotTest() {
        must(Store::init(data(), catalogue_, small_directory()));
        open();
    }

    // Nothing is remembered from one decision to the next.
    void open() {
        store_.reset();
        StoreOptions options;
        options.executor = {.fold_cache_bytes = 0, .snapshot_events = due};
        const auto stands = [] { return kernel::micros(noon()); };
        options.clock = std::make_shared<SystemClock>(stands, stands);
        store_ = must(Store::open(data(), catalogue_, options));
        must(store_->finish_begun());
        must(store_->start_policies());
    }
    PartitionStore& partition() { return store_->partition(0); }

    template <class C>
    std::future<Result<CommandAnswer>> submit(const std::string& name, C command) {
        auto done = std::make_shared<std::promise<Result<CommandAnswer>>>();
        store_->submit(
            house_request(catalogue_, name, tenant, std::move(command)),
            [done](Result<CommandAnswer> answer) { done->set_value(std::move(answer)); });
        return done->get_future();
    }
    void note(int times, const std::string& text = "rested") {
        for (; times > 0; --times) must(submit("note", Note{patient, text}).get());
    }
    kernel::Held look() {
        EXPECT_EQ(submit("look", Look{patient}).get().error().code, "ward.looked");
        return ward::seen;
    }
    std::string text_of(const kernel::Held& held) { return write_held(type, held); }
    std::string replayed() { return text_of(must(store_->fold(tenant, type, tag))); }
    static Patient& patient_in(const kernel::Held& held) {
        return *static_cast<Patient*>(held.state.get());
    }

    std::string name() const { return fmt::format("{}/{}/{}", type.kind, type.version, tag); }
    std::string snapshot_text() {
        return must(partition().log().snapshot(tenant, name())).value_or("");
    }
    std::optional<kernel::Held> snapshot() {
        const auto text = snapshot_text();
        if (text.empty()) return std::nullopt;
        return must(read_held(type, text));
    }
    void put_snapshot(const kernel::Held& held) {
        std::promise<Outcome> done;
        Job job;
        job.decide = [&](Stage& stage) { stage.put_snapshot(tenant, name(), text_of(held)); };
        job.done = [&](Outcome outcome) { done.set_value(outcome); };
        must(partition().writer().submit(std::move(job)));
        EXPECT_EQ(done.get_future().get(), Outcome::durable);
    }
    std::filesystem::path data() const { return directory_.path() / "data"; }

    const TenantId tenant = kernel::system_tenant;  // it has its keys
    const ward::PatientId patient{tenant_number(2)};
    const kernel::FoldType& type = kernel::fold_type<Patient>();
    const std::string tag = kernel::tag_of<Patient>(patient);
    TemporaryDirectory directory_{true};
    const kernel::Catalogue catalogue_ = ward::house_with_ward();
    std::unique_ptr<Store> store_;
};

TEST_F(FoldSnapshotTest, what_was_long_to_read_is_gone_on_from_after_a_restart) {
    note(20);
    EXPECT_FALSE(snapshot()) << "nobody has read it yet";
    EXPECT_EQ(text_of(look()), replayed());
    const auto written = snapshot();
    ASSERT_TRUE(written);
    EXPECT_EQ(text_of(*written), replayed());
    open();
    note(3);
    EXPECT_EQ(text_of(look()), replayed());
    EXPECT_EQ(snapshot()->last_position, written->last_position) << "three events are not long";
    // That it is read shows where it says something else.
    patient_in(*written).notes = 1'000;
    put_snapshot(*written);
    open();
    EXPECT_EQ(patient_in(look()).notes, 1'003);
}

TEST_F(FoldSnapshotTest, what_is_short_to_read_is_not_written_down) {
    note(due - 1);
    look();
    EXPECT_FALSE(snapshot());
    note(1);
    look();
    ASSERT_TRUE(snapshot());
    EXPECT_EQ(snapshot()->revision, due);
}

TEST_F(FoldSnapshotTest, a_decision_that_is_taken_back_leaves_none) {
    note(20);
    EXPECT_FALSE(submit("look", Look{patient, true}).get());
    EXPECT_FALSE(snapshot());
    EXPECT_EQ(text_of(look()), replayed());
    EXPECT_TRUE(snapshot());
}

// The batch has too little room left for what is appended behind the long reading.
TEST_F(FoldSnapshotTest, a_long_reading_takes_no_room_from_what_is_appended) {
    note(20);
    Gate both_wait;
    Job first;
    first.decide = [&](Stage&) { both_wait.pass(); };
    must(partition().writer().submit(std::move(first)));
    auto before = submit("fill", Fill{ward::PatientId{tenant_number(3)}, 4, 950'000});
    auto large = submit("fill", Fill{patient, 5, 950'000});
    both_wait.open();
    EXPECT_TRUE(before.get());
    const auto filled = large.get();
    EXPECT_TRUE(filled) << filled.error().detail;
    EXPECT_EQ(text_of(look()), replayed());
    EXPECT_TRUE(snapshot());
}

TEST_F(FoldSnapshotTest, what_it_holds_of_a_person_ends_with_his_key) {
    note(20, "allergic to penicillin");
    look();
    EXPECT_EQ(snapshot_text().find("penicillin"), std::string::npos);
    const auto sealed = patient_in(snapshot().value()).last.value();
    const auto opened = [&] {
        return must(partition().keyring().open(tenant, sealed.sealed, sealed.of, "ward.note"));
    };
    EXPECT_EQ(opened(), R"("allergic to penicillin")");
    must(partition().keyring().erase_subject(tenant, sealed.of));
    EXPECT_EQ(opened(), std::nullopt);
    open();
    EXPECT_EQ(patient_in(look()).last->sealed, sealed.sealed);
    EXPECT_EQ(opened(), std::nullopt);
}
}  // namespace
}  // namespace almanac::eventstore
