#include "core/model/formats/model_fingerprint.h"

namespace paretoscope {

void addFileContent(Fingerprint& fingerprint, std::span<const std::byte> content)
{
    constexpr size_t mebibyte = size_t{1} << 20;
    constexpr size_t parts = 240;
    fingerprint.add(uint64_t(content.size()));
    if (content.size() <= 256 * mebibyte) {
        fingerprint.add(content);
        return;
    }
    fingerprint.add(content.first(16 * mebibyte));
    const size_t stride = content.size() / parts;
    for (size_t part = 0; part < parts; ++part)
        fingerprint.add(content.subspan(part * stride, mebibyte));
}

} // namespace paretoscope
