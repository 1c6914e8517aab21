// Linked into `almanacd_faults`, the server that the crash campaign takes the power from: its disk
// is that of tests/faults below the directory named by ALMANAC_POWER_ROOT. The file named by
// ALMANAC_POWER_LOSS says after how many changes of the disk the power goes, a native 64-bit number
// (0: not at all); it is read at start and at each SIGUSR1, for which a thread of its own waits.
// ALMANAC_SEEDED_BUG=log_not_synced: every sync of the log's is answered and none is done, as in a
// server that forgot it. A kill -9 cannot tell; the campaign must.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <thread>

#include "tests/faults/fault_environment.hpp"

namespace {
using almanac::faults::Call;
using almanac::faults::Effect;
using almanac::faults::FaultEnvironment;

class PowerLine {
  public:
    PowerLine() {
        const char* root = std::getenv("ALMANAC_POWER_ROOT");
        if (!root) return;
        environment_ = std::make_unique<FaultEnvironment>(root);
        const char* bug = std::getenv("ALMANAC_SEEDED_BUG");
        if (bug && std::string_view(bug) == "log_not_synced") {
            // Its write-ahead logs, not the list of its files: that would be found at once.
            environment_->fail({.call = Call::sync,
                                .effect = Effect::ignored,
                                .lasting = true,
                                .where = "/log/",
                                .ends = ".log"});
        }
        sigset_t asked;
        sigemptyset(&asked);
        sigaddset(&asked, SIGUSR1);
        pthread_sigmask(SIG_BLOCK, &asked, nullptr);  // of all threads that are made from here on
        obey();
        std::thread([this, asked] {
            for (int signal = 0; sigwait(&asked, &signal) == 0;) obey();
        }).detach();
    }

  private:
    void obey() {
        const char* file = std::getenv("ALMANAC_POWER_LOSS");
        const int descriptor = file ? ::open(file, O_RDONLY | O_CLOEXEC) : -1;
        if (descriptor < 0) return;
        std::int64_t changes = 0;
        if (::read(descriptor, &changes, sizeof changes) == sizeof changes && changes > 0) {
            environment_->power_loss_after(static_cast<std::uint64_t>(changes),
                                           FaultEnvironment::Then::ends_process);
        }
        ::close(descriptor);
    }
    std::unique_ptr<FaultEnvironment> environment_;
};

// Before main, and for as long as the process lives.
[[maybe_unused]] PowerLine& the_line = *new PowerLine;
}  // namespace
