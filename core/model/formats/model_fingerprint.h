// Fingerprints of opened models.
#pragma once

#include "core/base/fingerprint.h"

#include <cstddef>
#include <span>

namespace paretoscope {

// Adds a weight file. Up to 256 MiB every byte counts. Above, its size, the first 16 MiB (which
// hold the header: every name, shape and type) and 1 MiB out of each of 240 equal parts count, so
// that a file of any size takes a moment; two files that differ only elsewhere are then called
// equal.
void addFileContent(Fingerprint& fingerprint, std::span<const std::byte> content);

} // namespace paretoscope
