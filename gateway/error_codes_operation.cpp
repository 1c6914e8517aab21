// Codes an operator meets: at start, or with a data directory in hand.
#include <array>

#include "gateway/error_codes_parts.hpp"

namespace almanac::gateway::detail {
namespace {

using enum CodePlace;

constexpr auto codes = std::to_array<ErrorCode>({
    {"data_exists", 503, "There is data already",
     "The directory holds a log; a new one is never made over it.",
     "Choose an empty directory, or start with the data that is there.", operation},
    {"invalid_prefix", 503, "No such prefix",
     "A copy was asked for up to a position the log does not have.",
     "Give a position at or below the last one (`almanac status`).", operation},
    {"keyring_damaged", 500, "The keyring is damaged",
     "The store of keys of personal data fails its own checks.",
     "Restore the keyring from a backup; nothing was changed.", operation},
    {"keyring_exists", 503, "There is a keyring already",
     "A keyring stands where a new one was to be made; it is left as it is.",
     "Choose an empty directory.", operation},
    {"keyring_foreign", 503, "The keyring of another log",
     "The keyring in this directory belongs to another log.",
     "Put the keyring and the log of one backup together.", operation},
    {"keyring_format", 503, "The keyring is of another format",
     "The keyring was written by a version this one does not know.",
     "Use the version that wrote it, or a newer one.", operation},
    {"keyring_master_key", 503, "Another master key",
     "The keyring was made under another master key than the one given.",
     "Put back the right master key; without it no personal data can be read.", operation},
    {"keyring_missing", 503, "There is no keyring",
     "The directory holds a log without its keyring.",
     "Restore the keyring from a backup; nothing was changed.", operation},
    {"keyring_purge_unfinished", 503, "A purge did not finish",
     "A destroyed key is not yet gone from every file of the keyring.",
     "Start again; it is finished before anything else.", operation},
    {"keyring_read_only", 503, "The keyring is open for reading only",
     "A change was asked of a keyring that was opened for reading.",
     "Open the directory for writing; stop the server that holds it.", operation},
    {"log_locked", 503, "Another server has this directory",
     "The log is open in another process; two would spoil it.",
     "Stop the other process, or use another directory.", operation},
    {"log_missing", 500, "Parts of the log are missing",
     "Files the log needs are not in the directory.",
     "Restore them from a backup; nothing was changed.", operation},
    {"mark_missing", 500, "The mark is missing",
     "The file that says how far the log was acknowledged is not there or not readable.",
     "Restore it, or accept the loss explicitly with `almanac accept-loss`.", operation},
    {"master_key_exists", 503, "There is a master key already",
     "A master key is never overwritten.", "Use the one that is there, or name another file.",
     operation},
    {"master_key_length", 503, "Not a master key", "The file has not the 32 bytes of a master key.",
     "Put back the right file.", operation},
    {"master_key_missing", 503, "There is no master key",
     "The file of the master key is not where it should be.",
     "Put it back from where it is kept; without it no personal data can be read.", operation},
    {"master_key_mode", 503, "Others may read the master key",
     "The file of the master key has a mode that lets others read it.", "Set its mode to 0600.",
     operation},
    {"master_key_unreadable", 503, "The master key cannot be read",
     "The file of the master key cannot be opened or read.",
     "Check the owner and the path of the file.", operation},
    {"master_key_write_failed", 503, "The master key cannot be written",
     "The new master key could not be put in place; nothing is half written.",
     "Check the directory's owner and space.", operation},
    {"newer_format", 503, "Written by a newer version",
     "The data directory was written by a newer version of the server.",
     "Use that version or a newer one; nothing was changed.", operation},
    {"sealing_field", 500, "A field id out of bounds",
     "A sealed field's id has 1 to 200 bytes; this one has not.",
     "Correct the declaration of the field.", operation},
    {"sealing_size", 503, "A sealed value out of bounds",
     "A sealed field has 1 byte to 1 MiB of JSON; this one has not.",
     "Send less text in one field.", operation},
    {"sealing_subject", 500, "A subject out of bounds",
     "The subject of sealed data has 1 to 200 bytes; this one has not.",
     "Correct the declaration of the event.", operation},
});

}  // namespace

std::span<const ErrorCode> operation_codes() {
    return codes;
}

}  // namespace almanac::gateway::detail
