#include "core/report/frontier_svg.h"

#include "core/evaluation/metric.h"
#include "core/report/axis.h"
#include "core/report/metric_difference.h"
#include "core/report/svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace paretoscope {

namespace {

// Told apart by people who see few colours and on grey paper (Okabe and Ito), and by shape.
constexpr std::array<const char*, 7> colours{"#0b62a4", "#d55e00", "#00795c", "#a6407b", "#7a5c00", "#4b4b9b", "#5a6570"};
constexpr double markSize = 4.5;

struct Box {
    double left, top, right, bottom;
    bool meets(const Box& other) const
    {
        return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }
};

struct DrawnPoint {
    const Run* run = nullptr;
    const FrontierMember* member = nullptr;
    double x = 0, y = 0, yLow = 0, yHigh = 0; // values
    size_t series = 0;
};

double widthOf(const std::string& text, double size)
{
    size_t letters = 0;
    for (const char c : text) letters += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
    return 0.56 * size * double(letters);
}

void drawMark(SvgDrawing& svg, size_t shape, double x, double y, const SvgStyle& style)
{
    const double r = markSize;
    switch (shape % 4) {
    case 0: return svg.circle(x, y, r, style);
    case 1: return svg.rectangle(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r, style);
    case 2: return svg.polyline({{x, y - 1.2 * r}, {x + 1.1 * r, y + 0.8 * r}, {x - 1.1 * r, y + 0.8 * r}}, style, true);
    default: return svg.polyline({{x, y - 1.3 * r}, {x + 1.3 * r, y}, {x, y + 1.3 * r}, {x - 1.3 * r, y}}, style, true);
    }
}

class Drawer {
public:
    Drawer(std::span<const Run> runs, const FrontierAnalysis& analysis, const Plane& plane, const FrontierDrawing& drawing)
        : plane_(plane)
        , drawing_(drawing)
        , points_(collect(runs, analysis))
        , x_(axis(plane.x, plane.xLog, false))
        , y_(axis(plane.y, plane.yLog, true))
        , svg_(drawing.width, drawing.height, titleOf(plane.y) + " against " + titleOf(plane.x),
               "One point a run. The line joins the runs that no other run beats in both.")
    {
    }

    std::string draw()
    {
        drawAxes();
        drawFrontierLine();
        for (const DrawnPoint& point : points_) drawPoint(point);
        drawLabels();
        drawKey();
        return svg_.finish();
    }

private:
    static constexpr double left = 76, right = 26, bottom = 58, keyRow = 18;

    static std::string titleOf(const std::string& metric)
    {
        const Metric* known = findMetric(metric);
        return known ? known->info.title : metric;
    }

    std::vector<DrawnPoint> collect(std::span<const Run> runs, const FrontierAnalysis& analysis)
    {
        std::vector<DrawnPoint> points;
        for (const Run& run : runs) {
            const FrontierMember* member = analysis.member(run.id);
            if (!member) continue;
            const Measurement& y = *run.measurement(plane_.y);
            const auto end = [&](const std::optional<double>& bound) {
                return bound && std::isfinite(*bound) && (!plane_.yLog || *bound > 0) ? *bound : y.value;
            };
            points.push_back({&run, member, run.measurement(plane_.x)->value, y.value, end(y.low), end(y.high),
                              seriesOf(strategyOf(run.request.recipe))});
        }
        return points;
    }

    size_t seriesOf(const std::string& strategy)
    {
        const auto found = std::find(series_.begin(), series_.end(), strategy);
        if (found != series_.end()) return size_t(found - series_.begin());
        series_.push_back(strategy);
        return series_.size() - 1;
    }

    SvgStyle styleOf(const DrawnPoint& point) const
    {
        const std::string colour = colourOf(point.series);
        // Filled: on the frontier or not to be told from it; hollow: beaten beyond the noise.
        return {point.member->kept() ? colour : "#ffffff", colour, 1.5, "", 1};
    }

    Axis axis(const std::string& metric, bool log, bool vertical) const
    {
        double low = std::numeric_limits<double>::infinity(), high = -low;
        for (const DrawnPoint& point : points_) {
            low = std::min(low, vertical ? point.yLow : point.x);
            high = std::max(high, vertical ? point.yHigh : point.x);
        }
        if (vertical) return {metric, low, high, log, drawing_.height - bottom, top()};
        return {metric, low, high, log, left, drawing_.width - right};
    }

    void drawAxes()
    {
        const SvgStyle grid{"none", "#e6ebf0", 1, "", 1}, axisLine{"none", "#8796a3", 1, "", 1};
        const double base = drawing_.height - bottom, end = drawing_.width - right;
        for (const AxisTick& tick : y_.ticks()) {
            const double y = y_.place(tick.value);
            svg_.line(left, y, end, y, grid);
            svg_.text(left - 8, y + 4, tick.label, {12, "end", "#45525d", false, 0, false});
        }
        for (const AxisTick& tick : x_.ticks()) {
            const double x = x_.place(tick.value);
            svg_.line(x, base, x, base + 5, axisLine);
            svg_.text(x, base + 19, tick.label, {12, "middle", "#45525d", false, 0, false});
        }
        svg_.line(left, base, end, base, axisLine);
        svg_.text((left + end) / 2, drawing_.height - 12, axisTitle(plane_.x, x_), {13, "middle", "#1b2733", false, 0, false});
        svg_.text(18, (top() + base) / 2, axisTitle(plane_.y, y_), {13, "middle", "#1b2733", false, -90, false});
    }

    static std::string axisTitle(const std::string& metric, const Axis& axis)
    {
        const Metric* known = findMetric(metric);
        std::string text = titleOf(metric);
        std::string details = axis.unit();
        if (axis.logarithmic()) details += details.empty() ? "log" : ", log";
        if (known) details += std::string(details.empty() ? "" : ", ") + (known->info.higherIsBetter ? "higher" : "lower") + " is better";
        return details.empty() ? text : text + " (" + details + ")";
    }

    void drawFrontierLine()
    {
        std::vector<const DrawnPoint*> front;
        for (const DrawnPoint& point : points_)
            if (point.member->onFrontier) front.push_back(&point);
        std::sort(front.begin(), front.end(), [](const DrawnPoint* a, const DrawnPoint* b) { return a->x < b->x; });
        const bool xUp = metricByName(plane_.x).info.higherIsBetter;
        std::vector<std::pair<double, double>> line;
        for (size_t i = 0; i < front.size(); ++i) {
            const double x = x_.place(front[i]->x), y = y_.place(front[i]->y);
            // What is reached at a cost is reached at every higher cost: a staircase.
            if (i > 0) line.emplace_back(xUp ? line.back().first : x, xUp ? y : line.back().second);
            line.emplace_back(x, y);
        }
        svg_.polyline(line, {"none", "#1b2733", 1.4, "", 0.75});
    }

    void drawPoint(const DrawnPoint& point)
    {
        const double x = x_.place(point.x), y = y_.place(point.y);
        const SvgStyle style = styleOf(point);
        svg_.beginGroup(fmt::format("run {}: {}, {} {}, {} {}", point.run->id, point.run->request.recipe,
                                    titleOf(plane_.x), metricText(plane_.x, point.x), titleOf(plane_.y),
                                    metricText(plane_.y, point.y)));
        if (point.yLow < point.yHigh)
            svg_.line(x, y_.place(point.yLow), x, y_.place(point.yHigh), {"none", style.stroke, 1, "", 0.45});
        if (drawing_.marked == point.run->id) svg_.circle(x, y, 2.1 * markSize, {"none", "#1b2733", 1.6, "", 1});
        drawMark(svg_, point.series, x, y, style);
        svg_.endGroup();
        taken_.push_back({x - markSize - 1, y - markSize - 1, x + markSize + 1, y + markSize + 1});
    }

    // The first of eight places around a point that is free and inside.
    void drawLabels()
    {
        constexpr double size = 11.5;
        for (const DrawnPoint& point : points_) {
            const auto found = drawing_.labels.find(point.run->id);
            if (found == drawing_.labels.end()) continue;
            const double x = x_.place(point.x), y = y_.place(point.y), w = widthOf(found->second, size);
            const std::array<std::pair<double, double>, 8> places{{{x + 9, y + 14}, {x + 9, y - 7}, {x - 9 - w, y - 7},
                {x - 9 - w, y + 14}, {x + 11, y + 4}, {x - w / 2, y + 22}, {x - w / 2, y - 14}, {x - 11 - w, y + 4}}};
            for (const auto& [px, py] : places) {
                const Box box{px, py - size, px + w, py + 3};
                const bool inside = box.left > left && box.right < drawing_.width - 4 && box.top > top() - 12 && box.bottom < drawing_.height - bottom;
                if (!inside || std::any_of(taken_.begin(), taken_.end(), [&](const Box& b) { return b.meets(box); })) continue;
                taken_.push_back(box);
                svg_.text(px, py, found->second, {size, "start", styleOf(point).stroke, drawing_.marked == point.run->id, 0, true});
                break;
            }
        }
    }

    // Without the family where all share it.
    std::string keyName(size_t series) const
    {
        if (series_[series] == "none") return "not compressed";
        const std::string family = series_[series].substr(0, series_[series].find('.') + 1);
        const bool shared = std::all_of(series_.begin(), series_.end(), [&](const std::string& name) {
            return name == "none" || (name.rfind(family, 0) == 0 && name.find('+') == name.npos);
        });
        return shared ? series_[series].substr(family.size()) : series_[series];
    }

    // Rows of the key, from the top; also says how high it is.
    template <class Draw> int layOutKey(const Draw& draw) const
    {
        double x = left;
        int row = 0;
        for (size_t i = 0; i < series_.size(); ++i) {
            const double width = 34 + widthOf(keyName(i), 13);
            if (x > left && x + width > drawing_.width) {
                x = left;
                ++row;
            }
            draw(i, x, row);
            x += width;
        }
        return row + 1;
    }

    double top() const
    {
        return 16 + keyRow * layOutKey([](size_t, double, int) {});
    }

    void drawKey()
    {
        layOutKey([&](size_t i, double x, int row) {
            const std::string colour = colourOf(i);
            drawMark(svg_, i, x + 5, 15 + keyRow * row, {colour, colour, 1.5, "", 1});
            svg_.text(x + 15, 19 + keyRow * row, keyName(i), {12, "start", colour, true, 0, false});
        });
    }

    std::string colourOf(size_t series) const
    {
        return series_[series] == "none" ? "#1b2733" : colours[series % colours.size()];
    }

    const Plane& plane_;
    const FrontierDrawing& drawing_;
    std::vector<std::string> series_;
    std::vector<DrawnPoint> points_;
    Axis x_, y_;
    SvgDrawing svg_;
    std::vector<Box> taken_;
};

} // namespace

std::string strategyOf(const std::string& recipe)
{
    std::string result;
    int depth = 0;
    for (const char c : recipe) {
        depth += c == '(' ? 1 : 0;
        if (depth == 0) result += c;
        depth -= c == ')' && depth > 0 ? 1 : 0;
    }
    return result;
}

std::string frontierSvg(std::span<const Run> runs, const FrontierAnalysis& analysis, const Plane& plane,
                        const FrontierDrawing& drawing)
{
    if (analysis.members.empty()) return {};
    return Drawer(runs, analysis, plane, drawing).draw();
}

} // namespace paretoscope
