// The speed at which this machine reads memory: the limit of decoding.
#pragma once

namespace paretoscope::bench {

// Bytes a second that all threads together read from 512 MiB, well beyond the caches: the best of
// several access patterns, in about `seconds`.
double readBandwidth(double seconds);

} // namespace paretoscope::bench
