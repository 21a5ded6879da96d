// How several metrics summarize evidence.
#pragma once

#include "core/evaluation/metric.h"

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace paretoscope::metrics {

// A value that is known exactly.
Measurement exactly(double value);
// Mean of repeats with a Student t interval.
Measurement meanOf(std::span<const double> values);
// Negative log-likelihood a token over windows: mean of window means weighted by tokens, items =
// windows. Nothing without language evidence.
std::optional<Measurement> tokenNll(const Evidence& evidence);

// Mean over positions of what `sum` adds up in a window of the comparison with the uncompressed
// model; items = windows. Nothing without fidelity evidence.
std::optional<Measurement> positionMean(const Evidence& evidence, double (*sum)(const FidelityEvidence::Window&));

// Share of right answers with a Wilson interval; items = questions. Only those whose item begins with
// one of the kinds ("passage-test-00001"); all when none is named. Nothing without such answers.
std::optional<Measurement> shareOfRightAnswers(const Evidence& evidence, std::initializer_list<std::string_view> kinds);

} // namespace paretoscope::metrics
