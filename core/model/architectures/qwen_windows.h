// Sliding windows as the Qwen families switch them on.
#pragma once

#include "core/model/architectures/common.h"

namespace paretoscope::families {

// Which layers slide where "layer_types" does not say it: those from max_window_layers on, or all.
enum class QwenWindows { UpperLayers, AllLayers };
void readQwenWindows(const Json& config, QwenWindows which, ModelConfig& model, const std::string& where);

} // namespace paretoscope::families
