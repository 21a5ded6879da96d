// Bjøntegaard difference with piecewise-cubic interpolation (PCHIP, Fritsch and Carlson 1980).
#include "core/evaluation/frontier.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

// log x as a monotone piecewise cubic of y.
class Curve {
public:
    Curve(std::span<const FrontierPoint> points, FrontierDirections directions)
    {
        std::vector<FrontierPoint> sorted;
        for (const FrontierPoint& point : points)
            if (std::isfinite(point.x) && std::isfinite(point.y) && point.x > 0) sorted.push_back(point);
        std::sort(sorted.begin(), sorted.end(), [&](const FrontierPoint& a, const FrontierPoint& b) {
            if (a.y != b.y) return a.y < b.y;
            return directions.xHigherIsBetter ? a.x > b.x : a.x < b.x; // of equal y the better x
        });
        for (const FrontierPoint& point : sorted) {
            if (!y_.empty() && y_.back() == point.y) continue;
            y_.push_back(point.y);
            value_.push_back(std::log(point.x));
        }
        if (y_.size() >= 2) fitSlopes();
    }

    bool usable() const { return y_.size() >= 2; }
    double first() const { return y_.front(); }
    double last() const { return y_.back(); }
    const std::vector<double>& knots() const { return y_; }

    double at(double y) const
    {
        const auto above = std::upper_bound(y_.begin() + 1, y_.end() - 1, y);
        const auto i = size_t(above - y_.begin()) - 1;
        const double h = y_[i + 1] - y_[i];
        const double t = (y - y_[i]) / h;
        const double t2 = t * t, t3 = t2 * t;
        return (2 * t3 - 3 * t2 + 1) * value_[i] + (t3 - 2 * t2 + t) * h * slope_[i] +
               (-2 * t3 + 3 * t2) * value_[i + 1] + (t3 - t2) * h * slope_[i + 1];
    }

private:
    void fitSlopes()
    {
        const size_t n = y_.size();
        std::vector<double> h(n - 1), delta(n - 1);
        for (size_t i = 0; i + 1 < n; ++i) {
            h[i] = y_[i + 1] - y_[i];
            delta[i] = (value_[i + 1] - value_[i]) / h[i];
        }
        slope_.assign(n, n == 2 ? delta[0] : 0);
        if (n == 2) return;
        for (size_t i = 1; i + 1 < n; ++i) {
            if (delta[i - 1] * delta[i] <= 0) continue; // a turning point stays flat
            const double w1 = 2 * h[i] + h[i - 1], w2 = h[i] + 2 * h[i - 1];
            slope_[i] = (w1 + w2) / (w1 / delta[i - 1] + w2 / delta[i]);
        }
        slope_.front() = endSlope(h[0], h[1], delta[0], delta[1]);
        slope_.back() = endSlope(h[n - 2], h[n - 3], delta[n - 2], delta[n - 3]);
    }

    // Three-point end formula, kept from overshooting.
    static double endSlope(double h0, double h1, double d0, double d1)
    {
        const double slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1);
        if (slope * d0 <= 0) return 0;
        if (d0 * d1 <= 0 && std::abs(slope) > 3 * std::abs(d0)) return 3 * d0;
        return slope;
    }

    std::vector<double> y_, value_, slope_;
};

} // namespace

std::optional<double> bdRate(std::span<const FrontierPoint> a, std::span<const FrontierPoint> b,
                             FrontierDirections directions)
{
    const Curve first(a, directions), second(b, directions);
    if (!first.usable() || !second.usable()) return std::nullopt;
    const double low = std::max(first.first(), second.first());
    const double high = std::min(first.last(), second.last());
    if (!(low < high)) return std::nullopt;
    std::vector<double> knots{low, high};
    for (const Curve* curve : {&first, &second})
        for (const double y : curve->knots())
            if (y > low && y < high) knots.push_back(y);
    std::sort(knots.begin(), knots.end());
    double integral = 0;
    for (size_t i = 0; i + 1 < knots.size(); ++i) {
        // Simpson's rule is exact for the cubics between knots.
        const auto difference = [&](double y) { return first.at(y) - second.at(y); };
        const double middle = (knots[i] + knots[i + 1]) / 2;
        integral += (knots[i + 1] - knots[i]) / 6 *
                    (difference(knots[i]) + 4 * difference(middle) + difference(knots[i + 1]));
    }
    return std::exp(integral / (high - low)) - 1;
}

} // namespace paretoscope
