// GGUF files of any content: an error or a model, never a crash.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/model/formats/gguf/gguf_file.h"
#include "core/model/open_model.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace paretoscope;

namespace {

template <class Read> void attempt(const Read& read)
{
    try {
        read();
    } catch (const Error&) {
        // one sentence for people; nothing to do here
    }
}

void readHeader(std::span<const std::byte> file)
{
    const GgufHeader header = parseGgufHeader(file, "fuzz");
    for (const auto& entry : header.metadata.values()) {
        const std::string& key = entry.first;
        attempt([&] { header.metadata.number(key); });
        attempt([&] { header.metadata.text(key); });
        attempt([&] { header.metadata.integers(key); });
        attempt([&] { header.metadata.numbers(key); });
        attempt([&] { header.metadata.texts(key); });
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    static const ScratchFolder scratch;
    attempt([&] { readHeader({reinterpret_cast<const std::byte*>(data), size}); });
    const auto path = scratch.path() / "fuzz.gguf";
    writeFileAtomically(path, std::string_view(reinterpret_cast<const char*>(data), size));
    attempt([&] { openModel(path.string()); });
    return 0;
}
