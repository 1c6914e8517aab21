// The keyring as the server uses it: one decision thread seals, one commit thread syncs, readers
// open, a policy erases. Meant for the thread sanitizer as well.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/eventstore/keyring_fixture.hpp"

namespace almanac::eventstore {
namespace {
constexpr int clients = 600;

struct Shared {
    std::atomic<int> made{0};
    std::atomic<bool> done{false};
    std::vector<std::string> sealed = std::vector<std::string>(clients);
};
std::string client(int number) {
    return "client:" + std::to_string(number);
}

TEST_F(KeyringTest, threads_seal_sync_open_and_erase_together) {
    const auto keyring = made(Keyring::create(directory, master, log_id, {.cached_keys_max = 64}));
    ASSERT_TRUE(keyring->create_tenant(salon));
    Shared shared;
    std::atomic<int> wrong{0};
    std::thread decision([&] {
        for (int i = 0; i < clients; ++i) {
            auto json = keyring->seal(salon, client(i), "f", std::to_string(i));
            if (!json) ++wrong;
            if (json) shared.sealed[static_cast<std::size_t>(i)] = sealed_text(*json);
            if (!keyring->claim(salon, ClaimKind::email, client(i), {})) ++wrong;
            if (!keyring->result_mac(salon, static_cast<std::uint32_t>(i / 100), "x")) ++wrong;
            shared.made.store(i + 1, std::memory_order_release);
        }
        shared.done = true;
    });
    std::thread commit([&] {
        std::uint64_t last = 0;
        while (!shared.done) {
            const auto generation = keyring->sync();
            if (!generation || *generation < last) ++wrong;
            last = generation.value_or(0);
        }
    });
    const auto read = [&] {
        for (int next = 0; !shared.done; next += 7) {
            const int known = shared.made.load(std::memory_order_acquire);
            if (known == 0) continue;
            const int i = next % known;
            const auto opened =
                keyring->open(salon, shared.sealed[static_cast<std::size_t>(i)], client(i), "f");
            // Every tenth is erased sooner or later; the others never.
            const bool right = opened && (*opened ? **opened == std::to_string(i) : i % 10 == 0);
            if (!right) ++wrong;
            if (!keyring->find_claim(salon, ClaimKind::email, client(i)).value()) ++wrong;
        }
    };
    std::thread first_reader(read);
    std::thread second_reader(read);
    std::thread policy([&] {
        for (int i = 0; i < 100; i += 10) {
            while (shared.made <= i) std::this_thread::yield();
            if (!keyring->erase_subject(salon, client(i))) ++wrong;
            const auto state = keyring->subject_state(salon, client(i));
            if (state.value() != SubjectState::erased) ++wrong;
        }
    });
    for (auto* thread : {&decision, &commit, &first_reader, &second_reader, &policy})
        thread->join();
    EXPECT_EQ(wrong, 0);
    ASSERT_TRUE(keyring->sync());
    for (int i = 0; i < clients; ++i) {
        const auto opened =
            keyring->open(salon, shared.sealed[static_cast<std::size_t>(i)], client(i), "f");
        ASSERT_TRUE(opened);
        EXPECT_EQ(opened->has_value(), i >= 100 || i % 10 != 0) << i;
    }
    EXPECT_TRUE(keyring->verify());
}

TEST_F(KeyringTest, concurrent_creators_agree_on_one_key_and_one_claim) {
    const auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    std::vector<std::thread> threads;
    std::vector<std::vector<std::string>> sealed(4, std::vector<std::string>(100));
    std::vector<std::vector<kernel::Uuid>> claims(4, std::vector<kernel::Uuid>(100));
    for (std::size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 100; ++i) {
                const auto at = static_cast<std::size_t>(i);
                sealed[t][at] = seal(*keyring, salon, client(i), "f", std::to_string(i));
                claims[t][at] = keyring->claim(salon, ClaimKind::email, client(i), {}).value();
            }
        });
    }
    for (auto& thread : threads) thread.join();
    for (std::size_t t = 0; t < 4; ++t) {
        EXPECT_EQ(claims[t], claims[0]);
        for (int i = 0; i < 100; ++i) {
            EXPECT_EQ(keyring->open(salon, sealed[t][static_cast<std::size_t>(i)], client(i), "f")
                          .value(),
                      std::to_string(i));
        }
    }
}
}  // namespace
}  // namespace almanac::eventstore
