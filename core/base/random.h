// Random numbers that are the same on every machine and standard library.
#pragma once

#include <cstdint>
#include <string_view>

namespace paretoscope {

// xoshiro256** (Blackman and Vigna), seeded through splitmix64. Not thread-safe; give each task
// its own, made with `Random(seed, purpose, index)`, so that results do not depend on order.
class Random {
public:
    explicit Random(uint64_t seed) { reseed(seed); }
    Random(uint64_t seed, std::string_view purpose, uint64_t index = 0);

    uint64_t next();
    double uniform();                // [0, 1)
    uint64_t below(uint64_t bound);  // [0, bound), without bias; bound > 0
    int64_t between(int64_t low, int64_t high); // both ends included
    double normal();                 // mean 0, variance 1

private:
    void reseed(uint64_t seed);

    uint64_t state_[4] = {};
    double spare_ = 0;
    bool hasSpare_ = false;
};

} // namespace paretoscope
