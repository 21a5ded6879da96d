// Timing of repeated work.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

namespace paretoscope::bench {

inline double secondsOf(const std::function<void()>& work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Median of as many rounds as fit into `seconds`, three at least, after one that warms up.
inline double medianSeconds(double seconds, const std::function<void()>& work)
{
    work();
    std::vector<double> rounds;
    double total = 0;
    while (rounds.size() < 3 || total < seconds) {
        rounds.push_back(secondsOf(work));
        total += rounds.back();
    }
    std::nth_element(rounds.begin(), rounds.begin() + std::ptrdiff_t(rounds.size() / 2), rounds.end());
    return rounds[rounds.size() / 2];
}

} // namespace paretoscope::bench
