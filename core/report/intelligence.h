// Does compressing text better go with answering better? A line through the runs: bits a byte of text against the mean
// of the benchmark scores (Huang et al. 2024, "Compression Represents Intelligence Linearly", arXiv 2404.09937, who count
// bits a character: the same for ASCII). Pure.
#pragma once

#include "core/evaluation/linear_fit.h"
#include "core/experiment/experiment.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct IntelligencePoint {
    int64_t run = 0;
    double bitsPerByte = 0;
    double score = 0; // mean of the benchmarks' shares of right answers
};

struct IntelligenceFit {
    std::vector<std::string> benchmarks; // metrics that go into the score, each with the same weight
    std::vector<IntelligencePoint> points;
    std::optional<LinearFit> fit; // of the score on the bits
    int64_t leftOut = 0;          // finished runs that lack the bits or one of the benchmarks
    size_t models = 0;            // different models among the points
};

// `benchmarks`: empty = those of exact_match and accuracy that some finished run with bits_per_byte has.
IntelligenceFit fitIntelligence(std::span<const Run> runs, std::vector<std::string> benchmarks = {});

// "Over 6 runs of 1 model, ...": what the fit says, in one sentence; empty with fewer than three points.
std::string intelligenceSentence(const IntelligenceFit& fit);

} // namespace paretoscope
