#include "core/base/error.h"
#include "core/inference/session.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

// Log-probabilities of one batch of windows that run through the blocks together.
void scoreBatch(const Model& model, const Backend& backend, Scratch& scratch,
                std::span<const std::span<const int32_t>> windows, std::span<std::vector<float>> results)
{
    constexpr int64_t headRows = 256; // rows of logits held at once
    scratch.reset();
    EagerOperations operations(backend, scratch);
    std::vector<KvCache> caches;
    std::vector<SequenceStep> steps;
    std::vector<int32_t> targets;
    caches.reserve(windows.size());
    for (const auto& window : windows) {
        caches.push_back(makeCache(model));
        const auto inputs = window.first(window.size() - 1);
        for (KvLayer& layer : caches.back().layers) layer.reserve(int64_t(inputs.size()));
        steps.push_back({inputs, 0, &caches.back(), int64_t(window.size()), {}});
        targets.insert(targets.end(), window.begin() + 1, window.end());
    }
    const Value hidden = runTransformer(model, operations, scratch, steps);
    std::vector<float> scores(targets.size());
    for (int64_t begin = 0; begin < hidden.rows(); begin += headRows) {
        const int64_t end = std::min(hidden.rows(), begin + headRows);
        const Scratch::Mark mark = scratch.mark();
        const Value logits = runOutputHead(model, operations, {hidden.view.rowRange(begin, end)});
        backend.logProbabilities(logits.view, std::span(targets).subspan(size_t(begin), size_t(end - begin)),
                                 std::span(scores).subspan(size_t(begin), size_t(end - begin)), nullptr);
        scratch.release(mark);
    }
    auto from = scores.begin();
    for (size_t w = 0; w < windows.size(); ++w) {
        const auto count = std::ptrdiff_t(windows[w].size() - 1);
        results[w].assign(from, from + count);
        from += count;
    }
}

} // namespace

std::vector<std::vector<float>> scoreWindows(const ModelPtr& model,
                                             const std::shared_ptr<const Backend>& backend,
                                             std::span<const std::span<const int32_t>> windows,
                                             int64_t batchRows,
                                             const std::function<void(size_t)>& progress)
{
    std::vector<std::vector<float>> results(windows.size());
    Scratch scratch;
    for (size_t begin = 0; begin < windows.size();) {
        size_t end = begin;
        int64_t rows = 0;
        do {
            if (windows[end].size() < 2) fail(ErrorCode::BadUsage, "a window needs two tokens or more");
            rows += int64_t(windows[end].size()) - 1;
            ++end;
        } while (end < windows.size() && rows + int64_t(windows[end].size()) - 1 <= batchRows);
        scoreBatch(*model, *backend, scratch, windows.subspan(begin, end - begin),
                   std::span(results).subspan(begin, end - begin));
        begin = end;
        if (progress) progress(end);
    }
    return results;
}

} // namespace paretoscope
