// The tables of a store, and how older ones are brought up to date.
#pragma once

#include "core/store/database.h"

namespace paretoscope {

inline constexpr int64_t storeApplicationId = 0x50415245; // "PARE": tells our files from others

// Makes the tables in an empty file, or upgrades an older one step by step, each step in its own
// transaction. Several processes may do so at once. Errors: BadFile for a file that is not a store
// or that a newer version wrote; nothing is written to such a file.
void prepareSchema(Database& database);

// The same checks without writing; an older store is refused as well.
void checkSchema(Database& database);

} // namespace paretoscope
