// What POST /v1/admin/backup takes and what it and GET answer; declared once.
#pragma once
#include <optional>
#include <string>

#include "domain/kernel/codec.hpp"

namespace almanac::gateway {

struct BackUp {
    std::string directory;
    std::optional<std::string> base;
    bool verify = true;
    bool into_fork = false;
};
BOOST_DESCRIBE_STRUCT(BackUp, (), (directory, base, verify, into_fork))

kernel::json::Object backup_status_schema();

}  // namespace almanac::gateway

namespace almanac::kernel {

template <>
inline constexpr auto rules<gateway::BackUp> = fields(
    field(&gateway::BackUp::directory,
          "absolute path of the backup folder on the server's machine: new, empty, or that of "
          "earlier backups of this data directory")
        .length(1, 4'096),
    field(&gateway::BackUp::base,
          "a backup whose equal files are linked, instead of the folder's newest one")
        .length(1, 4'096),
    field(&gateway::BackUp::verify, "read the backup again, and its logs from end to end")
        .may_omit(),
    field(&gateway::BackUp::into_fork,
          "the folder's last backup is of the log before a restore or an accepted loss")
        .may_omit());

}  // namespace almanac::kernel
