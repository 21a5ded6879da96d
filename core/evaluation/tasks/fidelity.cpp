// Predictions against the uncompressed model's, on the same tokens
// (methods/reasoning_eval_vision.md, card kl-top1).
#include "core/base/content_cache.h"
#include "core/base/error.h"
#include "core/base/fingerprint.h"
#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/evaluation/reference_logits.h"
#include "core/evaluation/tasks/text_windows.h"
#include "core/inference/session.h"

#include <cmath>

namespace paretoscope::tasks {

namespace {

using Windows = std::vector<std::vector<int32_t>>;

// Calls `visit(firstRow, positions)` for all scored positions of all windows, in order.
void visitPositions(const TaskInput& input, const Pipeline& pipeline, const Windows& windows, const char* stage,
                    double from, double to,
                    const std::function<void(int64_t, std::span<const PositionLogits>)>& visit)
{
    const std::vector<std::span<const int32_t>> views(windows.begin(), windows.end());
    std::vector<float> logProbabilities, normalizers;
    std::vector<PositionLogits> positions;
    const auto rows = [&](const LogitRowsView& view) {
        logProbabilities.resize(view.targets.size());
        normalizers.resize(view.targets.size());
        input.backend->logProbabilities(view.logits, view.targets, logProbabilities, normalizers.data());
        positions.clear();
        for (size_t i = 0; i < view.targets.size(); ++i) {
            if (!std::isfinite(normalizers[i]))
                fail(ErrorCode::BadFile, "the model's output is not a number (NaN)");
            positions.push_back({view.logits.rowSpan(int64_t(i)), double(normalizers[i]), view.targets[i]});
        }
        visit(view.firstRow, positions);
    };
    const auto progress = [&](size_t done) {
        const double share = double(done) / double(views.size());
        input.job.report(from + share * (to - from), fmt::format("{}: window {} of {}", stage, done, views.size()));
    };
    visitWindowLogits(pipeline.model, input.backend, views, rows, 2048, progress);
}

std::string referenceKey(const TaskInput& input, const Windows& windows)
{
    Fingerprint fingerprint;
    fingerprint.add("reference logits 1").add(input.reference->model->fingerprint).add(input.backend->name());
    for (const auto& window : windows) fingerprint.add(std::as_bytes(std::span(window)));
    return "logits-" + fingerprint.hex();
}

void writeReference(const TaskInput& input, const Windows& windows, Sink& sink)
{
    const auto vocabulary = int64_t(input.reference->model->config.vocabulary);
    ReferenceWriter writer(referenceShape(vocabulary), 1); // one reference, whatever the run's seed
    visitPositions(input, *input.reference, windows, "uncompressed model", 0, 0.5,
                   [&](int64_t, std::span<const PositionLogits> positions) {
                       for (const PositionLogits& position : positions) writer.add(position);
                   });
    writer.write(sink);
}

int64_t scoredPositions(const Windows& windows)
{
    int64_t count = 0;
    for (const auto& window : windows) count += int64_t(window.size()) - 1;
    return count;
}

// The file of an earlier run where there is one and it is whole.
ReferenceLogits referenceFor(const TaskInput& input, const Windows& windows, const ContentCache& cache)
{
    const std::string key = referenceKey(input, windows);
    if (const auto file = cache.find(key)) {
        try {
            ReferenceLogits kept = ReferenceLogits::open(*file);
            if (kept.positions() == scoredPositions(windows)) return kept;
        } catch (const Error& error) {
            logWarning("{}; it is made again", error.what());
        }
    }
    return ReferenceLogits::open(cache.store(key, [&](Sink& sink) { writeReference(input, windows, sink); }));
}

FidelityEvidence compare(const TaskInput& input, const Windows& windows, const ReferenceLogits& reference)
{
    std::vector<PositionFidelity> results(size_t(reference.positions()));
    visitPositions(input, input.pipeline, windows, "against the uncompressed model", 0.5, 1,
                   [&](int64_t first, std::span<const PositionLogits> positions) {
                       parallelFor(int64_t(positions.size()), 16, [&](int64_t begin, int64_t end) {
                           for (int64_t i = begin; i < end; ++i)
                               results[size_t(first + i)] = reference.compare(first + i, positions[size_t(i)]);
                       });
                   });
    FidelityEvidence evidence;
    size_t next = 0;
    double variance = 0;
    for (size_t w = 0; w < windows.size(); ++w) {
        FidelityEvidence::Window window{windowName(w), int64_t(windows[w].size()) - 1, 0, 0, 0};
        for (int64_t i = 0; i < window.positions; ++i) {
            const PositionFidelity& position = results[next++];
            window.klSum += position.klDivergence;
            window.sameTop += position.sameTop;
            window.probabilityChangeSum += position.probabilityChange;
            variance += position.klVariance;
            evidence.klDivergences.push_back(float(position.klDivergence));
        }
        evidence.windows.push_back(std::move(window));
    }
    evidence.klEstimateVariance = variance / double(results.size()) / double(results.size());
    return evidence;
}

void run(const TaskInput& input, Evidence& evidence)
{
    if (!input.reference) fail(ErrorCode::Unsupported, "there is no uncompressed model to compare with");
    if (input.reference->model->config.vocabulary != input.pipeline.model->config.vocabulary)
        fail(ErrorCode::Unsupported, "the vocabulary differs from the uncompressed model's, so no divergence is defined");
    const Windows windows = textWindows(input);
    const ScratchFolder scratch;
    const ContentCache own(scratch.path());
    const ReferenceLogits reference = referenceFor(input, windows, input.cache ? *input.cache : own);
    evidence.fidelity = compare(input, windows, reference);
}

} // namespace

const Task& fidelity()
{
    static const Task row{
        {"fidelity",
         "Fidelity",
         "How far the predictions move from the uncompressed model's on the same text: KL divergence, share of "
         "equal top tokens, change in probability. Needs no labels and sees damage long before answers change.",
         {"kl_divergence", "kl_p99", "top1_agreement", "probability_change"},
         true},
        textWindowParameters(),
        run,
        false};
    return row;
}

} // namespace paretoscope::tasks
