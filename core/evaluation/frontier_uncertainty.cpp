#include "core/evaluation/frontier_uncertainty.h"

#include "core/base/random.h"
#include "core/evaluation/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>
#include <unordered_map>

namespace paretoscope {

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

double valueAt(const std::vector<double>& replicates, size_t draw)
{
    if (replicates.empty()) return notANumber;
    return replicates.size() == 1 ? replicates[0] : replicates[draw];
}

// Draws that every point with replicates has.
size_t drawsOf(std::span<const ReplicatedPoint> points)
{
    size_t draws = 1;
    bool any = false;
    for (const ReplicatedPoint& point : points)
        for (const std::vector<double>* axis : {&point.x, &point.y}) {
            if (axis->size() < 2) continue;
            draws = any ? std::min(draws, axis->size()) : axis->size();
            any = true;
        }
    return draws;
}

void fillDraw(std::span<const ReplicatedPoint> points, size_t draw, std::vector<FrontierPoint>& out)
{
    out.clear();
    for (const ReplicatedPoint& point : points)
        out.push_back(
            FrontierPoint::exact(point.id, valueAt(point.x, draw), valueAt(point.y, draw)));
}

bool better(double a, double b, bool higherIsBetter)
{
    return higherIsBetter ? a > b : a < b;
}

// Items of the first measurement that all others have: for each measurement its items in order.
std::vector<std::vector<const ItemScore*>>
sharedItems(std::span<const Measurement* const> measurements)
{
    std::vector<std::vector<const ItemScore*>> shared(measurements.size());
    if (measurements.empty()) return shared;
    std::vector<std::unordered_map<std::string_view, const ItemScore*>> names(measurements.size());
    for (size_t m = 0; m < measurements.size(); ++m)
        for (const ItemScore& item : measurements[m]->items)
            names[m].emplace(item.item, &item);
    for (const ItemScore& item : measurements[0]->items) {
        const bool everywhere = std::all_of(names.begin(), names.end(), [&](const auto& known) {
            return known.contains(item.item);
        });
        if (!everywhere) continue;
        for (size_t m = 0; m < measurements.size(); ++m)
            shared[m].push_back(names[m].at(item.item));
        names[0].erase(item.item); // a name that is there twice counts once
    }
    return shared;
}

} // namespace

std::vector<FrontierMembership> frontierMembership(std::span<const ReplicatedPoint> points,
                                                   FrontierDirections directions)
{
    std::vector<FrontierMembership> result(points.size());
    std::vector<FrontierPoint> drawn;
    const size_t draws = drawsOf(points);
    for (size_t draw = 0; draw < draws; ++draw) {
        fillDraw(points, draw, drawn);
        const FrontierResult frontier = computeFrontier(drawn, directions);
        for (size_t i = 0; i < points.size(); ++i)
            result[i].probability += frontier.entries[i].onFrontier ? 1.0 : 0.0;
    }
    for (size_t i = 0; i < points.size(); ++i) {
        FrontierMembership& member = result[i];
        member.id = points[i].id;
        member.probability /= double(draws);
        member.kind = member.probability >= 0.9   ? Membership::Front
                      : member.probability >= 0.1 ? Membership::Plausible
                                                  : Membership::Dominated;
    }
    return result;
}

double dominanceProbability(const ReplicatedPoint& a, const ReplicatedPoint& b,
                            FrontierDirections directions)
{
    const ReplicatedPoint both[] = {a, b};
    const size_t draws = drawsOf(both);
    size_t dominated = 0;
    for (size_t draw = 0; draw < draws; ++draw) {
        const double ax = valueAt(a.x, draw), ay = valueAt(a.y, draw);
        const double bx = valueAt(b.x, draw), by = valueAt(b.y, draw);
        if (std::isnan(ax + ay + bx + by)) continue;
        const bool worse = better(bx, ax, directions.xHigherIsBetter) ||
                           better(by, ay, directions.yHigherIsBetter);
        const bool somewhere = better(ax, bx, directions.xHigherIsBetter) ||
                               better(ay, by, directions.yHigherIsBetter);
        if (!worse && somewhere) ++dominated;
    }
    return double(dominated) / double(draws);
}

Interval hypervolumeInterval(std::span<const ReplicatedPoint> points, FrontierDirections directions,
                             double referenceX, double referenceY, double confidence)
{
    std::vector<double> areas;
    std::vector<FrontierPoint> drawn;
    const size_t draws = drawsOf(points);
    for (size_t draw = 0; draw < draws; ++draw) {
        fillDraw(points, draw, drawn);
        areas.push_back(hypervolume(drawn, directions, referenceX, referenceY));
    }
    const Interval spread = meanInterval(areas);
    std::sort(areas.begin(), areas.end());
    const double tail = (1 - confidence) / 2;
    return {spread.mean, spread.standardError * std::sqrt(double(draws)),
            sortedQuantile(areas, tail), sortedQuantile(areas, 1 - tail), int64_t(draws)};
}

AttainmentBand attainmentBand(std::span<const ReplicatedPoint> points,
                              FrontierDirections directions, std::span<const double> costs,
                              double confidence)
{
    AttainmentBand band;
    band.x.assign(costs.begin(), costs.end());
    const size_t draws = drawsOf(points);
    const double worst = directions.yHigherIsBetter ? -std::numeric_limits<double>::infinity()
                                                    : std::numeric_limits<double>::infinity();
    const auto shown = [](double value) { return std::isfinite(value) ? value : notANumber; };
    for (const double cost : costs) {
        std::vector<double> bests;
        for (size_t draw = 0; draw < draws; ++draw) {
            double best = worst;
            for (const ReplicatedPoint& point : points) {
                const double y = valueAt(point.y, draw);
                const double x = valueAt(point.x, draw);
                const bool affordable =
                    !std::isnan(x) && !better(cost, x, directions.xHigherIsBetter);
                if (affordable && better(y, best, directions.yHigherIsBetter)) best = y;
            }
            bests.push_back(best);
        }
        std::sort(bests.begin(), bests.end());
        // No interpolation between reaching something and reaching nothing.
        const auto rank = [&](double p) {
            return bests[size_t(std::lround(p * double(draws - 1)))];
        };
        band.low.push_back(shown(rank((1 - confidence) / 2)));
        band.median.push_back(shown(rank(0.5)));
        band.high.push_back(shown(rank((1 + confidence) / 2)));
    }
    return band;
}

std::vector<std::vector<double>> commonReplicates(std::span<const Measurement* const> measurements,
                                                  int draws, uint64_t seed)
{
    const auto shared = sharedItems(measurements);
    if (shared.empty() || shared[0].empty()) return {};
    const size_t items = shared[0].size();
    std::vector<std::vector<double>> result(measurements.size());
    std::vector<size_t> indices(items);
    for (int draw = 0; draw < draws; ++draw) {
        Random random(seed, "replicates", uint64_t(draw));
        for (size_t& index : indices)
            index = size_t(random.below(items));
        for (size_t m = 0; m < shared.size(); ++m) {
            double sum = 0;
            double total = 0;
            for (const size_t index : indices) {
                sum += shared[m][index]->weight * shared[m][index]->score;
                total += shared[m][index]->weight;
            }
            result[m].push_back(sum / total);
        }
    }
    return result;
}

} // namespace paretoscope
