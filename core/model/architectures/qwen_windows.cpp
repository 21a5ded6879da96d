#include "core/model/architectures/qwen_windows.h"

#include "core/base/json.h"

namespace paretoscope::families {

void readQwenWindows(const Json& config, QwenWindows which, ModelConfig& model, const std::string& where)
{
    if (!optionalBool(config, "use_sliding_window", false, where)) return;
    const int64_t window = optionalInteger(config, "sliding_window", 0, int64_t{1} << 40, 0, where);
    const int64_t full = optionalInteger(config, "max_window_layers", 0, 4096, 28, where);
    setWindows(
        config, window, [&](size_t i) { return which == QwenWindows::AllLayers || int64_t(i) >= full; }, model,
        where);
}

} // namespace paretoscope::families
