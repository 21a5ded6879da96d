#include "core/base/random.h"

#include <bit>
#include <cmath>
#include <numbers>

namespace paretoscope {

namespace {

uint64_t splitmix(uint64_t& state)
{
    state += 0x9e3779b97f4a7c15u;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

} // namespace

Random::Random(uint64_t seed, std::string_view purpose, uint64_t index)
{
    uint64_t mixed = seed;
    for (const char c : purpose) {
        mixed ^= uint8_t(c);
        mixed = splitmix(mixed);
    }
    mixed ^= index;
    reseed(splitmix(mixed));
}

void Random::reseed(uint64_t seed)
{
    for (uint64_t& word : state_) word = splitmix(seed);
}

uint64_t Random::next()
{
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

double Random::uniform()
{
    return double(next() >> 11) * 0x1.0p-53;
}

uint64_t Random::below(uint64_t bound)
{
    const uint64_t limit = bound * (UINT64_MAX / bound);
    uint64_t value = next();
    while (value >= limit) value = next();
    return value % bound;
}

int64_t Random::between(int64_t low, int64_t high)
{
    return low + int64_t(below(uint64_t(high - low) + 1));
}

double Random::normal()
{
    if (hasSpare_) {
        hasSpare_ = false;
        return spare_;
    }
    const double radius = std::sqrt(-2 * std::log(1 - uniform())); // 1-u avoids log(0)
    const double angle = 2 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    hasSpare_ = true;
    return radius * std::cos(angle);
}

} // namespace paretoscope
