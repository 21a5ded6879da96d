#include "core/evaluation/race.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace paretoscope {

namespace {

// From timid to bold: which is best depends on a difference that is not known beforehand.
constexpr double smallestShare = 0.02;
constexpr double greatestShare = 0.95;

double shareOfBet(size_t index, size_t count)
{
    return smallestShare * std::pow(greatestShare / smallestShare, double(index) / double(count - 1));
}

} // namespace

PairedRace::PairedRace(int64_t items, double errorRate)
    : items_(items)
    , errorRate_(errorRate)
{
    if (items < 1 || !(errorRate > 0 && errorRate < 1)) fail(ErrorCode::Internal, "a race needs items and an error rate");
}

void PairedRace::add(double difference)
{
    if (!(difference >= -1 && difference <= 1)) fail(ErrorCode::Internal, "a race was given a difference of {}", difference);
    if (seen_ == items_) fail(ErrorCode::Internal, "a race was given more than its {} items", items_);
    // What the items left can have on average when the candidate ends level.
    const double level = -sum_ / double(items_ - seen_);
    const double gain = difference - level;
    // Below 1 / (1 + level) a bet keeps something even at a difference of -1.
    for (size_t i = 0; i < shares; ++i)
        if (level > -1) logWealth_[i] += std::log1p(shareOfBet(i, shares) / (1 + level) * gain);
    sum_ += difference;
    ++seen_;
    const bool outOfReach = sum_ > double(items_ - seen_); // even if it won all that are left
    decided_ = decided_ || outOfReach || wealth() >= 1 / errorRate_;
}

double PairedRace::meanDifference() const
{
    return seen_ == 0 ? 0 : sum_ / double(seen_);
}

double PairedRace::wealth() const
{
    const double most = *std::max_element(logWealth_.begin(), logWealth_.end());
    double sum = 0;
    for (const double value : logWealth_) sum += std::exp(value - most);
    return std::exp(most) * sum / double(shares);
}

} // namespace paretoscope
