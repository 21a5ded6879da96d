// Chat templates come with models from anywhere: whatever they say, they end in a text or an Error.
#include "core/base/error.h"
#include "core/model/chat/chat_prompt.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    static const std::vector<paretoscope::ChatMessage> messages{{"system", "Be kind."}, {"user", "Hi"}, {"assistant", "<think>x</think>Hello"}, {"user", "?"}};
    try {
        paretoscope::renderChat(std::string(reinterpret_cast<const char*>(data), size), messages, true, "<s>", "</s>");
    } catch (const paretoscope::Error&) {
        // refused, which is as good as rendered
    }
    return 0;
}
