// One axis of a drawing: from values to places, with round ticks. Plain values.
#pragma once

#include <string>
#include <vector>

namespace paretoscope {

struct AxisTick {
    double value = 0;
    std::string label;
};

class Axis {
public:
    // Holds [low, high] with a margin. `from`, `to`: places of its ends; to < from is allowed.
    // `metric` says how ticks are worded (bytes in binary units, shares in percent).
    Axis(const std::string& metric, double low, double high, bool logarithmic, double from, double to);

    double place(double value) const;
    const std::vector<AxisTick>& ticks() const { return ticks_; }
    const std::string& unit() const { return unit_; } // "MiB", "%", "tokens/s"; of the labels
    bool logarithmic() const { return logarithmic_; }

private:
    void findUnit(const std::string& metric);
    void addTicks();

    double low_, high_; // of the axis, in values
    bool logarithmic_;
    double from_, to_;
    double factor_ = 1; // value / factor = number on the label
    std::string unit_;
    std::vector<AxisTick> ticks_;
};

} // namespace paretoscope
