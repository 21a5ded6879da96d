#include "core/base/fingerprint.h"

#include "core/base/error.h"

#include <xxhash.h>

namespace paretoscope {

struct Fingerprint::State {
    XXH3_state_t* hash = XXH3_createState();
    State() { XXH3_128bits_reset(hash); }
    ~State() { XXH3_freeState(hash); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

Fingerprint::Fingerprint() : state_(std::make_unique<State>()) {}
Fingerprint::~Fingerprint() = default;
Fingerprint::Fingerprint(Fingerprint&&) noexcept = default;
Fingerprint& Fingerprint::operator=(Fingerprint&&) noexcept = default;

Fingerprint& Fingerprint::add(std::span<const std::byte> bytes)
{
    XXH3_128bits_update(state_->hash, bytes.data(), bytes.size());
    return *this;
}

Fingerprint& Fingerprint::add(std::string_view text)
{
    add(uint64_t(text.size()));
    return add(std::as_bytes(std::span(text.data(), text.size())));
}

Fingerprint& Fingerprint::add(uint64_t number)
{
    return add(std::as_bytes(std::span(&number, 1)));
}

std::string Fingerprint::hex() const
{
    const XXH128_hash_t digest = XXH3_128bits_digest(state_->hash);
    return fmt::format("{:016x}{:016x}", digest.high64, digest.low64);
}

std::string fingerprintOf(std::string_view text)
{
    return Fingerprint().add(text).hex();
}

} // namespace paretoscope
