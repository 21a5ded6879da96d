// The frontier as a drawing for a printed page: light, text as text, labels beside the points.
#pragma once

#include "core/report/frontier_analysis.h"

#include <map>
#include <span>
#include <string>

namespace paretoscope {

struct FrontierDrawing {
    double width = 860, height = 500;
    std::map<int64_t, std::string> labels; // beside points, of those that get one
    std::optional<int64_t> marked;         // the recommended run
};

// A complete <svg> element. Points are those of the analysis; one colour and shape a strategy, named
// beside the drawing. Nothing to draw gives an empty text.
std::string frontierSvg(std::span<const Run> runs, const FrontierAnalysis& analysis, const Plane& plane,
                        const FrontierDrawing& drawing);

// Ids of a recipe's steps without their settings: "quantization.gptq+kv_cache.snapkv"; "none".
std::string strategyOf(const std::string& recipe);

} // namespace paretoscope
