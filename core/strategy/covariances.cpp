#include "core/strategy/covariances.h"

#include "core/base/content_cache.h"
#include "core/base/error.h"
#include "core/base/fingerprint.h"
#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/model/formats/safetensors.h"
#include "core/model/formats/safetensors_writer.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

// The map whose input this one reads as well.
LinearId sharedInput(const LinearId& id)
{
    LinearId result = id;
    if (id.role == "attention.key" || id.role == "attention.value") result.role = "attention.query";
    else if (id.role == "feed_forward.gate") result.role = "feed_forward.up";
    else if (id.role == "gate" && id.expert >= 0) result.role = "up";
    return result;
}

std::vector<double> mirrored(const Tensor& triangle, int64_t n, const std::string& what)
{
    if (triangle.dtype() != DType::F64 || triangle.shape() != Shape{n * (n + 1) / 2})
        fail(ErrorCode::BadFile, "{} is not a triangle of {} rows", what, n);
    std::vector<double> sum(size_t(n * n));
    const auto values = triangle.view<double>();
    size_t from = 0;
    for (int64_t row = 0; row < n; ++row)
        for (int64_t column = 0; column <= row; ++column, ++from) {
            if (!std::isfinite(values[from])) fail(ErrorCode::BadFile, "{} holds a sum that is not finite", what);
            sum[size_t(row * n + column)] = sum[size_t(column * n + row)] = values[from];
        }
    return sum;
}

} // namespace

void InputCovariances::linearInput(const LinearId& id, ConstMatrixView x)
{
    if (sharedInput(id) != id) return;
    std::vector<double>& sum = sums_[id];
    const int64_t n = x.columns;
    sum.resize(size_t(n * n));
    product_.resize(size_t(n * n));
    backend_.gemm(true, false, 1, x, x, false, {product_.data(), n, n});
    parallelFor(n * n, 1 << 14, [&](int64_t begin, int64_t end) {
        for (auto i = size_t(begin); i < size_t(end); ++i) sum[i] += double(product_[i]);
    });
}

const std::vector<double>* InputCovariances::of(const LinearId& id) const
{
    const auto found = sums_.find(sharedInput(id));
    return found == sums_.end() ? nullptr : &found->second;
}

TensorMap InputCovariances::tensors() const
{
    TensorMap result;
    for (const auto& [id, sum] : sums_) {
        const int64_t n = std::llround(std::sqrt(double(sum.size())));
        Tensor triangle = Tensor::zeros(DType::F64, {n * (n + 1) / 2});
        auto to = triangle.fill<double>().begin();
        for (int64_t row = 0; row < n; ++row) to = std::copy_n(sum.begin() + row * n, row + 1, to);
        result.emplace(id.text(), triangle);
    }
    return result;
}

void InputCovariances::restore(const Model& model, int block, const TensorMap& tensors, const std::string& where)
{
    sums_.clear();
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
        if (id.block != block || sharedInput(id) != id) return;
        if (const auto found = tensors.find(id.text()); found != tensors.end())
            sums_[id] = mirrored(found->second, linear.weight->inputs(), fmt::format("'{}' in '{}'", id.text(), where));
    });
    if (sums_.size() != tensors.size()) fail(ErrorCode::BadFile, "'{}' holds sums that the model has no place for", where);
}

KeptCovariances::KeptCovariances(const Model& model, const std::vector<std::vector<int32_t>>& sequences,
                                 const Workbench& workbench)
    : model_(model), sequences_(sequences), workbench_(workbench)
{
    if (workbench.origin.empty() || !workbench.kept) return;
    Fingerprint fingerprint;
    fingerprint.add(workbench.origin);
    for (const auto& sequence : sequences) fingerprint.add(std::as_bytes(std::span(sequence))).add(sequence.size());
    key_ = fingerprint.hex();
}

std::string KeptCovariances::keyOf(int block) const
{
    return fmt::format("{}-covariances-{}", key_, block);
}

std::optional<TensorMap> KeptCovariances::load(const std::string& key) const
{
    const auto file = workbench_.kept->find(key);
    if (!file) return std::nullopt;
    const auto opened = SafetensorsFile::open(*file);
    TensorMap tensors;
    for (const auto& [name, entry] : opened->header().entries) tensors.emplace(name, opened->tensor(name));
    return tensors;
}

TensorMap KeptCovariances::look(int block)
{
    if (!walk_) walk_ = std::make_unique<BlockWalk>(model_, *workbench_.backend, sequences_);
    for (; walked_ < block; ++walked_) walk_->advance(model_, walked_, *workbench_.job);
    InputCovariances covariances(*workbench_.backend);
    walk_->look(model_, block, covariances, *workbench_.job);
    return covariances.tensors();
}

const InputCovariances& KeptCovariances::ofNextBlock()
{
    const int block = next_++;
    covariances_.emplace(*workbench_.backend);
    if (!restoreKept(block)) {
        const TensorMap tensors = look(block);
        covariances_->restore(model_, block, tensors, "memory"); // the bits that a kept sum would give
        keep(block, tensors);
    }
    return *covariances_;
}

bool KeptCovariances::restoreKept(int block)
{
    if (key_.empty()) return false;
    try {
        const auto tensors = load(keyOf(block));
        if (!tensors) return false;
        covariances_->restore(model_, block, *tensors, keyOf(block));
        return fromCache_ = true;
    } catch (const Error& error) {
        logWarning("kept statistics are made again: {}", error.what());
        return false;
    }
}

void KeptCovariances::keep(int block, const TensorMap& tensors) const
{
    if (key_.empty()) return;
    try {
        workbench_.kept->store(keyOf(block), [&](Sink& sink) {
            SafetensorsWriter writer;
            for (const auto& [name, tensor] : tensors) writer.add(name, tensor);
            writer.write(sink);
        });
    } catch (const Error& error) {
        logWarning("statistics are not kept: {}", error.what());
    }
}

} // namespace paretoscope
