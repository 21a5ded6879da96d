// Which colour and shape stands for which strategy. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace paretoscope {

enum class MarkShape { Disc, Square, Diamond, Triangle, TriangleDown, Pentagon, Hexagon, Cross };
constexpr int markShapeCount = 8;
constexpr int seriesColorCount = 8; // ThemeColors::series

struct SeriesStyle {
    int color = 0;
    MarkShape shape = MarkShape::Disc;

    bool operator==(const SeriesStyle&) const = default;
};

// The strategies of a recipe text without their settings: "quantization.gptq+kv_cache.snapkv";
// "none" stays "none".
std::string recipeSignature(std::string_view recipe);

// The colour that a signature has wherever it can: that of its family, moved on by the strategy's
// place in the family, so that the same strategy looks the same in every chart.
int preferredColor(const std::string& signature);

// Styles for series that share a chart. Two series never share colour and shape while there are
// 64 or fewer; they share a colour only when there are more than eight colours in use.
std::vector<SeriesStyle> assignSeriesStyles(const std::vector<std::string>& signatures);

} // namespace paretoscope
