#include "core/inference/session.h"

#include "core/base/error.h"
#include "core/model/vision_tower.h"

#include <algorithm>

namespace paretoscope {

namespace {

// Targets are columns of the logits, so they are checked before the work and not after it.
void requireInVocabulary(const Model& model, std::span<const int32_t> tokens)
{
    for (const int32_t token : tokens)
        if (token < 0 || token >= model.config.vocabulary)
            fail(ErrorCode::BadUsage, "token {} is outside the vocabulary of {}", token,
                 model.config.vocabulary);
}

} // namespace

Session::Session(ModelPtr model, std::shared_ptr<const Backend> backend, SessionOptions options)
    : model_(std::move(model)), backend_(std::move(backend)), options_(std::move(options)),
      policy_(options_.policy ? options_.policy->clone() : nullptr), cache_(makeCache(*model_)),
      operations_(*backend_, scratch_)
{
}

Value Session::pass(std::span<const int32_t> tokens, int64_t sequenceLength, Observer* observer,
                    std::span<const int32_t> tokenTypes)
{
    scratch_.reset();
    if (length_ + int64_t(tokens.size()) > INT32_MAX)
        fail(ErrorCode::BadUsage, "a sequence of more than {} tokens is not possible", INT32_MAX);
    const SequenceStep step{tokens, int32_t(length_), &cache_, sequenceLength, tokenTypes, nextPictures(tokens)};
    const Value hidden = runTransformer(*model_, operations_, scratch_, memory_, {&step, 1}, observer);
    const StepInfo info{int32_t(length_), int64_t(tokens.size()), tokens.size() > 1};
    length_ += int64_t(tokens.size());
    if (policy_) policy_->commit(cache_, info);
    return hidden;
}

void Session::addPictures(std::span<const float> rows)
{
    if (!model_->vision || rows.size() % size_t(model_->config.hidden) != 0)
        fail(ErrorCode::BadUsage, "'{}' cannot read these rows of a picture", model_->name);
    pictures_.insert(pictures_.end(), rows.begin(), rows.end());
}

ConstMatrixView Session::nextPictures(std::span<const int32_t> tokens)
{
    if (!model_->vision || pictures_.empty()) return {};
    const int64_t hidden = model_->config.hidden;
    const auto places = std::count(tokens.begin(), tokens.end(), model_->vision->imageToken);
    const int64_t left = int64_t(pictures_.size()) / hidden - picturesUsed_;
    const ConstMatrixView rows{pictures_.data() + picturesUsed_ * hidden, std::min<int64_t>(places, left), hidden};
    picturesUsed_ += rows.rows;
    return rows;
}

ConstMatrixView Session::hidden(std::span<const int32_t> tokens, Observer* observer,
                                std::span<const int32_t> tokenTypes)
{
    return pass(tokens, length_ + int64_t(tokens.size()), observer, tokenTypes).view;
}

ConstMatrixView Session::forward(std::span<const int32_t> tokens, LogitRows rows, Observer* observer)
{
    if (tokens.empty()) fail(ErrorCode::BadUsage, "there is no token to read");
    const int64_t vocabulary = model_->config.vocabulary;
    const auto chunk = size_t(options_.chunk);
    const bool oneChunk = tokens.size() <= chunk;
    if (rows == LogitRows::All && !oneChunk) allLogits_.resize(tokens.size() * size_t(vocabulary));
    const int64_t total = length_ + int64_t(tokens.size());
    Value logits;
    for (size_t begin = 0; begin < tokens.size(); begin += chunk) {
        const size_t count = std::min(chunk, tokens.size() - begin);
        Value hidden = pass(tokens.subspan(begin, count), total, observer);
        const bool last = begin + count == tokens.size();
        if (rows == LogitRows::None || (rows == LogitRows::Last && !last)) continue;
        if (rows == LogitRows::Last) hidden.view = hidden.view.rowRange(hidden.rows() - 1, hidden.rows());
        logits = runOutputHead(*model_, operations_, hidden);
        if (rows == LogitRows::All && !oneChunk)
            std::copy_n(logits.view.data, logits.rows() * vocabulary,
                        allLogits_.data() + begin * size_t(vocabulary));
    }
    if (rows == LogitRows::All && !oneChunk) return {allLogits_.data(), int64_t(tokens.size()), vocabulary};
    return logits.view;
}

std::vector<float> Session::tokenLogProbabilities(std::span<const int32_t> tokens)
{
    requireInVocabulary(*model_, tokens);
    std::vector<float> result;
    const auto chunk = size_t(options_.chunk);
    const int64_t total = length_ + int64_t(tokens.size());
    for (size_t begin = 0; begin + 1 < tokens.size(); begin += chunk) {
        const size_t count = std::min(chunk, tokens.size() - 1 - begin);
        const Value hidden = pass(tokens.subspan(begin, count), total, nullptr);
        const Value logits = runOutputHead(*model_, operations_, hidden);
        result.resize(begin + count);
        backend_->logProbabilities(logits.view, tokens.subspan(begin + 1, count),
                                   std::span(result).subspan(begin), nullptr);
    }
    return result;
}

void Session::reserve(int64_t tokens)
{
    for (KvLayer& layer : cache_.layers) layer.reserve(tokens);
}

void Session::rollback(int64_t tokens)
{
    if (tokens < 0 || tokens > length_) fail(ErrorCode::Internal, "rolling back {} of {} tokens", tokens, length_);
    length_ -= tokens;
    for (KvLayer& layer : cache_.layers) layer.truncateFrom(int32_t(length_));
}

void Session::reset()
{
    for (KvLayer& layer : cache_.layers) layer.clear();
    length_ = 0;
    picturesUsed_ = 0;
    policy_ = options_.policy ? options_.policy->clone() : nullptr;
}

} // namespace paretoscope
