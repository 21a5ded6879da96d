// One measured quantity of one run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

// The score of one item (a window of text, a question), so that runs pair item by item.
struct ItemScore {
    std::string item; // stable id: the same item has the same id in every run
    double score = 0;
    double weight = 1; // tokens of a window, 1 for a question
};

struct Measurement {
    std::string metric; // name in the metric table
    double value = 0;
    std::optional<double> standardError;
    std::optional<double> low, high; // 95% interval
    int64_t count = 0;               // items or repeats behind it
    std::vector<ItemScore> items;    // empty for what has no items (bytes)
};

} // namespace paretoscope
