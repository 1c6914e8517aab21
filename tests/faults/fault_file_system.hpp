// RocksDB's file system with the fault environment in between. One for the whole program, for ever.
#pragma once

namespace rocksdb {
class Env;
}

namespace almanac::faults {
rocksdb::Env* fault_env();
}
