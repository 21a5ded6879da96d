// Content fingerprints: short, stable names for models, texts, recipes and statistics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace paretoscope {

// Streaming 128-bit XXH3. Not cryptographic: it tells equal from different, not honest from
// forged. Single-threaded.
class Fingerprint {
public:
    Fingerprint();
    ~Fingerprint();
    Fingerprint(Fingerprint&&) noexcept;
    Fingerprint& operator=(Fingerprint&&) noexcept;

    Fingerprint& add(std::span<const std::byte> bytes);
    Fingerprint& add(std::string_view text); // length and text, so that ("ab","c") != ("a","bc")
    Fingerprint& add(uint64_t number);
    std::string hex() const; // 32 lower-case digits

private:
    struct State;
    std::unique_ptr<State> state_;
};

std::string fingerprintOf(std::string_view text);

} // namespace paretoscope
