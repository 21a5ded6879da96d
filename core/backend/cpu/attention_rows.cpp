#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/attention_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/attention_rows.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

using IntTag = hn::RebindToSigned<FloatTag>;
using IntVector = hn::Vec<IntTag>;

// One row's changes to its logits, on whole vectors.
class LogitRules {
public:
    explicit LogitRules(const RowView& view)
        : view_(view), query_(hn::Set(IntTag(), int32_t(view.queryPosition))),
          window_(hn::Set(IntTag(), int32_t(std::min<int64_t>(view.window, std::numeric_limits<int32_t>::max()))))
    {
    }

    bool change() const { return view_.softCap > 0 || view_.alibiSlope != 0 || view_.masked; }

    HWY_INLINE FloatVector operator()(FloatVector logit, IntVector keyPosition) const
    {
        const FloatTag d;
        const IntVector distance = hn::Sub(query_, keyPosition);
        if (view_.softCap > 0)
            logit = hn::Mul(hn::Set(d, view_.softCap), simdTanh(d, hn::Mul(logit, hn::Set(d, 1 / view_.softCap))));
        if (view_.alibiSlope != 0)
            logit = hn::NegMulAdd(hn::Set(d, view_.alibiSlope), hn::ConvertTo(d, distance), logit);
        if (!view_.masked) return logit;
        const FloatVector hidden = hn::Set(d, -std::numeric_limits<float>::infinity());
        if (view_.causal)
            logit = hn::IfThenElse(hn::RebindMask(d, hn::Lt(distance, hn::Zero(IntTag()))), hidden, logit);
        if (view_.window > 0)
            logit = hn::IfThenElse(hn::RebindMask(d, hn::Lt(distance, window_)), logit, hidden);
        return logit;
    }

private:
    const RowView& view_;
    IntVector query_;
    IntVector window_;
};

// Logits and key positions of a last, partial vector; the padding takes no part.
struct Tail {
    alignas(64) float logits[size_t(floatLanes)];
    alignas(64) int32_t positions[size_t(floatLanes)];

    Tail(const float* source, const int32_t* keys, int64_t count)
    {
        std::fill(logits, logits + floatLanes, -std::numeric_limits<float>::infinity());
        std::fill(positions, positions + floatLanes, 0);
        std::copy(source, source + count, logits);
        std::copy(keys, keys + count, positions);
    }
};

float applyRules(const RowView& view, float* logits)
{
    const FloatTag d;
    const IntTag di;
    const LogitRules rules(view);
    const bool change = rules.change();
    FloatVector top = hn::Set(d, -std::numeric_limits<float>::infinity());
    int64_t k = 0;
    for (; k + floatLanes <= view.keys; k += floatLanes) {
        FloatVector logit = hn::LoadU(d, logits + k);
        if (change) {
            logit = rules(logit, hn::LoadU(di, view.keyPositions + k));
            hn::StoreU(logit, d, logits + k);
        }
        top = hn::Max(top, logit);
    }
    if (k < view.keys) {
        const int64_t rest = view.keys - k;
        const Tail tail(logits + k, view.keyPositions + k, rest);
        const FloatVector logit = rules(hn::Load(d, tail.logits), hn::Load(di, tail.positions));
        storeTail(d, logit, logits + k, rest);
        const auto inside = hn::FirstN(d, size_t(rest));
        top = hn::IfThenElse(inside, hn::Max(top, logit), top);
    }
    return hn::GetLane(hn::MaxOfLanes(d, top));
}

float exponentiate(float* logits, int64_t keys, float top)
{
    const FloatTag d;
    const FloatVector origin = hn::Set(d, top);
    FloatVector sum = hn::Zero(d);
    int64_t k = 0;
    for (; k + floatLanes <= keys; k += floatLanes) {
        const FloatVector power = simdExp(d, hn::Sub(hn::LoadU(d, logits + k), origin));
        hn::StoreU(power, d, logits + k);
        sum = hn::Add(sum, power);
    }
    if (k < keys) {
        const auto inside = hn::FirstN(d, size_t(keys - k));
        const FloatVector argument = hn::Sub(loadFloatTail(d, logits + k, keys - k), origin);
        const FloatVector power = hn::IfThenElseZero(inside, simdExp(d, argument));
        storeTail(d, power, logits + k, keys - k);
        sum = hn::Add(sum, power);
    }
    return sumLanes(d, sum);
}

float softmaxRow(const RowView& view, float* logits, RowSoftmax& state)
{
    const float top = std::max(state.top, applyRules(view, logits));
    if (top == -std::numeric_limits<float>::infinity()) {
        // Nothing visible so far, unless a logit is a NaN, which must stay one.
        for (int64_t k = 0; k < view.keys; ++k) logits[k] = std::isnan(logits[k]) ? logits[k] : 0.0f;
        for (int64_t k = 0; k < view.keys; ++k) state.sum += double(logits[k]);
        return 1;
    }
    const float factor = state.top == top ? 1.0f : std::exp(state.top - top);
    state.top = top;
    state.sum = state.sum * double(factor) + double(exponentiate(logits, view.keys, top));
    return factor;
}

template <int Vectors>
void addValues(const float* weights, int64_t keys, const float* values, int64_t stride, float factor, float* out)
{
    const FloatTag d;
    FloatVector sum[Vectors];
    for (int v = 0; v < Vectors; ++v) sum[v] = hn::Mul(hn::LoadU(d, out + v * floatLanes), hn::Set(d, factor));
    for (int64_t k = 0; k < keys; ++k) {
        const FloatVector weight = hn::Set(d, weights[k]);
        for (int v = 0; v < Vectors; ++v)
            sum[v] = hn::MulAdd(weight, hn::LoadU(d, values + k * stride + v * floatLanes), sum[v]);
    }
    for (int v = 0; v < Vectors; ++v) hn::StoreU(sum[v], d, out + v * floatLanes);
}

void addValueRows(const float* weights, int64_t keys, const float* values, int64_t stride, int64_t dim,
                  float factor, float* out)
{
    int64_t c = 0;
    for (; c + 8 * floatLanes <= dim; c += 8 * floatLanes)
        addValues<8>(weights, keys, values + c, stride, factor, out + c);
    for (; c + 2 * floatLanes <= dim; c += 2 * floatLanes)
        addValues<2>(weights, keys, values + c, stride, factor, out + c);
    for (; c + floatLanes <= dim; c += floatLanes)
        addValues<1>(weights, keys, values + c, stride, factor, out + c);
    for (; c < dim; ++c) {
        float sum = out[c] * factor;
        for (int64_t k = 0; k < keys; ++k) sum += weights[k] * values[k * stride + c];
        out[c] = sum;
    }
}

void scaleRun(const float* in, int64_t count, float factor, float* out)
{
    const FloatTag d;
    const FloatVector scale = hn::Set(d, factor);
    int64_t i = 0;
    for (; i + floatLanes <= count; i += floatLanes) hn::StoreU(hn::Mul(hn::LoadU(d, in + i), scale), d, out + i);
    for (; i < count; ++i) out[i] = in[i] * factor;
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(softmaxRow);
HWY_EXPORT(addValueRows);
HWY_EXPORT(scaleRun);

} // namespace

float softmaxBlock(const RowView& view, float* logits, RowSoftmax& state)
{
    return HWY_DYNAMIC_DISPATCH(softmaxRow)(view, logits, state);
}

void addWeightedValues(const float* weights, int64_t keys, const float* values, int64_t valueStride,
                       int64_t dim, float factor, float* out)
{
    HWY_DYNAMIC_DISPATCH(addValueRows)(weights, keys, values, valueStride, dim, factor, out);
}

void scaleFloats(const float* in, int64_t count, float factor, float* out)
{
    HWY_DYNAMIC_DISPATCH(scaleRun)(in, count, factor, out);
}

} // namespace paretoscope::cpu
#endif
