// Races: whether one run will surely end below another on the same items, watched while its items come in.
//
// The items of the test are a finite set of which all scores of the rival are known. The candidate's are seen in an
// order drawn at random, without replacement. "It will not end below" says that the differences rival - candidate
// sum to zero or less over all items; from what was seen follows the greatest mean that those left can then have. The
// wealth of a bet that each next difference is above that mean is a nonnegative supermartingale, so that it ever
// reaches 1 / errorRate with probability errorRate at most (Ville's inequality): looking after every item, and stopping
// at any of them, is allowed for. The bet is the average over several fixed shares of the greatest one that cannot lose
// everything. Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by betting", JRSS B 86(1),
// section 5 (sampling without replacement). Nothing is assumed of the scores but that they lie in [0, 1].
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace paretoscope {

// Not thread-safe; a plain value.
class PairedRace {
public:
    // errorRate: largest probability, over the order, of deciding where the candidate would have ended level or above.
    PairedRace(int64_t items, double errorRate);

    // The next item's rival score minus candidate score, in [-1, 1] (else Error(Internal)); at most `items` of them.
    void add(double difference);

    bool decided() const { return decided_; } // stays so once reached
    int64_t seen() const { return seen_; }
    int64_t items() const { return items_; }
    double meanDifference() const; // rival - candidate over the items seen; 0 before the first
    double wealth() const;         // of the bet now, starting at 1

private:
    static constexpr size_t shares = 12;

    int64_t items_;
    double errorRate_;
    int64_t seen_ = 0;
    double sum_ = 0;
    bool decided_ = false;
    std::array<double, shares> logWealth_{};
};

} // namespace paretoscope
