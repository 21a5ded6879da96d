#include "core/base/error.h"
#include "core/inference/session.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

// Logits of one batch of windows that run through the blocks together; rows count from `firstRow`.
void visitBatch(const Model& model, const Backend& backend, Scratch& scratch,
                std::span<const std::span<const int32_t>> windows, int64_t firstRow,
                const LogitVisitor& visit)
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
    for (int64_t begin = 0; begin < hidden.rows(); begin += headRows) {
        const int64_t end = std::min(hidden.rows(), begin + headRows);
        const Scratch::Mark mark = scratch.mark();
        const Value logits = runOutputHead(model, operations, {hidden.view.rowRange(begin, end)});
        visit({firstRow + begin, logits.view, std::span(targets).subspan(size_t(begin), size_t(end - begin))});
        scratch.release(mark);
    }
}

} // namespace

void visitWindowLogits(const ModelPtr& model, const std::shared_ptr<const Backend>& backend,
                       std::span<const std::span<const int32_t>> windows, const LogitVisitor& visit,
                       int64_t batchRows, const std::function<void(size_t)>& progress)
{
    Scratch scratch;
    int64_t row = 0;
    for (size_t begin = 0; begin < windows.size();) {
        size_t end = begin;
        int64_t rows = 0;
        do {
            if (windows[end].size() < 2) fail(ErrorCode::BadUsage, "a window needs two tokens or more");
            rows += int64_t(windows[end].size()) - 1;
            ++end;
        } while (end < windows.size() && rows + int64_t(windows[end].size()) - 1 <= batchRows);
        visitBatch(*model, *backend, scratch, windows.subspan(begin, end - begin), row, visit);
        row += rows;
        begin = end;
        if (progress) progress(end);
    }
}

std::vector<std::vector<float>> scoreWindows(const ModelPtr& model,
                                             const std::shared_ptr<const Backend>& backend,
                                             std::span<const std::span<const int32_t>> windows,
                                             int64_t batchRows,
                                             const std::function<void(size_t)>& progress)
{
    std::vector<float> scores;
    const auto score = [&](const LogitRowsView& rows) {
        scores.resize(size_t(rows.firstRow + rows.logits.rows));
        backend->logProbabilities(rows.logits, rows.targets,
                                  std::span(scores).subspan(size_t(rows.firstRow)), nullptr);
    };
    visitWindowLogits(model, backend, windows, score, batchRows, progress);
    std::vector<std::vector<float>> results;
    auto from = scores.begin();
    for (const auto& window : windows) {
        const auto count = std::ptrdiff_t(window.size() - 1);
        results.emplace_back(from, from + count);
        from += count;
    }
    return results;
}

} // namespace paretoscope
